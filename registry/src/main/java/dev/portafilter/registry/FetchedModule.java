package dev.portafilter.registry;

/**
 * A module that was fetched and checked.
 *
 * @param digest what pins it: {@code sha256:} and 64 hex digits, of its image, or of the module where there is no image
 * @param size its bytes
 */
public record FetchedModule(String digest, long size) {}
