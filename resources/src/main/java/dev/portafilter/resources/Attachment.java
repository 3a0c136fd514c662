package dev.portafilter.resources;

import dev.portafilter.runtime.plugin.PluginType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which workloads and which of their traffic a plugin is for. Source: WasmPlugin reference, sections 2.3 to 2.6.
 *
 * @param selector labels that a workload must have, all of them; null when there is no selector
 * @param targetRefs Kubernetes objects, one of which the workload must belong to; empty when the selector decides
 * @param match traffic, one of which must fit; empty for all traffic
 * @param type what the plugin filters
 */
public record Attachment(
        @Nullable Map<String, String> selector,
        List<TargetReference> targetRefs,
        List<TrafficMatch> match,
        PluginType type) {
    /** On which side of a connection the workload is. */
    public enum Mode {
        /** Both sides. */
        CLIENT_AND_SERVER,
        /** The workload sends the request; a gateway counts as this. */
        CLIENT,
        /** The workload receives the request. */
        SERVER,
        /** A gateway, or a sidecar that receives the request: the traffic of every ServiceMeshExtension. */
        GATEWAY_AND_SERVER
    }

    /**
     * A Kubernetes object in the plugin's namespace.
     *
     * @param group the API group; empty for the core group
     * @param kind the kind
     * @param name the name
     */
    public record TargetReference(String group, String kind, String name) {
        @Override
        public String toString() {
            return kind + " " + name;
        }
    }

    /**
     * Traffic by side and port; both must fit.
     *
     * @param mode the side
     * @param ports the ports; empty for all
     */
    public record TrafficMatch(Mode mode, Set<Integer> ports) {
        /** What a ServiceMeshExtension sees. */
        static final TrafficMatch OF_EXTENSIONS = new TrafficMatch(Mode.GATEWAY_AND_SERVER, Set.of());
    }
}
