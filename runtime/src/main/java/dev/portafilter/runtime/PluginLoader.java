package dev.portafilter.runtime;

import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.stream.LoadedPlugin;
import dev.portafilter.runtime.vm.Engine;
import dev.portafilter.runtime.vm.ModuleException;
import dev.portafilter.runtime.vm.VmModule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fetches and compiles plugins. Thread-safe; blocks. */
final class PluginLoader {
    private static final Logger LOG = LoggerFactory.getLogger(PluginLoader.class);

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
            PluginSpec named = withRootId(spec);
            return new Outcome(
                    new LoadedPlugin(lastId.incrementAndGet(), named, module, null, vmKey(named, module)), false);
        } catch (ModuleException e) {
            return failed(spec, e, false);
        } catch (IOException e) {
            return failed(spec, e, true);
        }
    }

    /** The plugin with the root id of its module, when it names none; one that the module does not know is warned of. */
    private static PluginSpec withRootId(PluginSpec spec) {
        List<String> known = spec.module().rootIds();
        if (spec.rootId().isEmpty()) {
            String rootId = spec.module().rootId();
            return rootId.isEmpty() ? spec : spec.toBuilder().rootId(rootId).build();
        }
        if (!known.isEmpty() && !known.contains(spec.rootId())) {
            LOG.warn(
                    "plugin \"{}\": \"{}\" is no root id of its module (known: {})",
                    spec.qualifiedName(),
                    spec.rootId(),
                    String.join(", ", known));
        }
        return spec;
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
