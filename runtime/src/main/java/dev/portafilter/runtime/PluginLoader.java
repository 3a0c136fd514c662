package dev.portafilter.runtime;

import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.stream.LoadedPlugin;
import dev.portafilter.runtime.vm.Engine;
import dev.portafilter.runtime.vm.ModuleException;
import dev.portafilter.runtime.vm.VmModule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** Fetches and compiles plugins. Thread-safe; blocks. */
final class PluginLoader {
    private final Engine engine;
    private final AtomicLong lastId = new AtomicLong();

    PluginLoader(Engine engine) {
        this.engine = engine;
    }

    /**
     * A new instance.
     *
     * @param plugin with or without code
     * @param mayComeBack whether the code may be there at another time
     */
    record Outcome(LoadedPlugin plugin, boolean mayComeBack) {
        /** Why there is no code; empty when there is. */
        String error() {
            String error = plugin.error();
            return error == null ? "" : error;
        }

        boolean failed() {
            return plugin.module() == null;
        }
    }

    /** Loads a plugin; one that cannot be loaded says why. */
    Outcome load(PluginSpec spec) {
        try {
            VmModule module = engine.load(spec.module().load());
            return new Outcome(
                    new LoadedPlugin(lastId.incrementAndGet(), spec, module, null, vmKey(spec, module)), false);
        } catch (ModuleException e) {
            return failed(spec, e, false);
        } catch (IOException e) {
            return failed(spec, e, true);
        }
    }

    private Outcome failed(PluginSpec spec, Exception error, boolean mayComeBack) {
        String reason = error.getMessage() == null ? error.toString() : error.getMessage();
        return new Outcome(new LoadedPlugin(lastId.incrementAndGet(), spec, null, reason, ""), mayComeBack);
    }

    /** Equal for plugins that may share a VM: VM id, VM configuration, code, environment, capabilities and limits. */
    private static String vmKey(PluginSpec spec, VmModule module) {
        if (spec.isolated()) {
            return UUID.randomUUID().toString();
        }
        return String.join(
                "||",
                spec.vmId(),
                new String(spec.vmConfiguration(), StandardCharsets.ISO_8859_1),
                module.digest(),
                spec.environment().toString(),
                spec.allowedCapabilities().stream().sorted().toList().toString(),
                spec.limits().toString());
    }
}
