package dev.portafilter.test.compare;

import java.nio.file.Path;
import java.util.Objects;

/**
 * A plugin as both sides load it. Immutable.
 *
 * @param name tells plugins of a chain apart; letters, digits and hyphens
 * @param module the file with the code
 * @param configuration what {@code on_configure} reads
 * @param vmConfiguration what {@code on_vm_start} reads
 * @param rootId the property {@code plugin_root_id}
 * @param vmId the property {@code plugin_vm_id}: plugins with the same one share data and queues
 * @param failOpen whether requests pass when the plugin has failed
 */
public record ComparedPlugin(
        String name,
        Path module,
        String configuration,
        String vmConfiguration,
        String rootId,
        String vmId,
        boolean failOpen) {
    /** Checks the name. */
    public ComparedPlugin {
        if (!name.matches("[A-Za-z0-9-]{1,60}")) {
            throw new IllegalArgumentException(
                    "plugin name: \"" + name + "\" (expected: 1..60 letters, digits and hyphens)");
        }
        Objects.requireNonNull(module, "module");
    }

    /** A plugin with nothing but its code and a configuration; it is named after the file. */
    public static ComparedPlugin of(Path module, String configuration) {
        return new ComparedPlugin(nameOf(module), module, configuration, "", "", "", false);
    }

    /** This plugin with another name. */
    public ComparedPlugin withName(String other) {
        return new ComparedPlugin(other, module, configuration, vmConfiguration, rootId, vmId, failOpen);
    }

    static String nameOf(Path module) {
        String file = String.valueOf(module.getFileName());
        return (file.endsWith(".wasm") ? file.substring(0, file.length() - 5) : file).replaceAll("[^A-Za-z0-9-]", "-");
    }
}
