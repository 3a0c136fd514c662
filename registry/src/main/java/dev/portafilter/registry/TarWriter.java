package dev.portafilter.registry;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes small archives of files, the same ones for the same files: no times, no owners. */
final class TarWriter {
    private static final int BLOCK = 512;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** Adds a file that everybody may read. The name has at most 100 bytes. */
    void file(String name, byte[] content) {
        byte[] header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 100, "0000644");
        put(header, 108, "0000000");
        put(header, 116, "0000000");
        put(header, 124, String.format("%011o", content.length));
        put(header, 136, "00000000000");
        put(header, 148, "        ");
        put(header, 156, "0");
        put(header, 257, "ustar");
        put(header, 263, "00");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, String.format("%06o\0 ", sum));
        out.writeBytes(header);
        out.writeBytes(content);
        out.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    }

    private static void put(byte[] header, int offset, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, offset, bytes.length);
    }

    /** The archive with its end. */
    byte[] bytes() {
        byte[] files = out.toByteArray();
        byte[] archive = new byte[files.length + 2 * BLOCK];
        System.arraycopy(files, 0, archive, 0, files.length);
        return archive;
    }
}
