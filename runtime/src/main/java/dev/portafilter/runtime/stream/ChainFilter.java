package dev.portafilter.runtime.stream;

import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.PluginSpec;
import org.jspecify.annotations.Nullable;

/** One plugin's place in a worker's chain, with the root context that serves it now. */
final class ChainFilter {
    private final LoadedPlugin loaded;
    private @Nullable PluginContext plugin;
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

    void runsIn(PluginContext context) {
        plugin = context;
        hopeless = false;
    }

    void giveUp() {
        plugin = null;
        hopeless = true;
    }

    boolean running() {
        return plugin != null && plugin.running();
    }

    boolean reloadable() {
        return !hopeless && !running() && spec().failurePolicy() == FailurePolicy.FAIL_RELOAD;
    }

    boolean failsOpen() {
        return spec().failurePolicy() == FailurePolicy.FAIL_OPEN;
    }
}
