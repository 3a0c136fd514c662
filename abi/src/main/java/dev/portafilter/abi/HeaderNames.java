package dev.portafilter.abi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Turns header names into the lower-case bytes that a {@link HeaderMap} holds, without allocating for the common ones. */
final class HeaderNames {
    /** What {@code host} of a request is known as. */
    static final byte[] AUTHORITY = name(":authority");

    static final byte[] METHOD = name(":method");
    static final byte[] PATH = name(":path");
    static final byte[] HOST = name("host");

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final Map<String, byte[]> COMMON = common(
            ":authority :method :path :scheme :status accept accept-encoding accept-language authorization cache-control"
                    + " connection content-encoding content-length content-type cookie date etag expires host"
                    + " if-modified-since if-none-match last-modified location origin referer server set-cookie te"
                    + " traceparent trailer transfer-encoding user-agent vary via x-forwarded-for x-forwarded-proto"
                    + " x-request-id");

    private HeaderNames() {}

    /** The lower-case bytes of a name; not to be changed. */
    static byte[] bytes(String name) {
        byte[] common = COMMON.get(name);
        return common != null ? common : lowerCased(name.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Lower-cases ASCII letters in place. */
    static byte[] lowerCased(byte[] name) {
        for (int i = 0; i < name.length; i++) {
            name[i] = lowerCase(name[i]);
        }
        return name;
    }

    /** Whether the bytes spell {@code host}, in any case. */
    static boolean isHost(byte[] bytes, int offset, int length) {
        return length == 4
                && lowerCase(bytes[offset]) == 'h'
                && lowerCase(bytes[offset + 1]) == 'o'
                && lowerCase(bytes[offset + 2]) == 's'
                && lowerCase(bytes[offset + 3]) == 't';
    }

    /** Whether the bytes hold CR, LF or NUL, which would let a guest write further lines into a message. */
    static boolean hasLineBreak(byte[] bytes, int offset, int length) {
        int i = offset;
        // Eight at a time while none of them is below 14; NUL, LF and CR are.
        for (int last = offset + length - Long.BYTES; i <= last; i += Long.BYTES) {
            long eight = (long) LONG.get(bytes, i);
            if ((eight - 0x0e0e0e0e0e0e0e0eL & ~eight & 0x8080808080808080L) != 0) {
                break;
            }
        }
        for (; i < offset + length; i++) {
            byte b = bytes[i];
            if (b == '\r' || b == '\n' || b == 0) {
                return true;
            }
        }
        return false;
    }

    static boolean hasLineBreak(byte[] bytes) {
        return hasLineBreak(bytes, 0, bytes.length);
    }

    static boolean isPseudo(byte[] name) {
        return name.length > 0 && name[0] == ':';
    }

    static byte lowerCase(byte b) {
        return b >= 'A' && b <= 'Z' ? (byte) (b + ('a' - 'A')) : b;
    }

    private static byte[] name(String name) {
        return name.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Map<String, byte[]> common(String names) {
        Map<String, byte[]> map = new HashMap<>();
        for (String name : names.split(" ")) {
            map.put(name, name(name));
        }
        return Map.copyOf(map);
    }
}
