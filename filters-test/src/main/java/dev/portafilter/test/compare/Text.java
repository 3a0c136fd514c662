package dev.portafilter.test.compare;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Bytes as a reader sees them, and back. */
final class Text {
    private static final int SHOWN = 400;

    private Text() {}

    /** Lines with CRLF for {@code \n}, and a body as it is. */
    static byte[] bytes(String lines, String body) {
        return (lines.replace("\r\n", "\n").replace("\n", "\r\n") + body).getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Printable ASCII as it is, everything else escaped; of long ones the beginning and a digest. */
    static String shown(byte[] bytes) {
        if (bytes.length > SHOWN) {
            return escaped(bytes, 60) + "… sha256 " + digest(bytes);
        }
        return escaped(bytes, bytes.length);
    }

    private static String escaped(byte[] bytes, int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            int b = bytes[i] & 0xff;
            switch (b) {
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\\' -> text.append("\\\\");
                default -> {
                    if (b < ' ' || b > '~') {
                        text.append(String.format("\\x%02x", b));
                    } else {
                        text.append((char) b);
                    }
                }
            }
        }
        return text.toString();
    }

    private static String digest(byte[] bytes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
