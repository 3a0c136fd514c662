package dev.portafilter.runtime.stream;

import dev.portafilter.abi.SharedQueues;
import dev.portafilter.abi.Status;
import dev.portafilter.runtime.service.Cancellable;
import dev.portafilter.runtime.service.HostServices;
import dev.portafilter.runtime.service.WorkerExecutor;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Starts a plugin once in a VM that is thrown away, to see whether it would start where requests are. What it does at its
 * start is done for real, as in Envoy, but queues stay with those who receive from them. Source: WasmPlugin reference,
 * section 7.5.
 */
public final class Trial {
    private Trial() {}

    /**
     * Tries a plugin on the caller's thread, which is to be none that serves requests.
     *
     * @return null when it starts, else why it does not
     */
    public static @Nullable String failure(LoadedPlugin plugin, HostServices services, WorkerOptions options) {
        AtomicReference<@Nullable String> failure = new AtomicReference<>();
        WorkerObserver observer = new WorkerObserver() {
            @Override
            public Cancellable pluginStarted(LoadedPlugin started, LongSupplier memoryBytes) {
                return () -> {};
            }

            @Override
            public void pluginFailed(LoadedPlugin failed, String reason) {
                failure.set(reason);
            }

            @Override
            public Cancellable vmStarted(LongSupplier memoryBytes) {
                return () -> {};
            }

            @Override
            public void reloaded(LoadedPlugin reloaded, Reload outcome) {}
        };
        Tasks tasks = new Tasks();
        Worker worker = Worker.onTrial(tasks, services, options, plugin, observer);
        tasks.runAll();
        worker.discard();
        return failure.get();
    }

    /** The queues of a VM on trial: it finds those that are there and takes none over. */
    static SharedQueues withoutTakingOver(SharedQueues queues) {
        return new SharedQueues() {
            @Override
            public int register(byte[] name, int rootContextId) {
                int token = queues.resolve(new byte[0], name);
                return token == 0 ? queues.register(name, rootContextId) : token;
            }

            @Override
            public int resolve(byte[] vmId, byte[] name) {
                return queues.resolve(vmId, name);
            }

            @Override
            public Status enqueue(int token, byte[] item) {
                return queues.enqueue(token, item);
            }

            @Override
            public boolean exists(int token) {
                return queues.exists(token);
            }

            @Override
            public byte @Nullable [] dequeue(int token) {
                return queues.dequeue(token);
            }
        };
    }

    /** The trial's thread is the caller's; nothing comes later. */
    private static final class Tasks implements WorkerExecutor {
        private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
        private boolean over;

        @Override
        public synchronized void execute(Runnable task) {
            if (!over) {
                waiting.add(task);
            }
        }

        @Override
        public Cancellable schedule(long delayMillis, Runnable task) {
            return () -> {};
        }

        /** Runs what the start has left to do; what others send meanwhile (answers, queue notices) comes too late. */
        void runAll() {
            for (Runnable task = next(); task != null; task = next()) {
                task.run();
            }
        }

        private synchronized @Nullable Runnable next() {
            Runnable task = over ? null : waiting.poll();
            over |= task != null;
            return task;
        }
    }
}
