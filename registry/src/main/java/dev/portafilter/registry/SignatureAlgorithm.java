package dev.portafilter.registry;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.EdDSAParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How the kinds of keys sign. Source: WasmPlugin reference, section 6.1.
 *
 * <p>An ECDSA signature is taken apart here and not by the JDK: so both its forms are read, and numbers that no signature
 * has never reach a JDK that would take them.
 */
enum SignatureAlgorithm {
    /** ECDSA on P-256. */
    P256(256, "EC P-256", "SHA256"),
    /** ECDSA on P-384; the hash differs between versions of cosign. */
    P384(384, "EC P-384", "SHA384"),
    /** ECDSA on P-521; the hash differs between versions of cosign. */
    P521(521, "EC P-521", "SHA512"),
    /** RSA with PKCS#1 v1.5, or PSS. */
    RSA(0, "RSA", "SHA256"),
    /** Ed25519, over the message or over its SHA-512 (Ed25519ph); versions of cosign differ. */
    ED25519(0, "Ed25519", "");

    private static final int LEAST_RSA_BITS = 2048;

    private final int bits;
    private final String words;
    /** The hash of its size; SHA-256 is used with every curve. */
    private final String hash;

    SignatureAlgorithm(int bits, String words, String hash) {
        this.bits = bits;
        this.words = words;
        this.hash = hash;
    }

    /** The algorithm of a key; null when it can verify nothing here. */
    static @Nullable SignatureAlgorithm of(PublicKey key) {
        if (key instanceof ECPublicKey ec) {
            int size = ec.getParams().getCurve().getField().getFieldSize();
            return Arrays.stream(values())
                    .filter(algorithm -> algorithm.bits == size)
                    .findFirst()
                    .orElse(null);
        }
        if (key instanceof RSAPublicKey rsa) {
            return rsa.getModulus().bitLength() < LEAST_RSA_BITS ? null : RSA;
        }
        boolean ed25519 = key instanceof EdECPublicKey ed
                && ed.getParams().getName().equals(NamedParameterSpec.ED25519.getName());
        return ed25519 ? ED25519 : null;
    }

    /** What messages call a key: its kind and the beginning of its fingerprint. */
    static String name(PublicKey key) {
        SignatureAlgorithm algorithm = of(key);
        return (algorithm == null ? key.getAlgorithm() : algorithm.words) + " key "
                + fingerprint(key).substring(0, 12);
    }

    /** The SHA-256 of the key in its usual form. */
    static String fingerprint(PublicKey key) {
        return Sha256.hex(key.getEncoded());
    }

    /**
     * Whether a key of this kind made the signature.
     *
     * @throws IllegalArgumentException when the key is of another kind
     */
    boolean verifies(PublicKey key, byte[] message, byte[] signature) {
        try {
            return switch (this) {
                case P256, P384, P521 -> verifiesEc((ECPublicKey) key, message, signature);
                case RSA ->
                    verifies("SHA256withRSA", null, key, message, signature)
                            || verifies("RSASSA-PSS", pss(), key, message, signature);
                case ED25519 ->
                    verifiesEd25519(key, message, signature, null)
                            || verifiesEd25519(key, message, signature, new EdDSAParameterSpec(true));
            };
        } catch (GeneralSecurityException | ClassCastException e) {
            throw new IllegalArgumentException(name(key) + ": " + e.getMessage(), e);
        }
    }

    /**
     * Whether an Ed25519 key made the signature over the message itself, and not over its hash.
     *
     * @throws IllegalArgumentException when the key is of another kind
     */
    static boolean verifiesPureEd25519(PublicKey key, byte[] message, byte[] signature) {
        try {
            return verifiesEd25519(key, message, signature, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(name(key) + ": " + e.getMessage(), e);
        }
    }

    private static boolean verifiesEd25519(
            PublicKey key, byte[] message, byte[] signature, @Nullable EdDSAParameterSpec parameters)
            throws GeneralSecurityException {
        return signature.length == 64 && verifies("Ed25519", parameters, key, message, signature);
    }

    private boolean verifiesEc(ECPublicKey key, byte[] message, byte[] signature) throws GeneralSecurityException {
        byte[] plain = plain(signature, key.getParams().getOrder());
        if (plain == null) {
            return false;
        }
        return verifies("SHA256withECDSAinP1363Format", null, key, message, plain)
                || this != P256 && verifies(hash + "withECDSAinP1363Format", null, key, message, plain);
    }

    private static boolean verifies(
            String name, @Nullable AlgorithmParameterSpec parameters, PublicKey key, byte[] message, byte[] signature)
            throws GeneralSecurityException {
        Signature verifier = Signature.getInstance(name);
        if (parameters != null) {
            verifier.setParameter(parameters);
        }
        verifier.initVerify(key);
        verifier.update(message);
        try {
            return verifier.verify(signature);
        } catch (java.security.SignatureException e) {
            // How the JDK says that the bytes are no signature at all.
            return false;
        }
    }

    private static PSSParameterSpec pss() {
        return new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, PSSParameterSpec.TRAILER_FIELD_BC);
    }

    /** The two numbers of a signature, DER or side by side, as two of the same width; null when they cannot be a signature. */
    private byte @Nullable [] plain(byte[] signature, BigInteger order) {
        int width = (bits + 7) / 8;
        BigInteger[] numbers = fromDer(signature);
        if (numbers == null) {
            if (signature.length != 2 * width) {
                return null;
            }
            numbers =
                    new BigInteger[] {new BigInteger(1, signature, 0, width), new BigInteger(1, signature, width, width)
                    };
        }
        byte[] plain = new byte[2 * width];
        for (int i = 0; i < 2; i++) {
            if (numbers[i].signum() <= 0 || numbers[i].compareTo(order) >= 0) {
                return null;
            }
            byte[] bytes = numbers[i].toByteArray();
            int count = Math.min(bytes.length, width);
            System.arraycopy(bytes, bytes.length - count, plain, (i + 1) * width - count, count);
        }
        return plain;
    }

    /** The numbers of {@code SEQUENCE { INTEGER, INTEGER }}; null when the bytes are something else. */
    private static BigInteger @Nullable [] fromDer(byte[] der) {
        DerBytes sequence = new DerBytes(der).element(0x30);
        if (sequence == null) {
            return null;
        }
        DerBytes first = sequence.element(0x02);
        DerBytes second = first == null ? null : sequence.element(0x02);
        if (first == null || second == null || !sequence.atEnd() || first.atEnd() || second.atEnd()) {
            return null;
        }
        return new BigInteger[] {first.integer(), second.integer()};
    }

    /** Reads elements with lengths up to 255, which is all that ECDSA needs. */
    private static final class DerBytes {
        private final byte[] bytes;
        private final int limit;
        private int at;

        DerBytes(byte[] bytes) {
            this(bytes, 0, bytes.length);
        }

        private DerBytes(byte[] bytes, int at, int limit) {
            this.bytes = bytes;
            this.at = at;
            this.limit = limit;
        }

        /** The content of the next element, which must be the last when this is the whole; null when it is another. */
        @Nullable DerBytes element(int tag) {
            if (limit - at < 2 || (bytes[at] & 0xff) != tag) {
                return null;
            }
            int size = bytes[at + 1] & 0xff;
            int start = at + 2;
            if (size == 0x81 && start < limit) {
                size = bytes[start++] & 0xff;
            } else if (size > 0x7f) {
                return null;
            }
            if (size > limit - start || tag == 0x30 && start + size != limit) {
                return null;
            }
            at = start + size;
            return new DerBytes(bytes, start, at);
        }

        boolean atEnd() {
            return at == limit;
        }

        BigInteger integer() {
            return new BigInteger(bytes, at, limit - at);
        }
    }
}
