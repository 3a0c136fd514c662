package dev.portafilter.registry;

import java.nio.file.Path;
import java.util.List;

/**
 * A module in a cache, for whoever lists them.
 *
 * @param name the url, or {@code oci://host/repository}
 * @param checksums what it is asked for by: digests of images, or of modules; 64 hex digits each
 * @param urls the urls that mean it, such as those of tags; none for what was only ever asked for by its digest
 * @param file its file
 * @param size its bytes
 * @param signedBy the fingerprints of keys that are known to have signed it
 * @param lastUsedMillis when it was last used, since 1970
 */
public record CacheEntry(
        String name,
        List<String> checksums,
        List<String> urls,
        Path file,
        long size,
        List<String> signedBy,
        long lastUsedMillis) {
    /** Copies the lists. */
    public CacheEntry {
        checksums = List.copyOf(checksums);
        urls = List.copyOf(urls);
        signedBy = List.copyOf(signedBy);
    }
}
