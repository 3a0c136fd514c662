package dev.portafilter.runtime.stream;

import dev.portafilter.runtime.plugin.PluginSpec;

/** Hears how plugins and VMs are doing on the workers, from their threads. Must be thread-safe and must not block. */
public interface WorkerObserver {
    /** A plugin runs on a worker. */
    void pluginStarted(PluginSpec spec);

    /** A plugin cannot run on a worker: at start, or because its VM failed later. */
    void pluginFailed(PluginSpec spec, String reason);

    /** A VM was made for a plugin, or released. */
    void vmCount(PluginSpec spec, int change);

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
