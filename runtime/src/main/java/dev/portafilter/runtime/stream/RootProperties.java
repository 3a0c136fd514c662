package dev.portafilter.runtime.stream;

import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.service.NodeInfo;
import dev.portafilter.runtime.service.PropertyValues;
import dev.portafilter.runtime.service.ProtobufMessage;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The properties that can be read from everywhere: what the plugin and the proxy are called. Source: ABI reference, section 3.12. */
final class RootProperties {
    private final byte[] pluginName;
    private final byte[] rootId;
    private final byte[] vmId;
    private final @Nullable ProtobufMessage node;

    RootProperties(PluginSpec spec, @Nullable NodeInfo node) {
        this.node = node == null ? null : node.message();
        pluginName = spec.pluginName().getBytes(StandardCharsets.UTF_8);
        rootId = spec.rootId().getBytes(StandardCharsets.UTF_8);
        vmId = spec.vmId().getBytes(StandardCharsets.UTF_8);
    }

    Status read(PropertyPath path, ResultBytes value) {
        if (path.size() != 1) {
            boolean ofNode = node != null
                    && path.size() > 1
                    && path.segment(0).equals("xds")
                    && path.segment(1).equals("node");
            return ofNode ? PropertyValues.read(node, path, 2, value) : Status.NOT_FOUND;
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
