package dev.portafilter.resources;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A Secret of Kubernetes that stands among the resources: what {@code imagePullSecret} may name. Source: WasmPlugin
 * reference, section 4.8.
 */
public final class PullSecret {
    /** The kind as it is written. */
    public static final String KIND = "Secret";

    /** Its API version. */
    public static final String API_VERSION = "v1";

    private final String namespace;
    private final String name;
    private final String type;
    private final Map<String, byte[]> data;
    private final SourcePosition position;

    /**
     * A secret.
     *
     * @param type such as {@code kubernetes.io/dockerconfigjson}
     * @param data what it holds, decoded; copied. Empty for types that hold no credentials of registries
     * @param position where it begins
     */
    public PullSecret(String namespace, String name, String type, Map<String, byte[]> data, SourcePosition position) {
        this.namespace = Objects.requireNonNull(namespace, "namespace");
        this.name = Objects.requireNonNull(name, "name");
        this.type = Objects.requireNonNull(type, "type");
        this.data = copy(data);
        this.position = Objects.requireNonNull(position, "position");
    }

    private static Map<String, byte[]> copy(Map<String, byte[]> data) {
        Map<String, byte[]> copy = new LinkedHashMap<>();
        data.forEach((key, value) -> copy.put(key, value.clone()));
        return Collections.unmodifiableMap(copy);
    }

    /** {@code namespace/name}. */
    public String identity() {
        return namespace + "/" + name;
    }

    /** Its type. */
    public String type() {
        return type;
    }

    /** What it holds, decoded; a copy. */
    public Map<String, byte[]> data() {
        return copy(data);
    }

    /** Where it begins. */
    public SourcePosition position() {
        return position;
    }

    /** Never what it holds. */
    @Override
    public String toString() {
        return KIND + " " + identity();
    }
}
