package dev.portafilter.runtime.stream;

import dev.portafilter.abi.EffectiveContext;
import dev.portafilter.abi.LogLevel;
import dev.portafilter.runtime.service.LogLimiter;

/** A context that a guest knows by id. */
abstract class GuestContext implements EffectiveContext {
    final PluginVm vm;
    private final int id;

    GuestContext(PluginVm vm, int id) {
        this.vm = vm;
        this.id = id;
    }

    @Override
    public final int id() {
        return id;
    }

    /** The plugin's name in log lines. */
    abstract String pluginName();

    /** Where lines of this context go. */
    abstract LogLimiter pluginLog();

    /** Says what the plugin did wrong, within the limit of its own lines, so that doing so without end fills no log. */
    final void warn(String message) {
        LogLimiter log = pluginLog();
        if (log.enabled(LogLevel.WARN)) {
            log.warn(id, message);
        }
    }

    /** The VM has failed: whatever waits here must be failed or let go. */
    abstract void vmFailed();
}
