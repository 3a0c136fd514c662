package dev.portafilter.registry;

import java.security.PublicKey;

/**
 * That a key has signed something.
 *
 * @param subject what: the digest of a manifest or an index, or {@code sha256:} of a file as it was downloaded
 * @param key the key
 * @param source where the signature was
 */
public record Verification(String subject, PublicKey key, String source) {
    /** {@code sha256:…: signed with EC P-256 key 0123456789ab, by tag sha256-….sig, layer 1}. */
    @Override
    public String toString() {
        return subject + ": signed with " + SignatureAlgorithm.name(key) + ", by " + source;
    }
}
