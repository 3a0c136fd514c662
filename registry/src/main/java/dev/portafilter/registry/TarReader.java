package dev.portafilter.registry;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar archive from front to back, never onto a disk: ustar, GNU long names, pax. Keeps nothing but the name and size
 * of the entry it stands at. Source: WasmPlugin reference, section 4.3.
 */
final class TarReader {
    private static final int BLOCK = 512;
    private static final int MOST_NAME_BYTES = 64 * 1024;
    private static final int MOST_PAX_BYTES = 1024 * 1024;
    private static final int NAME = 0;
    private static final int SIZE = 124;
    private static final int CHECKSUM = 148;
    private static final int TYPE = 156;
    private static final int MAGIC = 257;
    private static final int GNU_EXTENDED = 482;
    private static final int GNU_EXTENDED_AGAIN = 504;
    private static final int PREFIX = 345;

    private final InputStream in;
    private final int mostEntries;
    private final byte[] header = new byte[BLOCK];
    private int entries;
    private long left;
    private long padding;

    /**
     * An entry.
     *
     * @param path its path, without {@code ./} and {@code /} before, and without empty and {@code .} parts
     * @param regular whether it is a file with its bytes in the archive
     * @param directory whether it is a directory
     * @param size how many bytes follow
     */
    record Entry(String path, boolean regular, boolean directory, long size) {
        /** The last part of the path. */
        String baseName() {
            return path.substring(path.lastIndexOf('/') + 1);
        }

        /** Whether the path leads out of the archive. */
        boolean leavesRoot() {
            return Arrays.asList(path.split("/")).contains("..");
        }
    }

    /** Thrown when the bytes are no archive, or stop in the middle of it. */
    static final class TarException extends IOException {
        private static final long serialVersionUID = 1L;

        TarException(String message) {
            super(message);
        }
    }

    TarReader(InputStream in, int mostEntries) {
        this.in = in;
        this.mostEntries = mostEntries;
    }

    /**
     * Goes to the next entry, over what is left of this one.
     *
     * @return null at the end
     * @throws TarException when the archive is broken
     * @throws FetchException when it has too many entries
     */
    @Nullable Entry next() throws IOException {
        String longName = null;
        Pax pax = new Pax();
        while (true) {
            skip(left + padding);
            left = 0;
            padding = 0;
            if (!readHeader()) {
                return null;
            }
            if (++entries > mostEntries) {
                throw new FetchException(
                        "limit.tarEntries", "archive: has more than " + mostEntries + " entries (limit)");
            }
            char type = (char) (header[TYPE] & 0xff);
            long size = number(SIZE, 12);
            if (type == 'L') {
                longName = string(content(size, MOST_NAME_BYTES));
            } else if (type == 'x') {
                pax.read(content(size, MOST_PAX_BYTES));
            } else if (type == 'g' || type == 'K') {
                enter(size);
            } else {
                return entry(type, pax.size >= 0 ? pax.size : size, longName, pax);
            }
        }
    }

    private Entry entry(char type, long size, @Nullable String longName, Pax pax) throws IOException {
        String name = pax.path != null ? pax.path : longName != null ? longName : headerName();
        if (type == 'S') {
            skipSparseHeaders();
        }
        boolean plain = type == '0' || type == 0;
        boolean directory = type == '5' || plain && name.endsWith("/");
        boolean bodiless = type >= '1' && type <= '6';
        long bytes = bodiless ? 0 : size;
        enter(bytes);
        return new Entry(normalized(name), plain && !directory && !pax.sparse, directory, bytes);
    }

    private void enter(long size) {
        left = size;
        padding = (BLOCK - size % BLOCK) % BLOCK;
    }

    /**
     * The bytes of the entry.
     *
     * @param most the most that are read
     * @throws FetchException when there are more
     */
    byte[] content(long most) throws IOException {
        if (left > most) {
            throw new FetchException(
                    "limit.moduleTooLarge", "archive: an entry has " + left + " bytes (limit: " + most + ")");
        }
        byte[] bytes = in.readNBytes((int) left);
        if (bytes.length < left) {
            throw new TarException("is cut within an entry");
        }
        left = 0;
        return bytes;
    }

    private byte[] content(long size, int most) throws IOException {
        if (size > most) {
            throw new TarException("has a name of " + size + " bytes");
        }
        enter(size);
        byte[] bytes = content(size);
        skip(padding);
        padding = 0;
        return bytes;
    }

    private void skip(long count) throws IOException {
        try {
            in.skipNBytes(count);
        } catch (EOFException e) {
            throw new TarException("is cut within an entry");
        }
    }

    /** Whether there is another header. */
    private boolean readHeader() throws IOException {
        int read = in.readNBytes(header, 0, BLOCK);
        if (read == 0) {
            return false;
        }
        if (read < BLOCK) {
            throw new TarException("is cut within a header");
        }
        int sum = 0;
        int signedSum = 0;
        boolean empty = true;
        for (int i = 0; i < BLOCK; i++) {
            byte b = i >= CHECKSUM && i < CHECKSUM + 8 ? (byte) ' ' : header[i];
            sum += b & 0xff;
            signedSum += b;
            empty &= header[i] == 0;
        }
        if (empty) {
            return false;
        }
        long expected = number(CHECKSUM, 8);
        if (expected != sum && expected != signedSum) {
            throw new TarException("has a header with a wrong checksum");
        }
        return true;
    }

    private void skipSparseHeaders() throws IOException {
        boolean more = header[GNU_EXTENDED] != 0;
        byte[] block = new byte[BLOCK];
        while (more) {
            if (in.readNBytes(block, 0, BLOCK) < BLOCK) {
                throw new TarException("is cut within a header");
            }
            more = block[GNU_EXTENDED_AGAIN] != 0;
        }
    }

    /** A number in octal digits, or big-endian with the highest bit set. */
    private long number(int offset, int length) throws TarException {
        long value = 0;
        if ((header[offset] & 0x80) != 0) {
            value = header[offset] & 0x7f;
            for (int i = 1; i < length; i++) {
                if (value >> 54 != 0) {
                    throw new TarException("has a header with an ill-formed number");
                }
                value = value << 8 | header[offset + i] & 0xff;
            }
            return value;
        }
        String digits = new String(header, offset, length, StandardCharsets.ISO_8859_1)
                .replace('\0', ' ')
                .trim();
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) < '0' || digits.charAt(i) > '7') {
                throw new TarException("has a header with an ill-formed number");
            }
            value = value << 3 | digits.charAt(i) - '0';
        }
        return value;
    }

    private String headerName() {
        String name = headerText(NAME, 100);
        boolean posix = headerText(MAGIC, 6).equals("ustar") && header[MAGIC + 5] == 0;
        String prefix = posix ? headerText(PREFIX, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private String headerText(int offset, int length) {
        return string(Arrays.copyOfRange(header, offset, offset + length));
    }

    /** The text before the first NUL. */
    private static String string(byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    /** The path in the form of {@link Entry}. */
    static String normalized(String path) {
        StringBuilder normalized = new StringBuilder();
        for (String part : path.split("/")) {
            if (!part.isEmpty() && !part.equals(".")) {
                normalized.append(normalized.isEmpty() ? "" : "/").append(part);
            }
        }
        return normalized.toString();
    }

    /** The pax records of one entry. */
    private static final class Pax {
        private @Nullable String path;
        private long size = -1;
        private boolean sparse;

        void read(byte[] records) throws TarException {
            int at = 0;
            while (at < records.length) {
                int space = at;
                int length = 0;
                while (space < records.length && records[space] != ' ') {
                    int digit = records[space++] - '0';
                    if (digit < 0 || digit > 9 || length > MOST_PAX_BYTES) {
                        throw new TarException("has an ill-formed pax record");
                    }
                    length = length * 10 + digit;
                }
                int end = at + length;
                if (length < 5 || end > records.length || space + 1 >= end || records[end - 1] != '\n') {
                    throw new TarException("has an ill-formed pax record");
                }
                record(new String(records, space + 1, end - space - 2, StandardCharsets.UTF_8));
                at = end;
            }
        }

        private void record(String record) throws TarException {
            int equals = record.indexOf('=');
            String key = equals < 0 ? record : record.substring(0, equals);
            String value = equals < 0 ? "" : record.substring(equals + 1);
            if (key.equals("path") && !value.isEmpty()) {
                if (value.indexOf('\0') >= 0) {
                    throw new TarException("has an ill-formed pax record");
                }
                path = value;
            } else if (key.equals("size")) {
                if (!value.matches("[0-9]{1,18}")) {
                    throw new TarException("has an ill-formed pax record");
                }
                size = Long.parseLong(value);
            } else if (key.startsWith("GNU.sparse.")) {
                sparse = true;
            }
        }
    }
}
