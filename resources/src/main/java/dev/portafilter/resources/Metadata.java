package dev.portafilter.resources;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a resource is called.
 *
 * @param name the name
 * @param namespace the namespace
 * @param annotations the annotations that are text
 * @param creationTimestamp when Kubernetes made it, as written; null in most files
 * @param resourceVersion Kubernetes' revision; null in most files
 */
public record Metadata(
        String name,
        String namespace,
        Map<String, String> annotations,
        @Nullable String creationTimestamp,
        @Nullable String resourceVersion) {
    /** {@code namespace/name}; leaves out the annotations: a configuration among them may hold secrets. */
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
