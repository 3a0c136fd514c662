package dev.portafilter.abi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The serialized form of pairs: a count, then the lengths of every key and value, then every key and value followed by a
 * NUL byte; all numbers 32 bits, little-endian. Source: ABI reference, section 0.4.
 *
 * <pre>{@code
 * [("a","1"),("b","22")]:
 *   02 00 00 00 | 01 00 00 00 01 00 00 00 | 01 00 00 00 02 00 00 00 | 61 00 31 00 | 62 00 32 32 00
 * }</pre>
 */
public final class HeaderCodec {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int LENGTHS_SIZE = 2 * Integer.BYTES;

    private HeaderCodec() {}

    /** The number of bytes that {@link #encode} writes; 4 for an empty map. */
    public static int encodedSize(HeaderMap map) {
        return Integer.BYTES + map.count() * (LENGTHS_SIZE + 2) + map.byteSize();
    }

    /**
     * Writes the pairs of a map, in its order.
     *
     * @param destination with {@link #encodedSize} bytes to spare at {@code offset}
     */
    public static void encode(HeaderMap map, byte[] destination, int offset) {
        int count = map.count();
        int lengths = offset + Integer.BYTES;
        int at = lengths + count * LENGTHS_SIZE;
        INT.set(destination, offset, count);
        for (int i = 0; i < count; i++) {
            byte[] name = map.name(i);
            byte[] value = map.value(i);
            INT.set(destination, lengths, name.length);
            INT.set(destination, lengths + Integer.BYTES, value.length);
            lengths += LENGTHS_SIZE;
            at = put(name, destination, at);
            at = put(value, destination, at);
        }
    }

    /** The pairs of a map, in its order; an empty map gives four zero bytes. */
    public static byte[] encode(HeaderMap map) {
        byte[] bytes = new byte[encodedSize(map)];
        encode(map, bytes, 0);
        return bytes;
    }

    /**
     * Reads pairs; malformed ones give an empty map, as the reference host does it.
     *
     * @return a map of its own; names are as given, not lower-cased
     */
    public static HeaderMap decode(byte[] source, int offset, int length) {
        HeaderMap map = decodeOrNull(source, offset, length);
        return map == null ? new HeaderMap() : map;
    }

    /**
     * Reads pairs. Nothing is allocated for what the bytes merely announce.
     *
     * @return a map of its own, names as given, not lower-cased; empty for length 0; null when the bytes are malformed
     *     or beyond {@link Limits#PAIRS_SIZE} or {@link Limits#PAIRS_COUNT}
     */
    public static @Nullable HeaderMap decodeOrNull(byte[] source, int offset, int length) {
        if (length == 0) {
            return new HeaderMap();
        }
        if (length < Integer.BYTES || length > Limits.PAIRS_SIZE) {
            return null;
        }
        int count = (int) INT.get(source, offset);
        int end = offset + length;
        int lengths = offset + Integer.BYTES;
        if (count < 0 || count > Limits.PAIRS_COUNT || count * LENGTHS_SIZE > end - lengths) {
            return null;
        }
        HeaderMap map = new HeaderMap();
        int at = lengths + count * LENGTHS_SIZE;
        for (int i = 0; i < count; i++) {
            int nameLength = (int) INT.get(source, lengths);
            int valueLength = (int) INT.get(source, lengths + Integer.BYTES);
            lengths += LENGTHS_SIZE;
            if (!terminated(source, at, nameLength, end)) {
                return null;
            }
            int valueAt = at + nameLength + 1;
            if (!terminated(source, valueAt, valueLength, end)) {
                return null;
            }
            map.add(
                    Arrays.copyOfRange(source, at, at + nameLength),
                    Arrays.copyOfRange(source, valueAt, valueAt + valueLength));
            at = valueAt + valueLength + 1;
        }
        return at == end ? map : null;
    }

    private static int put(byte[] bytes, byte[] destination, int at) {
        System.arraycopy(bytes, 0, destination, at, bytes.length);
        destination[at + bytes.length] = 0;
        return at + bytes.length + 1;
    }

    /** Whether {@code length} bytes and a NUL behind them fit before {@code end}. */
    private static boolean terminated(byte[] source, int at, int length, int end) {
        return length >= 0 && length < end - at && source[at + length] == 0;
    }
}
