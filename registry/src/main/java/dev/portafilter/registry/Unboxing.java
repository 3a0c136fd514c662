package dev.portafilter.registry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Takes a module out of gzip and tar, in any order, as it was downloaded or lies in a file. Source: WasmPlugin reference,
 * section 5.1.
 */
final class Unboxing {
    /** Most boxes within each other. */
    static final int MOST_BOXES = 4;

    private static final int BLOCK = 512;
    private static final int MAGIC_OFFSET = 257;
    private static final int MOST_ENTRIES = 100_000;
    private static final String PREFERRED = "plugin.wasm";

    private final long mostBytes;
    private final String place;

    private Unboxing(long mostBytes, String place) {
        this.mostBytes = mostBytes;
        this.place = place;
    }

    /**
     * The module; something else is given back as it is, so that the check for magic bytes names it.
     *
     * @param mostBytes most bytes of what comes out of a box
     * @param place what messages call the outermost box
     * @throws FetchException when a box is broken, or holds too much
     */
    static byte[] unbox(byte[] bytes, long mostBytes, String place) throws FetchException {
        return new Unboxing(mostBytes, place).unbox(bytes);
    }

    private byte[] unbox(byte[] bytes) throws FetchException {
        byte[] content = bytes;
        for (int boxes = 0; !ModuleBytes.hasMagic(content); boxes++) {
            byte[] inner = content.length >= 2 && content[0] == 0x1f && content[1] == (byte) 0x8b
                    ? gunzip(content)
                    : isTar(content) ? untar(content) : null;
            if (inner == null) {
                return content;
            }
            if (boxes == MOST_BOXES) {
                throw new FetchException(
                        "limit.boxes",
                        place + ": more than " + MOST_BOXES + " boxes of gzip and tar within each other");
            }
            content = inner;
        }
        return content;
    }

    private byte[] gunzip(byte[] bytes) throws FetchException {
        byte[] content;
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            content = in.readNBytes((int) Math.min(mostBytes + 1, Integer.MAX_VALUE - 8));
        } catch (IOException e) {
            throw new FetchException("module.invalidMagic", place + ": is broken gzip (" + e.getMessage() + ")");
        }
        if (content.length > mostBytes) {
            throw tooLarge(place, mostBytes);
        }
        return content;
    }

    /** What is thrown when something has more bytes than a module may have. */
    static FetchException tooLarge(String place, long mostBytes) {
        return new FetchException("limit.moduleTooLarge", place + ": is larger than " + mostBytes + " bytes (limit)");
    }

    private static boolean isTar(byte[] bytes) {
        return bytes.length >= BLOCK && new String(bytes, MAGIC_OFFSET, 5, StandardCharsets.ISO_8859_1).equals("ustar");
    }

    /** The entry {@code plugin.wasm} wherever it is, else the first regular one. */
    private byte[] untar(byte[] tar) throws FetchException {
        byte[] first = null;
        String longName = null;
        int at = 0;
        for (int entries = 0; at + BLOCK <= tar.length && tar[at] != 0; entries++) {
            long size = size(tar, at);
            int start = at + BLOCK;
            if (size < 0 || size > tar.length - start) {
                throw broken("an entry is larger than what is left");
            }
            if (entries == MOST_ENTRIES) {
                throw new FetchException("limit.tarEntries", place + ": more than " + MOST_ENTRIES + " tar entries");
            }
            char type = (char) tar[at + 156];
            byte[] content = type == 'L' || type == 'x' ? Arrays.copyOfRange(tar, start, start + (int) size) : null;
            if (content != null) {
                String name = type == 'L' ? text(content, 0, content.length) : paxPath(content);
                longName = name == null ? longName : name;
            } else if (type != 'g') {
                if (type == '0' || type == 0) {
                    String name = longName == null ? text(tar, at, 100) : longName;
                    boolean preferred =
                            name.substring(name.lastIndexOf('/') + 1).equals(PREFERRED);
                    if (preferred || first == null) {
                        byte[] regular = Arrays.copyOfRange(tar, start, start + (int) size);
                        if (preferred) {
                            return regular;
                        }
                        first = regular;
                    }
                }
                longName = null;
            }
            at = (int) Math.min(tar.length, start + (size + BLOCK - 1) / BLOCK * BLOCK);
        }
        if (first == null) {
            throw broken("there is no regular file in it");
        }
        return first;
    }

    private FetchException broken(String what) {
        return new FetchException("module.invalidMagic", place + ": is a tar archive, and " + what);
    }

    /** Eleven octal digits, or a binary number when the highest bit is set; -1 when it is neither. */
    private static long size(byte[] tar, int at) {
        int from = at + 124;
        if (tar[from] < 0) {
            long value = 0;
            for (int i = from + 4; i < from + 12; i++) {
                value = value << 8 | tar[i] & 0xff;
            }
            return value;
        }
        String digits = text(tar, from, 12).strip();
        return digits.matches("[0-7]{1,12}") ? Long.parseLong(digits, 8) : digits.isEmpty() ? 0 : -1;
    }

    /** Bytes up to the first NUL. */
    private static String text(byte[] bytes, int from, int size) {
        int end = from;
        while (end < from + size && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, from, end - from, StandardCharsets.UTF_8);
    }

    /** The path among lines {@code length key=value}; null when there is none. */
    private static @Nullable String paxPath(byte[] content) {
        for (String line : new String(content, StandardCharsets.UTF_8).split("\n", -1)) {
            int key = line.indexOf(" path=");
            if (key > 0 && line.substring(0, key).matches("[0-9]+")) {
                return line.substring(key + " path=".length());
            }
        }
        return null;
    }
}
