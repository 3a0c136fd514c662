package dev.portafilter.cli;

import dev.portafilter.runtime.stream.CallbackTrace;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Keeps what the plugins did until it is asked for, or until nobody is going to ask any more. */
final class DemoTrace implements CallbackTrace {
    private final ConcurrentLinkedQueue<Event> events = new ConcurrentLinkedQueue<>();
    private volatile boolean watching = true;

    @Override
    public void called(Event event) {
        if (watching) {
            events.add(event);
        }
    }

    /** Keeps nothing from now on. */
    void stop() {
        watching = false;
        events.clear();
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
