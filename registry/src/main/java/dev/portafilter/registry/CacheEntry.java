package dev.portafilter.registry;

import java.nio.file.Path;
import java.util.List;

/**
 * A module in a cache, for whoever lists them.
 *
 * @param name the url, or {@code oci://host/repository}
 * @param urls the urls that last meant it; none for what was only asked for by its digest
 * @param checksums what it is asked for by: digests of images, or of modules; 64 hex digits each
 * @param sha256 what its bytes must hash to: 64 hex digits
 * @param file its file
 * @param size its bytes
 * @param signedBy the fingerprints of keys that are known to have signed it
 * @param lastUsedMillis when it was last used, since 1970
 * @param inUse whether a process uses it now; then it does not expire
 */
public record CacheEntry(
        String name,
        List<String> urls,
        List<String> checksums,
        String sha256,
        Path file,
        long size,
        List<String> signedBy,
        long lastUsedMillis,
        boolean inUse) {
    /** Copies the lists. */
    public CacheEntry {
        urls = List.copyOf(urls);
        checksums = List.copyOf(checksums);
        signedBy = List.copyOf(signedBy);
    }
}
