package dev.portafilter.runtime.service;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * A worker driven by hand: tasks wait until the test runs them, on the test's thread; timers wait until the test lets time
 * pass. Tasks may be given from any thread.
 */
public final class ManualWorkerExecutor implements WorkerExecutor {
    private static final int MOST_TASKS_IN_A_ROW = 100_000;

    private final FakeClock clock;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>(
            Comparator.comparingLong((Timer timer) -> timer.dueNanos).thenComparingLong(timer -> timer.number));
    private long timerCount;

    /** A worker with a clock of its own. */
    public ManualWorkerExecutor() {
        this(new FakeClock());
    }

    /** A worker whose timers go by this clock. */
    public ManualWorkerExecutor(FakeClock clock) {
        this.clock = clock;
    }

    /** The clock. */
    public FakeClock clock() {
        return clock;
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
        Timer timer =
                new Timer(clock.monotonicNanos() + Math.multiplyExact(delayMillis, 1_000_000L), timerCount++, task);
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

    /**
     * Runs all tasks, then lets time pass: the clock stops at each timer that becomes due, in the order of their times, runs
     * it and all tasks, and goes on.
     */
    public void advanceMillis(long millis) {
        runAll();
        long endNanos = clock.monotonicNanos() + Math.multiplyExact(millis, 1_000_000L);
        for (Timer timer = nextDue(endNanos); timer != null; timer = nextDue(endNanos)) {
            clock.advanceNanos(Math.max(0, timer.dueNanos - clock.monotonicNanos()));
            timer.task.run();
            runAll();
        }
        clock.advanceNanos(Math.max(0, endNanos - clock.monotonicNanos()));
    }

    private synchronized Timer nextDue(long endNanos) {
        Timer first = timers.peek();
        return first != null && first.dueNanos <= endNanos ? timers.poll() : null;
    }

    private record Timer(long dueNanos, long number, Runnable task) {
        // Two timers are the same only when they are one.
        @Override
        public boolean equals(Object object) {
            return object instanceof Timer other && other.number == number;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(number);
        }
    }
}
