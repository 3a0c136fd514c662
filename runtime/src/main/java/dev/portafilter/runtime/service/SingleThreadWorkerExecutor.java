package dev.portafilter.runtime.service;

import java.util.concurrent.Delayed;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker on a daemon thread of its own, for embedders without an event loop. A task that throws is logged, and the next
 * one runs. Thread-safe.
 */
public final class SingleThreadWorkerExecutor implements WorkerExecutor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SingleThreadWorkerExecutor.class);

    private final String name;
    private final ScheduledThreadPoolExecutor thread;

    /**
     * Makes the worker; its thread starts with the first task.
     *
     * @param name the name of the thread
     */
    public SingleThreadWorkerExecutor(String name) {
        this.name = name;
        this.thread = DaemonThread.scheduled(name);
    }

    /**
     * Runs a task later on this worker.
     *
     * @throws java.util.concurrent.RejectedExecutionException when the worker is closed
     */
    @Override
    public void execute(Runnable task) {
        thread.execute(() -> run(task));
    }

    /**
     * Runs a task on this worker once some time has passed. Any thread.
     *
     * @throws IllegalArgumentException when the delay is below 1
     * @throws java.util.concurrent.RejectedExecutionException when the worker is closed
     */
    @Override
    public Cancellable schedule(long delayMillis, Runnable task) {
        if (delayMillis < 1) {
            throw new IllegalArgumentException("delayMillis: " + delayMillis + " (expected: at least 1)");
        }
        ScheduledFuture<?> timer = thread.schedule(() -> run(task), delayMillis, TimeUnit.MILLISECONDS);
        return () -> timer.cancel(false);
    }

    /**
     * Takes no further tasks and drops those whose time has not come; the tasks waiting now still run, then the thread
     * ends. Does not wait for that. Any thread, also the worker's own; again does nothing.
     */
    @Override
    public void close() {
        thread.shutdown();
        for (Runnable waiting : thread.getQueue()) {
            if (waiting instanceof Delayed timer
                    && waiting instanceof Future<?> future
                    && timer.getDelay(TimeUnit.NANOSECONDS) > 0) {
                future.cancel(false);
            }
        }
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            LOG.error("worker {}: a task failed", name, e);
        }
    }
}
