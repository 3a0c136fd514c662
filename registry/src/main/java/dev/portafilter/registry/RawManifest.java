package dev.portafilter.registry;

/**
 * A manifest or an index as it was sent, and checked: its digest is that of the bytes, and the one that was asked for.
 *
 * @param mediaType what it is
 * @param digest {@code sha256:} and 64 hex digits
 * @param bytes the JSON text; not to be changed
 */
public record RawManifest(String mediaType, String digest, byte[] bytes) {}
