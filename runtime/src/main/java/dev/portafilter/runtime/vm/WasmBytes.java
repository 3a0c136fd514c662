package dev.portafilter.runtime.vm;

import java.nio.charset.StandardCharsets;

/** A cursor over a part of a module's bytes. Never reads past its limit and never allocates what it has not seen. */
final class WasmBytes {
    private final byte[] bytes;
    private final int limit;
    private int position;

    WasmBytes(byte[] bytes, int position, int limit) {
        this.bytes = bytes;
        this.position = position;
        this.limit = limit;
    }

    int position() {
        return position;
    }

    int remaining() {
        return limit - position;
    }

    boolean hasRemaining() {
        return position < limit;
    }

    int u8() throws ModuleException {
        if (position >= limit) {
            throw truncated();
        }
        return bytes[position++] & 0xFF;
    }

    /** An unsigned LEB128 number of at most 32 bits. */
    long u32() throws ModuleException {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            int b = u8();
            value |= (long) (b & 0x7F) << shift;
            if (b < 0x80) {
                if (value > 0xFFFF_FFFFL) {
                    break;
                }
                return value;
            }
        }
        throw new ModuleException("module: byte " + position + " ends a number too large for 32 bits");
    }

    /** Skips a LEB128 number of any kind. */
    void skipNumber() throws ModuleException {
        for (int i = 0; i < 10; i++) {
            if (u8() < 0x80) {
                return;
            }
        }
        throw new ModuleException("module: byte " + position + " is in a number of more than 10 bytes");
    }

    /** An index or size that must be non-negative as an int. */
    int index() throws ModuleException {
        long value = u32();
        if (value > Integer.MAX_VALUE) {
            throw new ModuleException("module: byte " + position + " ends an index too large: " + value);
        }
        return (int) value;
    }

    /** The length of a vector whose items take at least one byte each. */
    int count(String what) throws ModuleException {
        long value = u32();
        if (value > remaining()) {
            throw new ModuleException("module: byte " + position + " announces " + value + " " + what + " but "
                    + remaining() + " bytes follow");
        }
        return (int) value;
    }

    void skip(long size) throws ModuleException {
        if (size > remaining()) {
            throw truncated();
        }
        position += (int) size;
    }

    /** A cursor over the next bytes, which are skipped here. */
    WasmBytes slice(long size) throws ModuleException {
        int start = position;
        skip(size);
        return new WasmBytes(bytes, start, position);
    }

    String name() throws ModuleException {
        int size = count("bytes of a name");
        String name = new String(bytes, position, size, StandardCharsets.UTF_8);
        position += size;
        return name;
    }

    private ModuleException truncated() {
        return new ModuleException("module: ends or breaks off at byte " + limit + " (of " + bytes.length + ")");
    }
}
