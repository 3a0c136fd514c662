package dev.portafilter.registry;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A module as it came from the cache, its bytes compared with what was stored.
 *
 * @param name what it is called without tag or digest
 * @param checksums what its file is called after, and what else it can be asked for by: 64 hex digits each
 * @param module the bytes
 * @param manifest the {@code manifest.yaml} of its image; null unless it came with one
 * @param rootIds the root ids that the {@code runtime-config.json} of its image lists
 * @param signedBy the fingerprints of keys that are known to have signed it
 */
record CachedModule(
        String name,
        List<String> checksums,
        byte[] module,
        byte @Nullable [] manifest,
        List<String> rootIds,
        Set<String> signedBy) {
    String checksum() {
        return checksums.get(0);
    }
}
