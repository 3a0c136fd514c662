package dev.portafilter.runtime.vm;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that stops guests which run too long. It looks at every VM a few hundred times a second at most, and not at
 * all while there is none. A run is stopped between its limit and its limit plus three looks.
 */
final class Watchdog implements AutoCloseable {
    private static final long MIN_PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long MAX_PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int LOOKS_PER_LIMIT = 10;

    private final List<GuestRun> runs = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean closed;

    Watchdog() {
        thread = new Thread(this::watch, "portafilter-deadlines");
        thread.setDaemon(true);
        thread.start();
    }

    /** Looks after a VM from now on. */
    void add(GuestRun run) {
        runs.add(run);
    }

    /** Sets how long the runs of a VM may take from now on; 0 for no limit. Not while one is under way. */
    void limit(GuestRun run, long millis) {
        run.limitMillis(millis);
        // It may be sleeping for good, because no VM had a limit.
        LockSupport.unpark(thread);
    }

    /** Forgets a VM. */
    void remove(GuestRun run) {
        runs.remove(run);
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    private void watch() {
        while (!closed) {
            long shortest = Long.MAX_VALUE;
            long now = System.nanoTime();
            for (GuestRun run : runs) {
                run.check(now);
                long limit = run.limitNanos();
                if (limit > 0) {
                    shortest = Math.min(shortest, limit);
                }
            }
            pause(shortest);
        }
    }

    /** Waits for the next look: a while that suits the shortest limit, and never less than the least period. */
    private void pause(long shortestLimitNanos) {
        long start = System.nanoTime();
        if (shortestLimitNanos == Long.MAX_VALUE) {
            LockSupport.park(this);
        } else {
            LockSupport.parkNanos(
                    this, Math.max(MIN_PERIOD_NANOS, Math.min(MAX_PERIOD_NANOS, shortestLimitNanos / LOOKS_PER_LIMIT)));
        }
        // Woken early, by a new limit or by nothing.
        long left = start + MIN_PERIOD_NANOS - System.nanoTime();
        while (left > 0 && !closed) {
            LockSupport.parkNanos(this, left);
            left = start + MIN_PERIOD_NANOS - System.nanoTime();
        }
    }
}
