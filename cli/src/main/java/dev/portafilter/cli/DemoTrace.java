package dev.portafilter.cli;

import dev.portafilter.runtime.stream.CallbackTrace;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Keeps what the plugins did until it is asked for. */
final class DemoTrace implements CallbackTrace {
    private final ConcurrentLinkedQueue<Event> events = new ConcurrentLinkedQueue<>();

    @Override
    public void called(Event event) {
        events.add(event);
    }

    /** What happened since this was last asked, in order. */
    List<Event> take() {
        List<Event> taken = new ArrayList<>();
        for (Event event = events.poll(); event != null; event = events.poll()) {
            taken.add(event);
        }
        return taken;
    }
}
