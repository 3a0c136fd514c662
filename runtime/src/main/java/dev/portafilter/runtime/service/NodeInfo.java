package dev.portafilter.runtime.service;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the proxy is called in its mesh: the property {@code xds.node}, which plugins can read everywhere, and which
 * telemetry filters name themselves by. Without one the property is not there.
 *
 * @param id such as {@code sidecar~10.1.1.1~shop-1.prod~prod.svc.cluster.local}; may be empty
 * @param cluster the name of the group that the proxy belongs to; may be empty
 * @param metadata what JSON can express; as in a protobuf Struct, every number is a double
 * @param region may be empty, like the zone and its part
 */
public record NodeInfo(String id, String cluster, Map<String, ?> metadata, String region, String zone, String subZone) {
    /** Copies the map, and refuses metadata that JSON cannot express. */
    public NodeInfo {
        metadata = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        ProtobufMessage.node(id, cluster, metadata, ProtobufMessage.locality(region, zone, subZone));
    }

    /** A node of this id and cluster. */
    public NodeInfo(String id, String cluster) {
        this(id, cluster, Map.of(), "", "", "");
    }

    /** The node as a property. */
    public ProtobufMessage message() {
        return ProtobufMessage.node(id, cluster, metadata, ProtobufMessage.locality(region, zone, subZone));
    }
}
