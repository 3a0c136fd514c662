package dev.portafilter.gateway.standalone;

import dev.portafilter.runtime.service.Cancellable;
import dev.portafilter.runtime.service.WorkerExecutor;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.concurrent.RejectedExecutionException;

/** An event loop as the thread of a worker. */
final class LoopExecutor implements WorkerExecutor {
    private final Vertx vertx;
    private final Context context;

    LoopExecutor(Vertx vertx, Context context) {
        this.vertx = vertx;
        this.context = context;
    }

    @Override
    public void execute(Runnable task) {
        try {
            context.runOnContext(nothing -> task.run());
        } catch (RejectedExecutionException e) {
            // The event loop is gone, and with it everything that the task could be about.
        }
    }

    @Override
    public Cancellable schedule(long delayMillis, Runnable task) {
        long timer = vertx.setTimer(Math.max(1, delayMillis), expired -> task.run());
        return () -> vertx.cancelTimer(timer);
    }
}
