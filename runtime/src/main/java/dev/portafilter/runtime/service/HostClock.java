package dev.portafilter.runtime.service;

/** The time as plugins see it. Thread-safe. */
public interface HostClock {
    /** Nanoseconds since the Unix epoch. */
    long wallNanos();

    /** Nanoseconds of a clock that never goes back. */
    long monotonicNanos();

    /** The system's clocks. */
    static HostClock system() {
        return SystemClock.INSTANCE;
    }
}
