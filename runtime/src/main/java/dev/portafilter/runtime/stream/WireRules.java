package dev.portafilter.runtime.stream;

import dev.portafilter.abi.HeaderMap;
import org.jspecify.annotations.Nullable;

/** What a message must have before it leaves the host, whatever plugins did to it. Source: ABI reference, section 3.4. */
final class WireRules {
    private static final int LOWEST_STATUS = 200;
    private static final int HIGHEST_STATUS = 999;

    private WireRules() {}

    /** The reply that takes the place of headers that cannot be sent, or null when they can. */
    static @Nullable LocalReply refusal(Direction direction, HeaderMap headers) {
        return direction == Direction.REQUEST ? requestRefusal(headers) : responseRefusal(headers);
    }

    private static @Nullable LocalReply requestRefusal(HeaderMap headers) {
        String path = headers.get(":path");
        String method = headers.get(":method");
        String authority = headers.contains(":authority") ? headers.get(":authority") : headers.get("host");
        if (path == null || path.isEmpty() || authority == null) {
            return LocalReply.of(404, "", "route_not_found");
        }
        if (method == null) {
            return LocalReply.of(503, "missing required header: :method", "filter_removed_required_request_headers");
        }
        if (method.isEmpty() || breaksLine(method)) {
            return LocalReply.of(503, "invalid header value for: :method", "invalid_method");
        }
        if (breaksLine(path)) {
            return LocalReply.of(503, "invalid header value for: :path", "invalid_path");
        }
        return null;
    }

    private static @Nullable LocalReply responseRefusal(HeaderMap headers) {
        return status(headers) < 0
                ? LocalReply.of(502, "missing required header: :status", "filter_removed_required_response_headers")
                : null;
    }

    /** The status of a response, or -1 when it is missing, repeated or not a number that can be sent. */
    static int status(HeaderMap headers) {
        String status = headers.get(":status");
        if (status == null || status.length() != 3 || !status.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int number = Integer.parseInt(status);
        return number >= LOWEST_STATUS && number <= HIGHEST_STATUS ? number : -1;
    }

    /** The content-length, or -1 when there is none or it is no number. */
    static long contentLength(HeaderMap headers) {
        String length = headers.get("content-length");
        return length != null && length.matches("[0-9]{1,18}") ? Long.parseLong(length) : -1;
    }

    /** The map without entries that have no form on the wire; the same map when there are none. */
    static HeaderMap onTheWire(Direction direction, HeaderMap headers) {
        boolean clean = true;
        for (int i = 0; i < headers.count() && clean; i++) {
            byte[] name = headers.name(i);
            clean = name.length > 0 && !(direction == Direction.REQUEST && isHost(name));
            if (clean && name[0] == ':') {
                clean = headers.indexOf(name, i + 1) < 0;
            }
        }
        return clean ? headers : cleaned(direction, headers);
    }

    private static HeaderMap cleaned(Direction direction, HeaderMap headers) {
        HeaderMap wire = new HeaderMap();
        for (int i = 0; i < headers.count(); i++) {
            byte[] name = headers.name(i);
            if (name.length == 0) {
                continue;
            }
            if (direction == Direction.REQUEST && isHost(name)) {
                if (!headers.contains(":authority")) {
                    wire.replace(":authority", headers.valueText(i));
                }
            } else if (name[0] != ':') {
                wire.add(name, headers.value(i));
            } else if (wire.indexOf(name) < 0) {
                byte[] joined = headers.joined(name);
                wire.add(name, joined == null ? headers.value(i) : joined);
            }
        }
        return wire;
    }

    private static boolean isHost(byte[] name) {
        return name.length == 4 && name[0] == 'h' && name[1] == 'o' && name[2] == 's' && name[3] == 't';
    }

    private static boolean breaksLine(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) <= ' ' || text.charAt(i) == 0x7f) {
                return true;
            }
        }
        return false;
    }
}
