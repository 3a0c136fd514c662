package dev.portafilter.test.e2e;

import dev.portafilter.runtime.ProxyWasmHost;
import dev.portafilter.runtime.service.WorkerExecutor;
import dev.portafilter.runtime.stream.Worker;
import java.lang.reflect.Field;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What is alive in the workers of a host, each asked on its own thread.
 *
 * @param contexts of plugins and streams
 * @param idle whether nothing that a guest asked for waits to be done
 */
record WorkerCounts(int streams, int contexts, boolean idle) {
    /** The workers belong to the gateway, which shows them to nobody. */
    static WorkerCounts of(ProxyWasmHost host) {
        WorkerCounts sum = new WorkerCounts(0, 0, true);
        for (Object each : (List<?>) field(ProxyWasmHost.class, "workers", host)) {
            Worker worker = (Worker) each;
            CompletableFuture<WorkerCounts> counts = new CompletableFuture<>();
            ((WorkerExecutor) field(Worker.class, "executor", worker))
                    .execute(() -> counts.complete(
                            new WorkerCounts(worker.streamCount(), worker.contextCount(), worker.idle())));
            sum = sum.and(
                    counts.orTimeout(Patience.MILLIS, TimeUnit.MILLISECONDS).join());
        }
        return sum;
    }

    private WorkerCounts and(WorkerCounts other) {
        return new WorkerCounts(streams + other.streams, contexts + other.contexts, idle && other.idle);
    }

    private static Object field(Class<?> type, String name, Object owner) {
        try {
            Field field = type.getDeclaredField(name);
            field.setAccessible(true);
            return field.get(owner);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
