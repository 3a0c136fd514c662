package dev.portafilter.registry;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, as digests and names of files have it. */
final class Sha256 {
    /** What digests of OCI begin with. */
    static final String PREFIX = "sha256:";

    private Sha256() {}

    /** The 32 bytes. */
    static byte[] of(byte[] bytes) {
        return digest().digest(bytes);
    }

    /** 64 lower-case hex digits. */
    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(of(bytes));
    }

    /** The 64 hex digits of a digest. */
    static String hexOf(String digest) {
        return digest.startsWith(PREFIX) ? digest.substring(PREFIX.length()) : digest;
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
