package dev.portafilter.registry;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Real time, in which waits between attempts take none: they only set the clock forward. */
final class HastyPace implements Pace {
    private final AtomicLong skippedNanos = new AtomicLong();
    private final List<Long> sleeps = new CopyOnWriteArrayList<>();

    @Override
    public long nanoTime() {
        return System.nanoTime() + skippedNanos.get();
    }

    @Override
    public void sleep(long millis) {
        sleeps.add(millis);
        skippedNanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    @Override
    public double chance() {
        return 0.5;
    }

    /** How long would have been waited, each time. */
    List<Long> sleeps() {
        return sleeps;
    }
}
