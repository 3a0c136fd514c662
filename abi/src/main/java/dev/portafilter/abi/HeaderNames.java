package dev.portafilter.abi;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Turns header names into the lower-case bytes that a {@link HeaderMap} holds, without allocating for the common ones. */
final class HeaderNames {
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

    static byte lowerCase(byte b) {
        return b >= 'A' && b <= 'Z' ? (byte) (b + ('a' - 'A')) : b;
    }

    private static Map<String, byte[]> common(String names) {
        Map<String, byte[]> map = new HashMap<>();
        for (String name : names.split(" ")) {
            map.put(name, name.getBytes(StandardCharsets.ISO_8859_1));
        }
        return Map.copyOf(map);
    }
}
