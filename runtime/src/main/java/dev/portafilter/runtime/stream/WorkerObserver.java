package dev.portafilter.runtime.stream;

import dev.portafilter.runtime.service.Cancellable;
import java.util.function.LongSupplier;

/** Hears how plugins and VMs are doing on the workers, from their threads. Must be thread-safe and must not block. */
public interface WorkerObserver {
    /** Hears and does nothing. */
    WorkerObserver NONE = new WorkerObserver() {
        @Override
        public Cancellable pluginStarted(LoadedPlugin plugin, LongSupplier memoryBytes) {
            return () -> {};
        }

        @Override
        public void pluginFailed(LoadedPlugin plugin, String reason) {}

        @Override
        public Cancellable vmStarted(LongSupplier memoryBytes) {
            return () -> {};
        }

        @Override
        public void reloaded(LoadedPlugin plugin, Reload outcome) {}
    };

    /**
     * A plugin runs on a worker.
     *
     * @param memoryBytes tells the linear memory of its VM in bytes, roughly, from any thread
     * @return to be cancelled when it has ended, or its VM has
     */
    Cancellable pluginStarted(LoadedPlugin plugin, LongSupplier memoryBytes);

    /** A plugin cannot run on a worker: at start, or because its VM failed later. */
    void pluginFailed(LoadedPlugin plugin, String reason);

    /**
     * A VM was made.
     *
     * @param memoryBytes tells its linear memory in bytes, roughly, from any thread
     * @return to be cancelled when the VM is released
     */
    Cancellable vmStarted(LongSupplier memoryBytes);

    /** The VM of a plugin was replaced after a failure; or was not, because it failed again or its back-off runs. */
    void reloaded(LoadedPlugin plugin, Reload outcome);

    /** What came of the wish to replace a VM. */
    enum Reload {
        /** It runs. */
        SUCCESS,
        /** It failed to start. */
        FAILURE,
        /** It was too early. */
        BACK_OFF
    }
}
