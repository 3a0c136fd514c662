package dev.portafilter.gateway.standalone;

import dev.portafilter.runtime.service.Cancellable;
import dev.portafilter.runtime.service.WorkerExecutor;
import io.vertx.core.Context;
import io.vertx.core.Vertx;

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
        context.runOnContext(nothing -> task.run());
    }

    @Override
    public Cancellable schedule(long delayMillis, Runnable task) {
        long timer = vertx.setTimer(Math.max(1, delayMillis), expired -> task.run());
        return () -> vertx.cancelTimer(timer);
    }
}
