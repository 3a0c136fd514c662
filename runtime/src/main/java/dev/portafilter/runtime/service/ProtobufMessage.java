package dev.portafilter.runtime.service;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A property that is a protobuf message: it reads as its serialized form, and its fields can be reached by name.
 * Immutable. Source: ABI reference, section 3.12.
 */
public final class ProtobufMessage {
    private final Map<String, Object> fields;
    private final byte[] bytes;

    private ProtobufMessage(Map<String, Object> fields, byte[] bytes) {
        this.fields = fields;
        this.bytes = bytes;
    }

    /**
     * Envoy's {@code core.v3.Metadata}, as the properties {@code metadata} and {@code xds.…_metadata} are.
     *
     * @param filterMetadata for each namespace what JSON can express: maps, lists, strings, numbers, booleans, null
     * @throws IllegalArgumentException when it holds something else
     */
    public static ProtobufMessage metadata(Map<String, ? extends Map<String, ?>> filterMetadata) {
        Map<String, Object> byNamespace = new LinkedHashMap<>();
        ProtobufWriter wire = new ProtobufWriter();
        filterMetadata.forEach((namespace, values) -> {
            Map<String, Object> struct = struct(namespace, values);
            byNamespace.put(namespace, struct);
            wire.bytes(
                    1,
                    new ProtobufWriter()
                            .text(1, namespace)
                            .bytes(2, structBytes(struct))
                            .message());
        });
        return new ProtobufMessage(Map.of("filter_metadata", byNamespace), wire.message());
    }

    /** Envoy's {@code core.v3.Locality}; empty strings for what is not known. */
    public static ProtobufMessage locality(String region, String zone, String subZone) {
        return new ProtobufMessage(
                Map.of("region", region, "zone", zone, "sub_zone", subZone),
                new ProtobufWriter()
                        .text(1, region)
                        .text(2, zone)
                        .text(3, subZone)
                        .message());
    }

    /** Envoy's {@code core.v3.Node} without what only Envoy has. */
    static ProtobufMessage node(String id, String cluster, Map<String, ?> metadata, ProtobufMessage locality) {
        Map<String, Object> struct = struct("metadata", metadata);
        ProtobufWriter wire = new ProtobufWriter().text(1, id).text(2, cluster);
        if (!struct.isEmpty()) {
            wire.bytes(3, structBytes(struct));
        }
        if (locality.bytes.length > 0) {
            wire.bytes(4, locality.bytes);
        }
        return new ProtobufMessage(
                Map.of("id", id, "cluster", cluster, "metadata", struct, "locality", locality), wire.message());
    }

    boolean has(String field) {
        return fields.containsKey(field);
    }

    @Nullable Object field(String name) {
        return fields.get(name);
    }

    byte[] bytes() {
        return bytes;
    }

    /** A copy in which every number is a double, as in a Struct. */
    private static Map<String, Object> struct(String where, Map<?, ?> values) {
        Map<String, Object> struct = new LinkedHashMap<>();
        values.forEach((key, value) -> struct.put(String.valueOf(key), structValue(where + "." + key, value)));
        return struct;
    }

    private static @Nullable Object structValue(String where, @Nullable Object value) {
        if (value == null || value instanceof String || value instanceof Boolean) {
            return value;
        }
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        if (value instanceof Map<?, ?> map) {
            return struct(where, map);
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new java.util.ArrayList<>(list.size());
            for (Object element : list) {
                copy.add(structValue(where + "." + copy.size(), element));
            }
            return copy;
        }
        throw new IllegalArgumentException(where + ": a " + value.getClass().getSimpleName()
                + " (expected: a map, list, string, number, boolean or null)");
    }

    private static byte[] structBytes(Map<?, ?> struct) {
        ProtobufWriter wire = new ProtobufWriter();
        struct.forEach((key, value) -> wire.bytes(
                1,
                new ProtobufWriter()
                        .text(1, String.valueOf(key))
                        .bytes(2, valueBytes(value))
                        .message()));
        return wire.message();
    }

    private static byte[] valueBytes(@Nullable Object value) {
        ProtobufWriter wire = new ProtobufWriter();
        if (value instanceof Double number) {
            wire.real(2, number);
        } else if (value instanceof String text) {
            wire.bytes(3, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        } else if (value instanceof Boolean yes) {
            wire.number(4, yes ? 1 : 0);
        } else if (value instanceof Map<?, ?> map) {
            wire.bytes(5, structBytes(map));
        } else if (value instanceof List<?> list) {
            ProtobufWriter elements = new ProtobufWriter();
            list.forEach(element -> elements.bytes(1, valueBytes(element)));
            wire.bytes(6, elements.message());
        } else {
            wire.number(1, 0);
        }
        return wire.message();
    }
}
