package dev.portafilter.runtime.stream;

import dev.portafilter.abi.HeaderMap;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A response that does not come from the upstream: made by a plugin, by a failure policy or by the gateway.
 * Source: ABI reference, section 3.6.
 */
final class LocalReply {
    private static final String LENGTH = "content-length";
    private static final String TYPE = "content-type";
    private static final String GRPC_TYPE = "application/grpc";
    private static final String GRPC_STATUS = "grpc-status";
    private static final String GRPC_MESSAGE = "grpc-message";
    private static final int NO_GRPC_STATUS = -1;
    private static final int LAST_GRPC_STATUS = 16;

    private final int status;
    private final HeaderMap extra;
    private final byte[] body;
    private final int grpcStatus;
    private final String details;

    LocalReply(int status, HeaderMap extra, byte[] body, int grpcStatus, String details) {
        this.status = status;
        this.extra = extra;
        this.body = body;
        this.grpcStatus = grpcStatus;
        this.details = details;
    }

    /** What a plugin asked for: white space in the details becomes an underscore, as it stands in access logs. */
    static LocalReply ofPlugin(int status, byte[] details, byte[] body, HeaderMap headers, int grpcStatus) {
        String text = new String(details, StandardCharsets.UTF_8).replaceAll("\\s", "_");
        return new LocalReply(status, headers, body, grpcStatus, text);
    }

    /** What a step of the host's own answers; the map is copied. */
    static LocalReply ofStep(int status, HeaderMap headers, byte[] body, String details) {
        return new LocalReply(status, headers.copy(), body, NO_GRPC_STATUS, details);
    }

    static LocalReply of(int status, String body, String details) {
        return of(status, body.getBytes(StandardCharsets.UTF_8), details);
    }

    static LocalReply of(int status, byte[] body, String details) {
        return new LocalReply(status, new HeaderMap(), body, NO_GRPC_STATUS, details);
    }

    /** What a stream gets when its plugin's VM has failed. */
    static LocalReply ofFailedPlugin() {
        return new LocalReply(503, new HeaderMap(), BodyBuffer.EMPTY, 14, "wasm_fail_stream");
    }

    /** The same, told by other details. */
    LocalReply withDetails(String others) {
        return new LocalReply(status, extra, body, grpcStatus, others);
    }

    int status() {
        return status;
    }

    String details() {
        return details;
    }

    /** The response head for a request. */
    HeaderMap headers(@Nullable HeaderMap request) {
        return isGrpc(request) ? grpcHeaders(isHead(request)) : plainHeaders();
    }

    /**
     * The body for a request; empty for gRPC and for HEAD. For 204 and 304 plugins see one if it was given; the exchange
     * leaves it out.
     */
    byte[] body(@Nullable HeaderMap request) {
        return isHead(request) || isGrpc(request) ? BodyBuffer.EMPTY : body;
    }

    private HeaderMap plainHeaders() {
        boolean empty = body.length == 0;
        HeaderMap headers = HeaderMap.of(":status", Integer.toString(status));
        addExtra(headers, empty ? null : Integer.toString(body.length), empty, null);
        if (!empty && !headers.contains(TYPE)) {
            headers.add(TYPE, "text/plain");
        }
        return headers;
    }

    private HeaderMap grpcHeaders(boolean head) {
        HeaderMap headers = HeaderMap.of(":status", "200");
        addExtra(headers, null, true, GRPC_TYPE);
        if (!headers.contains(GRPC_STATUS)) {
            int code = grpcStatus >= 0 && grpcStatus <= LAST_GRPC_STATUS ? grpcStatus : grpcStatusOf(status);
            headers.add(GRPC_STATUS, Integer.toString(code));
        }
        if (body.length > 0 && !head) {
            set(headers, GRPC_MESSAGE, percentEncoded(body));
        }
        return headers;
    }

    /**
     * Adds what the plugin gave, in its order. What describes the body stands where the plugin has it, with what is true, or
     * else behind the rest; without a body it is left out.
     */
    private void addExtra(HeaderMap headers, @Nullable String length, boolean ownsType, @Nullable String type) {
        for (int i = 0; i < extra.count(); i++) {
            String name = extra.nameText(i);
            if (name.isEmpty() || name.charAt(0) == ':') {
                continue;
            }
            if (name.equals(LENGTH)) {
                addOnce(headers, LENGTH, length);
            } else if (name.equals(TYPE) && ownsType) {
                addOnce(headers, TYPE, type);
            } else {
                headers.add(extra.name(i), extra.value(i));
            }
        }
        addOnce(headers, LENGTH, length);
        addOnce(headers, TYPE, type);
    }

    private static void addOnce(HeaderMap headers, String name, @Nullable String value) {
        if (value != null && !headers.contains(name)) {
            headers.add(name, value);
        }
    }

    /** Sets a value where its name stands; replacing by name would move it to the end. */
    private static void set(HeaderMap headers, String name, String value) {
        int index = headers.indexOf(HeaderMap.nameBytes(name));
        if (index < 0) {
            headers.add(name, value);
        } else {
            headers.setValue(index, value.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    /** The gRPC status that stands for an HTTP status. */
    static int grpcStatusOf(int httpStatus) {
        return switch (httpStatus) {
            case 400 -> 13;
            case 401 -> 16;
            case 403 -> 7;
            case 404 -> 12;
            case 429, 502, 503, 504 -> 14;
            default -> 2;
        };
    }

    static boolean isHead(@Nullable HeaderMap request) {
        return request != null && "HEAD".equals(request.get(":method"));
    }

    private static boolean isGrpc(@Nullable HeaderMap request) {
        String type = request == null ? null : request.get("content-type");
        return type != null && (type.equals(GRPC_TYPE) || type.startsWith(GRPC_TYPE + "+"));
    }

    private static String percentEncoded(byte[] message) {
        StringBuilder text = new StringBuilder(message.length);
        for (byte b : message) {
            if (b >= ' ' && b <= '~' && b != '%') {
                text.append((char) b);
            } else {
                text.append(String.format("%%%02X", b & 0xff));
            }
        }
        return text.toString();
    }
}
