package dev.portafilter.registry;

import dev.portafilter.resources.Manifest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A module out of an image.
 *
 * @param module its bytes, which begin as a module does; owned by the caller
 * @param digest the digest that the reference leads to
 * @param childDigest the digest of the image; another one when {@code digest} is that of an index
 * @param layout how the image holds it
 * @param runtimeConfig what the image says of it; null when it says nothing
 * @param manifest the manifest that named the module; null when it was not needed
 * @param warnings what is odd about the image
 */
public record FetchedImage(
        byte[] module,
        String digest,
        String childDigest,
        ImageLayout layout,
        @Nullable RuntimeConfig runtimeConfig,
        @Nullable Manifest manifest,
        List<String> warnings) {
    /** Copies the warnings. */
    public FetchedImage {
        warnings = List.copyOf(warnings);
    }
}
