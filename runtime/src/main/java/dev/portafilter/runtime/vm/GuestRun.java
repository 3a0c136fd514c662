package dev.portafilter.runtime.vm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whether one VM's guest runs, as two words that the guest's thread and the {@link Watchdog} share.
 *
 * <pre>
 *   run    written by the guest's thread only:   IDLE ── begin ──▶ n RUNNING ── end ──▶ IDLE
 *
 *   stop   NONE ── limit passed (watchdog) ──▶ n ARMED ── next look, n still runs ──▶ n INTERRUPTING ──▶ n INTERRUPTED
 *                                                 │                                         ▲                 │
 *                                                 └── n has ended (either side) ──▶ NONE    └── a later look ─┘
 * </pre>
 *
 * Entering and leaving the guest are plain stores, with no fence and no compare-and-set: leaving says IDLE and then looks
 * whether the watchdog is after this very run. That look may miss an arming that happens at the same time, because a
 * processor may read before its own store is seen by others. But such a store is on its way for nanoseconds, and the
 * watchdog lets a millisecond pass between arming and the look that interrupts, which then finds the run gone. So an interrupt never
 * hits a later run or another owner of the thread; whoever ends a run that is being interrupted waits for the interrupt and
 * takes it back.
 */
final class GuestRun {
    private static final VarHandle RUN;
    private static final VarHandle STOP;
    private static final int STATE_BITS = 2;
    // The low bits of stop; the rest is the number of the run. A run's own word has ARMED's bits while it lasts.
    private static final long ARMED = 1;
    private static final long INTERRUPTING = 2;
    private static final long INTERRUPTED = 3;
    private static final long NONE = 0;
    private static final long IDLE = 0;

    static {
        try {
            RUN = MethodHandles.lookup().findVarHandle(GuestRun.class, "run", long.class);
            STOP = MethodHandles.lookup().findVarHandle(GuestRun.class, "stop", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // through RUN
    private volatile long run;

    @SuppressWarnings("unused") // through STOP
    private volatile long stop;

    // Written before a run is published, read by the watchdog while that run lasts.
    private @Nullable Thread thread;
    private volatile long limitNanos;
    // The guest's thread only.
    private long current = ARMED;

    // The watchdog only: the run that it saw last, and when it saw it first.
    private long seen;
    private long seenSinceNanos;

    /** Says that the current thread enters the guest. */
    void begin() {
        Thread entering = Thread.currentThread();
        if (thread != entering) {
            thread = entering;
        }
        current += 1L << STATE_BITS;
        RUN.setRelease(this, current);
    }

    /**
     * Says that the guest is left.
     *
     * @return whether the time was up; the interrupt that was meant for the guest is taken back then
     */
    boolean end() {
        RUN.setRelease(this, IDLE);
        // For the compiler, which must not read first; for processors see above.
        VarHandle.releaseFence();
        long stopping = (long) STOP.getAcquire(this);
        return stopping >>> STATE_BITS == current >>> STATE_BITS && endStopped();
    }

    private boolean endStopped() {
        while (true) {
            long stopping = (long) STOP.getVolatile(this);
            if (stopping == NONE) {
                return false;
            }
            if (stopping == current) {
                if (STOP.compareAndSet(this, stopping, NONE)) {
                    return false;
                }
            } else if ((stopping & INTERRUPTED) == INTERRUPTED) {
                if (STOP.compareAndSet(this, stopping, NONE)) {
                    // What tells others of an interrupt is the result; the flag is ours to take back.
                    @SuppressWarnings("unused")
                    boolean taken = Thread.interrupted();
                    return true;
                }
            } else {
                // Between the two, the watchdog is inside of interrupt().
                Thread.onSpinWait();
            }
        }
    }

    /** Sets how long a run may take, before it begins; 0 for no limit. */
    void limitMillis(long millis) {
        limitNanos = TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** How long a run may take; 0 for no limit. */
    long limitNanos() {
        return limitNanos;
    }

    /**
     * Looks at the run and stops it when it has been seen for too long; again and again, in case something in the host
     * has swallowed the interrupt. Watchdog only; from the end of one look to the next a millisecond passes at least.
     */
    void check(long nowNanos) {
        long running = (long) RUN.getVolatile(this);
        long stopping = (long) STOP.getVolatile(this);
        if ((stopping & INTERRUPTED) == ARMED && running != stopping) {
            // It ended, and did not see in time that it was to be stopped.
            STOP.compareAndSet(this, stopping, NONE);
            stopping = NONE;
        }
        if (running == IDLE) {
            return;
        }
        if (running != seen) {
            seen = running;
            seenSinceNanos = nowNanos;
        } else if (stopping != NONE) {
            interrupt(stopping);
        } else if (isOver(nowNanos)) {
            STOP.setVolatile(this, running);
        }
    }

    private boolean isOver(long nowNanos) {
        long limit = limitNanos;
        return limit > 0 && nowNanos - seenSinceNanos >= limit;
    }

    private void interrupt(long stopping) {
        long number = stopping & ~INTERRUPTED;
        if (STOP.compareAndSet(this, stopping, number | INTERRUPTING)) {
            Thread guest = thread;
            if (guest != null) {
                guest.interrupt();
            }
            STOP.setVolatile(this, number | INTERRUPTED);
        }
    }
}
