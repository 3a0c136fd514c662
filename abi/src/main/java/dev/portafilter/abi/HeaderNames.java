package dev.portafilter.abi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Turns header names into the lower-case bytes that a {@link HeaderMap} holds, without allocating for the common ones. */
final class HeaderNames {
    /** What {@code host} of a request is known as. */
    static final byte[] AUTHORITY = name(":authority");

    static final byte[] METHOD = name(":method");
    static final byte[] PATH = name(":path");
    static final byte[] HOST = name("host");

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    // Open addressing, a power of two places, at most a quarter full; texts and their bytes have the same index.
    private static final int PLACES = 512;
    private static final String[] COMMON = new String[PLACES];
    private static final byte[][] COMMON_BYTES = new byte[PLACES][];

    static {
        String names = ":authority :method :path :scheme :status accept accept-encoding accept-language accept-ranges"
                + " access-control-allow-origin age alt-svc authorization baggage cache-control connection"
                + " content-disposition content-encoding content-language content-length content-location content-range"
                + " content-security-policy content-type cookie date dnt etag expect expires forwarded from grpc-encoding"
                + " grpc-message grpc-status grpc-timeout if-match if-modified-since if-none-match if-range"
                + " if-unmodified-since keep-alive last-modified link location origin pragma priority"
                + " proxy-authenticate proxy-authorization range referer retry-after sec-ch-ua sec-ch-ua-mobile"
                + " sec-ch-ua-platform sec-fetch-dest sec-fetch-mode sec-fetch-site sec-fetch-user server set-cookie"
                + " strict-transport-security te traceparent tracestate trailer transfer-encoding upgrade"
                + " upgrade-insecure-requests user-agent vary via www-authenticate x-api-key x-content-type-options"
                + " x-forwarded-for x-forwarded-host x-forwarded-port x-forwarded-proto x-frame-options x-real-ip"
                + " x-request-id x-requested-with";
        for (String name : names.split(" ")) {
            // Interned, so that a literal elsewhere is the same text and is found without a look at its characters.
            keep(name.intern(), name(name));
        }
        keep("host", HOST);
        keep(":authority", AUTHORITY);
        keep(":method", METHOD);
        keep(":path", PATH);
    }

    private HeaderNames() {}

    /** The lower-case bytes of a name; not to be changed. */
    static byte[] bytes(String name) {
        for (int place = place(name); ; place = place + 1 & PLACES - 1) {
            String common = COMMON[place];
            if (common == null) {
                return lowerCased(name.getBytes(StandardCharsets.ISO_8859_1));
            }
            if (common.equals(name)) {
                return COMMON_BYTES[place];
            }
        }
    }

    private static int place(String name) {
        int hash = name.hashCode();
        return (hash ^ hash >>> 9 ^ hash >>> 18) & PLACES - 1;
    }

    private static void keep(String name, byte[] bytes) {
        int place = place(name);
        while (COMMON[place] != null && !COMMON[place].equals(name)) {
            place = place + 1 & PLACES - 1;
        }
        COMMON[place] = name;
        COMMON_BYTES[place] = bytes;
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
}
