package dev.portafilter.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Time that passes only when somebody waits, with chance always in the middle. */
final class FakeTime implements Pace {
    final List<Long> waits = new ArrayList<>();
    private long nanos = 1;

    void pass(long millis) {
        nanos += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public void sleep(long millis) {
        waits.add(millis);
        pass(millis);
    }

    @Override
    public double chance() {
        return 0.5;
    }
}
