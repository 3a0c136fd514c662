package dev.portafilter.runtime.stream;

import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.service.Cancellable;
import org.jspecify.annotations.Nullable;

/** One plugin on a worker, with the root context that serves it now. It may move to another place when the chain changes. */
final class ChainFilter {
    private LoadedPlugin loaded;
    private @Nullable PluginContext plugin;
    private @Nullable Cancellable drainTimer;
    /** Failed for a reason that a new VM does not mend: load, start, configuration. */
    private boolean hopeless;

    ChainFilter(LoadedPlugin loaded) {
        this.loaded = loaded;
        this.hopeless = loaded.module() == null;
    }

    LoadedPlugin loaded() {
        return loaded;
    }

    PluginSpec spec() {
        return loaded.spec();
    }

    @Nullable PluginContext plugin() {
        return plugin;
    }

    /** The same plugin in another place. */
    void moveTo(LoadedPlugin place) {
        loaded = place;
    }

    void runsIn(PluginContext context) {
        plugin = context;
        hopeless = false;
    }

    void giveUp() {
        plugin = null;
        hopeless = true;
    }

    /** Keeps what ends the wait for its streams. */
    void drainsUntil(Cancellable timer) {
        drainTimer = timer;
    }

    void drained() {
        if (drainTimer != null) {
            drainTimer.cancel();
            drainTimer = null;
        }
    }

    boolean running() {
        return plugin != null && plugin.running();
    }

    /** Whether the plugin has asked for time before it ends. */
    boolean waits() {
        return plugin != null && plugin.waiting();
    }

    boolean reloadable() {
        return !hopeless && !running() && spec().failurePolicy() == FailurePolicy.FAIL_RELOAD;
    }

    boolean failsOpen() {
        return spec().failurePolicy() == FailurePolicy.FAIL_OPEN;
    }
}
