package dev.portafilter.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Time that passes when somebody waits, and at no other time. */
final class FakePace implements Pace {
    private final List<Long> sleeps = new ArrayList<>();
    private long nanos;

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public void sleep(long millis) {
        sleeps.add(millis);
        nanos += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Override
    public double chance() {
        return 0.5;
    }

    void pass(long seconds) {
        nanos += TimeUnit.SECONDS.toNanos(seconds);
    }

    /** How long was waited, each time. */
    List<Long> sleeps() {
        return sleeps;
    }
}
