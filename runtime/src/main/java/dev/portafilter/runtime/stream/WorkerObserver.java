package dev.portafilter.runtime.stream;

import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.service.Cancellable;
import java.util.List;
import java.util.function.LongSupplier;

/** Hears how plugins and VMs are doing on the workers, from their threads. Must be thread-safe and must not block. */
public interface WorkerObserver {
    /** A plugin runs on a worker. */
    void pluginStarted(PluginSpec spec);

    /** A plugin cannot run on a worker: at start, or because its VM failed later. */
    void pluginFailed(PluginSpec spec, String reason);

    /**
     * A VM was made.
     *
     * @param plugins those that run in it
     * @param memoryBytes tells its linear memory in bytes, roughly, from any thread
     * @return to be cancelled when the VM is released
     */
    Cancellable vmStarted(List<PluginSpec> plugins, LongSupplier memoryBytes);

    /** The VM of a plugin was replaced after a failure; or was not, because it failed again or its back-off runs. */
    void reloaded(PluginSpec spec, Reload outcome);

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
