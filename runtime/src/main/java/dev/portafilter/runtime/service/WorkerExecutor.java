package dev.portafilter.runtime.service;

import java.util.concurrent.Executor;

/**
 * The thread of a worker: it runs one task at a time, in order. On an event-loop server the event loop is one; elsewhere
 * a single-threaded executor; in tests a list of tasks driven by hand.
 */
public interface WorkerExecutor extends Executor {
    /** Runs a task later on this worker; never inside this call. Any thread. */
    @Override
    void execute(Runnable task);

    /**
     * Runs a task on this worker once some time has passed. Worker thread only.
     *
     * @param delayMillis at least 1
     */
    Cancellable schedule(long delayMillis, Runnable task);
}
