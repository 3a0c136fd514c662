package dev.portafilter.test;

import dev.portafilter.runtime.service.HostClock;

/** Clocks that stand still until told. Thread-safe. */
public final class FakeClock implements HostClock {
    /** The wall time at the start: 2024-01-01T00:00:00Z. */
    public static final long START_WALL_NANOS = 1_704_067_200_000_000_000L;

    private static final long NANOS_PER_MILLI = 1_000_000L;

    private long wallNanos = START_WALL_NANOS;
    private long monotonicNanos = 1_000_000_000L;

    /** Clocks at the start. */
    public FakeClock() {}

    @Override
    public synchronized long wallNanos() {
        return wallNanos;
    }

    @Override
    public synchronized long monotonicNanos() {
        return monotonicNanos;
    }

    /** Lets time pass on both clocks. Timers of workers do not run: see {@link TestHost#advanceMillis}. */
    public synchronized void advanceNanos(long nanos) {
        if (nanos < 0) {
            throw new IllegalArgumentException("nanos: " + nanos + " (expected: 0 or more)");
        }
        wallNanos += nanos;
        monotonicNanos += nanos;
    }

    /** Lets time pass on both clocks. */
    public void advanceMillis(long millis) {
        advanceNanos(Math.multiplyExact(millis, NANOS_PER_MILLI));
    }
}
