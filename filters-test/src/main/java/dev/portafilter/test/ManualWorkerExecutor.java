package dev.portafilter.test;

import dev.portafilter.runtime.service.Cancellable;
import dev.portafilter.runtime.service.WorkerExecutor;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * A worker's thread driven by hand: tasks wait until the test runs them, on the test's thread; timers wait until the test
 * lets time pass. Tasks may be given from any thread.
 */
public final class ManualWorkerExecutor implements WorkerExecutor {
    private static final int MOST_TASKS_IN_A_ROW = 100_000;
    private static final long NANOS_PER_MILLI = 1_000_000L;

    private final FakeClock clock;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>(
            Comparator.comparingLong((Timer timer) -> timer.dueNanos).thenComparingLong(timer -> timer.number));
    private long timerCount;

    /** A thread whose timers go by this clock. */
    public ManualWorkerExecutor(FakeClock clock) {
        this.clock = clock;
    }

    @Override
    public synchronized void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public synchronized Cancellable schedule(long delayMillis, Runnable task) {
        if (delayMillis < 1) {
            throw new IllegalArgumentException("delayMillis: " + delayMillis + " (expected: at least 1)");
        }
        Timer timer = new Timer(
                clock.monotonicNanos() + Math.multiplyExact(delayMillis, NANOS_PER_MILLI), timerCount++, task);
        timers.add(timer);
        return () -> {
            synchronized (this) {
                timers.remove(timer);
            }
        };
    }

    /** The number of tasks that wait, timers not counted. */
    public synchronized int taskCount() {
        return tasks.size();
    }

    /** The number of timers that wait. */
    public synchronized int timerCount() {
        return timers.size();
    }

    /** Runs the first task; false when there is none. */
    public boolean runNext() {
        Runnable task;
        synchronized (this) {
            task = tasks.poll();
        }
        if (task == null) {
            return false;
        }
        task.run();
        return true;
    }

    /** Runs tasks until none is left, those that they add included; gives their number. Timers do not run. */
    public int runAll() {
        int count = 0;
        while (runNext()) {
            if (++count == MOST_TASKS_IN_A_ROW) {
                throw new AssertionError("tasks add tasks without end: " + count + " run");
            }
        }
        return count;
    }

    /** When the first timer is due, on the monotonic clock; {@link Long#MAX_VALUE} when there is none. */
    synchronized long nextDueNanos() {
        Timer first = timers.peek();
        return first == null ? Long.MAX_VALUE : first.dueNanos;
    }

    /** Runs the first timer if it is due by now, and all tasks. */
    void runDueTimer() {
        @Nullable Timer due;
        synchronized (this) {
            due = nextDueNanos() <= clock.monotonicNanos() ? timers.poll() : null;
        }
        if (due != null) {
            due.task.run();
            runAll();
        }
    }

    private record Timer(long dueNanos, long number, Runnable task) {
        // Two timers are the same only when they are one.
        @Override
        public boolean equals(@Nullable Object object) {
            return object instanceof Timer other && other.number == number;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(number);
        }
    }
}
