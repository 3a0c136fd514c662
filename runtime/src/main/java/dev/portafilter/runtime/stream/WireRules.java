package dev.portafilter.runtime.stream;

import dev.portafilter.abi.HeaderMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a message must have before it leaves the host, whatever plugins did to it. Source: ABI reference, section 3.4. */
final class WireRules {
    private static final int LOWEST_STATUS = 200;
    private static final int HIGHEST_STATUS = 999;
    private static final int STATUS_DIGITS = 3;
    private static final byte[] PATH = HeaderMap.nameBytes(":path");
    private static final byte[] METHOD = HeaderMap.nameBytes(":method");
    private static final byte[] AUTHORITY = HeaderMap.nameBytes(":authority");
    private static final byte[] STATUS = HeaderMap.nameBytes(":status");
    private static final byte[] HOST = HeaderMap.nameBytes("host");
    private static final byte[] CONTENT_LENGTH = HeaderMap.nameBytes("content-length");
    private static final List<byte[]> OF_THE_CONNECTION = List.of(
            HeaderMap.nameBytes("connection"),
            HeaderMap.nameBytes("transfer-encoding"),
            HeaderMap.nameBytes("upgrade"),
            HeaderMap.nameBytes("proxy-connection"));

    private WireRules() {}

    /** The reply that takes the place of headers that cannot be sent, or null when they can. */
    static @Nullable LocalReply refusal(Direction direction, HeaderMap headers) {
        return direction == Direction.REQUEST ? requestRefusal(headers) : responseRefusal(headers);
    }

    private static @Nullable LocalReply requestRefusal(HeaderMap headers) {
        int path = headers.indexOf(PATH);
        boolean addressed = headers.indexOf(AUTHORITY) >= 0 || headers.indexOf(HOST) >= 0;
        if (path < 0 || headers.valueLength(path) == 0 || !addressed) {
            return LocalReply.of(404, "", "route_not_found");
        }
        int method = headers.indexOf(METHOD);
        if (method < 0) {
            return LocalReply.of(503, "missing required header: :method", "filter_removed_required_request_headers");
        }
        if (headers.valueLength(method) == 0 || headers.valueBreaksLine(method)) {
            return LocalReply.of(503, "invalid header value for: :method", "invalid_method");
        }
        if (headers.valueBreaksLine(path)) {
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
        int index = headers.indexOf(STATUS);
        if (index < 0 || headers.valueLength(index) != STATUS_DIGITS) {
            return -1;
        }
        long number = headers.valueNumber(index);
        return number >= LOWEST_STATUS && number <= HIGHEST_STATUS ? (int) number : -1;
    }

    /** The content-length, or -1 when there is none or it is no number. */
    static long contentLength(HeaderMap headers) {
        int index = headers.indexOf(CONTENT_LENGTH);
        return index < 0 ? -1 : headers.valueNumber(index);
    }

    /** A reply's head without what is between the gateway and its client; the same map when it has nothing of that. */
    static HeaderMap withoutConnection(HeaderMap headers) {
        HeaderMap without = null;
        for (byte[] name : OF_THE_CONNECTION) {
            if (headers.indexOf(name) >= 0) {
                without = without == null ? headers.copy() : without;
                without.remove(name);
            }
        }
        return without == null ? headers : without;
    }

    /** The map without entries that have no form on the wire; the same map when there are none. */
    static HeaderMap onTheWire(Direction direction, HeaderMap headers) {
        return clean(direction, headers) ? headers : cleaned(direction, headers);
    }

    private static boolean clean(Direction direction, HeaderMap headers) {
        if (!headers.mayHaveUnusual()) {
            return true;
        }
        if (headers.repeatsPseudoHeader()) {
            return false;
        }
        for (int i = headers.pseudoCount(); i < headers.count(); i++) {
            byte[] name = headers.name(i);
            if (name.length == 0 || direction == Direction.REQUEST && isHost(name)) {
                return false;
            }
        }
        return true;
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
}
