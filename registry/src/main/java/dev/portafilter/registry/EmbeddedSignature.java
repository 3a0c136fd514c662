package dev.portafilter.registry;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Signatures in a module itself: a custom section {@code signature} before all others, as wasmsign2 writes it. Only this
 * section is read, before anything else of the module. Source: WasmPlugin reference, section 6.5.
 *
 * @param message what is signed
 * @param signatures signatures of 64 bytes
 */
record EmbeddedSignature(byte[] message, List<byte[]> signatures) {
    private static final byte[] SECTION_NAME = "signature".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DOMAIN = "wasmsig".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER_SIZE = 8;
    private static final byte VERSION = 1;
    private static final byte WHOLE_MODULE = 1;
    private static final byte SHA256 = 1;
    private static final byte ED25519 = 1;
    private static final int SIGNATURE_SIZE = 64;
    private static final int HASH_SIZE = 32;
    /** More than anybody signs with. */
    private static final int MOST_SIGNATURES = 100;

    /** A section that is there and cannot be read. The message reads on after "embedded signature". */
    static final class MalformedSignatureException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedSignatureException(String message) {
            super(message);
        }
    }

    /**
     * The signatures of a module, with its bytes hashed and compared.
     *
     * @return null when the first section is another one
     */
    static @Nullable EmbeddedSignature read(byte[] module) throws MalformedSignatureException {
        Section section = section(module);
        if (section == null) {
            return null;
        }
        Bytes bytes = new Bytes(module, section.payload, section.end);
        byte[] head = bytes.take(3);
        if (!Arrays.equals(head, new byte[] {VERSION, WHOLE_MODULE, SHA256})) {
            throw new MalformedSignatureException("is of version, content and hash " + Arrays.toString(head)
                    + " (expected: 1, 1 for a whole module, 1 for SHA-256)");
        }
        expect("hashed parts", bytes.varint(), 1);
        expect("bytes in the part", bytes.varint(), section.end - bytes.at);
        expect("hashes", bytes.varint(), 1);
        byte[] signedHash = bytes.take(HASH_SIZE);
        byte[] hash = Sha256.of(Arrays.copyOfRange(module, section.end, module.length));
        if (!Arrays.equals(signedHash, hash)) {
            throw new MalformedSignatureException("is for other bytes than those behind it");
        }
        int count = bytes.varint();
        if (count < 1 || count > MOST_SIGNATURES) {
            throw new MalformedSignatureException("holds " + count + " signatures (expected: 1 to 100)");
        }
        List<byte[]> signatures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Bytes one = bytes.part(bytes.varint());
            one.take(one.varint());
            byte algorithm = one.take(1)[0];
            byte[] signature = one.take(one.varint());
            if (algorithm == ED25519 && signature.length == SIGNATURE_SIZE) {
                signatures.add(signature);
            }
        }
        return new EmbeddedSignature(message(hash), List.copyOf(signatures));
    }

    /** What is signed of a module: everything behind its header, or behind the signatures that it has. */
    static byte[] messageOf(byte[] module) {
        return message(Sha256.of(signedPart(module)));
    }

    /** The module with one signature, in place of those that it had. */
    static byte[] write(byte[] module, byte[] signature) {
        byte[] signed = signedPart(module);
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        record.write(0);
        record.write(ED25519);
        record.write(signature.length);
        record.writeBytes(signature);
        ByteArrayOutputStream part = new ByteArrayOutputStream();
        part.write(1);
        part.writeBytes(Sha256.of(signed));
        part.write(1);
        part.write(record.size());
        part.writeBytes(record.toByteArray());
        ByteArrayOutputStream section = new ByteArrayOutputStream();
        section.write(SECTION_NAME.length);
        section.writeBytes(SECTION_NAME);
        section.writeBytes(new byte[] {VERSION, WHOLE_MODULE, SHA256, 1});
        section.write(part.size());
        section.writeBytes(part.toByteArray());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(module, 0, HEADER_SIZE);
        out.write(0);
        out.write(section.size());
        out.writeBytes(section.toByteArray());
        out.writeBytes(signed);
        return out.toByteArray();
    }

    private static byte[] signedPart(byte[] module) {
        try {
            Section section = section(module);
            return Arrays.copyOfRange(module, section == null ? HEADER_SIZE : section.end, module.length);
        } catch (MalformedSignatureException e) {
            throw new IllegalArgumentException("the module's signature section " + e.getMessage(), e);
        }
    }

    private static byte[] message(byte[] hash) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(DOMAIN);
        out.writeBytes(new byte[] {VERSION, WHOLE_MODULE, SHA256});
        out.writeBytes(hash);
        return out.toByteArray();
    }

    private static @Nullable Section section(byte[] module) throws MalformedSignatureException {
        if (module.length <= HEADER_SIZE || module[HEADER_SIZE] != 0) {
            return null;
        }
        Bytes bytes = new Bytes(module, HEADER_SIZE + 1, module.length);
        Bytes section = bytes.part(bytes.varint());
        if (!Arrays.equals(section.take(section.varint()), SECTION_NAME)) {
            return null;
        }
        return new Section(section.at, section.limit);
    }

    private static void expect(String what, int actual, int expected) throws MalformedSignatureException {
        if (actual != expected) {
            throw new MalformedSignatureException("holds " + actual + " " + what + " (expected: " + expected + ")");
        }
    }

    private record Section(int payload, int end) {}

    /** Reads a range of bytes from its start. */
    private static final class Bytes {
        private final byte[] bytes;
        private final int limit;
        private int at;

        Bytes(byte[] bytes, int at, int limit) {
            this.bytes = bytes;
            this.at = at;
            this.limit = limit;
        }

        Bytes part(int size) throws MalformedSignatureException {
            int start = at;
            skip(size);
            return new Bytes(bytes, start, at);
        }

        byte[] take(int size) throws MalformedSignatureException {
            int start = at;
            skip(size);
            return Arrays.copyOfRange(bytes, start, at);
        }

        private void skip(int size) throws MalformedSignatureException {
            if (size < 0 || size > limit - at) {
                throw new MalformedSignatureException("ends early");
            }
            at += size;
        }

        /** An unsigned LEB128 of at most 31 bits. */
        int varint() throws MalformedSignatureException {
            long value = 0;
            for (int shift = 0; shift < 35; shift += 7) {
                byte next = take(1)[0];
                value |= (next & 0x7fL) << shift;
                if (next >= 0 && value <= Integer.MAX_VALUE) {
                    return (int) value;
                }
            }
            throw new MalformedSignatureException("has a number of more than 31 bits");
        }
    }
}
