package dev.portafilter.benchmarks;

import dev.portafilter.runtime.service.Cancellable;
import dev.portafilter.runtime.service.WorkerExecutor;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A worker on the thread that measures: tasks wait until that thread runs them. Timers never fire. */
final class CallerExecutor implements WorkerExecutor {
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public Cancellable schedule(long delayMillis, Runnable task) {
        return () -> {};
    }

    /** Runs what waits. */
    void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }
}
