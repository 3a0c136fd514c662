package dev.portafilter.runtime.stream;

import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import dev.portafilter.runtime.plugin.PluginSpec;
import java.nio.charset.StandardCharsets;

/** The properties that can be read from everywhere: what the plugin is called. Source: ABI reference, section 3.12. */
final class RootProperties {
    private final byte[] pluginName;
    private final byte[] rootId;
    private final byte[] vmId;

    RootProperties(PluginSpec spec) {
        pluginName = spec.qualifiedName().getBytes(StandardCharsets.UTF_8);
        rootId = spec.rootId().getBytes(StandardCharsets.UTF_8);
        vmId = spec.vmId().getBytes(StandardCharsets.UTF_8);
    }

    Status read(PropertyPath path, ResultBytes value) {
        if (path.size() != 1) {
            return Status.NOT_FOUND;
        }
        return switch (path.segment(0)) {
            case "plugin_name" -> PropertyBytes.bytes(value, pluginName);
            case "plugin_root_id" -> PropertyBytes.bytes(value, rootId);
            case "plugin_vm_id" -> PropertyBytes.bytes(value, vmId);
            case "xds" -> Status.SERIALIZATION_FAILURE;
            default -> Status.NOT_FOUND;
        };
    }
}
