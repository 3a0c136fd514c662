package dev.portafilter.registry;

import java.util.Map;

/**
 * What a manifest or an index says of something that it refers to. Source: WasmPlugin reference, sections 4.1 and 4.7.
 *
 * @param mediaType its media type
 * @param digest {@code sha256:} and 64 hex digits
 * @param size its size in bytes
 * @param annotations its annotations
 * @param artifactType its artifact type, of referrers; empty unless set
 * @param platform the platform of a child of an index, {@code os/architecture}; empty unless set
 */
public record Descriptor(
        String mediaType,
        String digest,
        long size,
        Map<String, String> annotations,
        String artifactType,
        String platform) {
    /** Copies the annotations. */
    public Descriptor {
        annotations = Map.copyOf(annotations);
    }
}
