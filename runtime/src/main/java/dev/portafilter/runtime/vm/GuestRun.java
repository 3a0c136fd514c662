package dev.portafilter.runtime.vm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whether one VM's guest runs, as one word that the guest's thread and the {@link Watchdog} share: the number of the run
 * and its state.
 *
 * <pre>
 *   IDLE ── begin ──▶ RUNNING ── end ──▶ IDLE
 *                        │
 *                     expire (watchdog: the number must still be the same)
 *                        ▼
 *                     EXPIRING ◀── still there at the next look ──▶ EXPIRED ── end, then flag cleared ──▶ IDLE
 * </pre>
 *
 * Only the guest's thread leaves IDLE, so an interrupt can never hit a later run or another owner of the thread: whoever
 * ends an expiring run waits for the interrupt and takes it back. Beginning costs two stores, ending one compare-and-set;
 * the clock is read by the watchdog only.
 */
final class GuestRun {
    private static final VarHandle WORD;
    private static final int STATE_BITS = 2;
    private static final long STATE_MASK = (1 << STATE_BITS) - 1;
    // IDLE is 0.
    private static final long RUNNING = 1;
    private static final long EXPIRING = 2;
    private static final long EXPIRED = 3;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(GuestRun.class, "word", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // through WORD
    private volatile long word;

    // Written before RUNNING is published, read by the watchdog after it has won EXPIRING.
    private @Nullable Thread thread;
    private volatile long limitNanos;
    // The guest's thread only.
    private long runningWord = RUNNING;

    // The watchdog only: the run that it saw last, and when it saw it first.
    private long seenWord;
    private long seenSinceNanos;

    /** Says that the current thread enters the guest. */
    void begin() {
        Thread current = Thread.currentThread();
        if (thread != current) {
            thread = current;
        }
        runningWord += STATE_MASK + 1;
        WORD.setRelease(this, runningWord);
    }

    /**
     * Says that the guest is left.
     *
     * @return whether the time was up; the interrupt that was meant for the guest is taken back then
     */
    boolean end() {
        if (WORD.compareAndSet(this, runningWord, runningWord & ~STATE_MASK)) {
            return false;
        }
        // After this the watchdog cannot interrupt any more: it does so only between EXPIRING and EXPIRED.
        while (!WORD.compareAndSet(this, runningWord & ~STATE_MASK | EXPIRED, runningWord & ~STATE_MASK)) {
            Thread.yield();
        }
        // Clears the flag. An interrupt from elsewhere that came in the meantime cannot be told apart and is lost.
        Thread.interrupted();
        return true;
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
     * has swallowed the interrupt. Watchdog only.
     */
    void check(long nowNanos) {
        long now = (long) WORD.getAcquire(this);
        long state = now & STATE_MASK;
        if (state == RUNNING && now != seenWord) {
            seenWord = now;
            seenSinceNanos = nowNanos;
        } else if (state == EXPIRED || state == RUNNING && isOver(nowNanos)) {
            expire(now);
        }
    }

    private boolean isOver(long nowNanos) {
        long limit = limitNanos;
        return limit > 0 && nowNanos - seenSinceNanos >= limit;
    }

    private void expire(long now) {
        long number = now & ~STATE_MASK;
        if (WORD.compareAndSet(this, now, number | EXPIRING)) {
            Thread guest = thread;
            if (guest != null) {
                guest.interrupt();
            }
            WORD.setRelease(this, number | EXPIRED);
        }
    }
}
