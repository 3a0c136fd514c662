package dev.portafilter.registry;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** When a fetch must be over, with all its requests, waits and retries. */
final class Deadline {
    private final Pace pace;
    private final Duration timeout;
    private final long endNanos;

    private Deadline(Pace pace, Duration timeout, long endNanos) {
        this.pace = pace;
        this.timeout = timeout;
        this.endNanos = endNanos;
    }

    static Deadline after(Duration timeout, Pace pace) {
        return new Deadline(pace, timeout, pace.nanoTime() + timeout.toNanos());
    }

    /** A deadline at half of the time that is left, for a place that has others behind it. */
    Deadline half() {
        long now = pace.nanoTime();
        return new Deadline(pace, timeout, now + Math.max(0, endNanos - now) / 2);
    }

    boolean isOver() {
        return endNanos - pace.nanoTime() <= 0;
    }

    /**
     * The time that is left, at least a millisecond.
     *
     * @param where what is fetched
     * @throws FetchException when none is left
     */
    long millisLeft(String where) throws FetchException {
        long left = endNanos - pace.nanoTime();
        if (left <= 0) {
            throw expired(where);
        }
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(left));
    }

    /** What is thrown when no time is left. */
    FetchException expired(String where) {
        return new FetchException(
                "fetch.timeout", where + ": not done in time (limit: " + timeout.toMillis() + " ms)", true);
    }

    /**
     * Waits, unless the deadline would pass meanwhile.
     *
     * @return whether it waited
     */
    boolean sleep(long millis, String where) throws FetchException {
        if (millis >= millisLeft(where)) {
            return false;
        }
        try {
            pace.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FetchException("fetch.interrupted", where + ": interrupted while waiting to retry", true);
        }
        return true;
    }

    Pace pace() {
        return pace;
    }
}
