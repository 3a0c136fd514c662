package dev.portafilter.registry;

import java.security.PublicKey;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Keys, any of which may have signed. Source: WasmPlugin reference, section 6.1. */
final class VerificationKeys {
    private final List<PublicKey> keys;

    /**
     * The keys.
     *
     * @throws FetchException {@code signature.keyInvalid} when one can verify nothing
     */
    VerificationKeys(List<PublicKey> keys) throws FetchException {
        for (PublicKey key : keys) {
            if (SignatureAlgorithm.of(key) == null) {
                throw new FetchException(
                        "signature.keyInvalid",
                        SignatureAlgorithm.name(key)
                                + ": cannot be used (expected: EC P-256, P-384 or P-521, RSA of 2048 bits or more, Ed25519)");
            }
        }
        this.keys = List.copyOf(keys);
    }

    List<PublicKey> all() {
        return keys;
    }

    /** The key that made a signature; null when none of these did. */
    @Nullable PublicKey signer(byte[] message, byte[] signature) {
        for (PublicKey key : keys) {
            SignatureAlgorithm algorithm = SignatureAlgorithm.of(key);
            if (algorithm != null && algorithm.verifies(key, message, signature)) {
                return key;
            }
        }
        return null;
    }

    /** The Ed25519 key that made a signature over the message itself; null when none of these did. */
    @Nullable PublicKey ed25519Signer(byte[] message, byte[] signature) {
        for (PublicKey key : keys) {
            if (SignatureAlgorithm.of(key) == SignatureAlgorithm.ED25519
                    && SignatureAlgorithm.verifiesPureEd25519(key, message, signature)) {
                return key;
            }
        }
        return null;
    }

    boolean anyEd25519() {
        return keys.stream().anyMatch(key -> SignatureAlgorithm.of(key) == SignatureAlgorithm.ED25519);
    }

    /** Says that no key made a signature. */
    Finding noSigner() {
        return Finding.invalid("no key made its signature (tried: " + this + ")");
    }

    /** The bytes of base64 text, with white space anywhere; null when it is none. */
    static byte @Nullable [] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64.replaceAll("\\s", ""));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    @Override
    public String toString() {
        return keys.stream().map(SignatureAlgorithm::name).collect(Collectors.joining(", "));
    }
}
