package dev.portafilter.runtime.stream;

import dev.portafilter.abi.HeaderMap;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A response that does not come from the upstream: made by a plugin, by a failure policy or by the gateway.
 * Source: ABI reference, section 3.6.
 */
final class LocalReply {
    private static final Set<String> HOST_OWNED = Set.of(
            "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection", "upgrade", "te");
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

    String details() {
        return details;
    }

    /** The response head for a request. */
    HeaderMap headers(@Nullable HeaderMap request) {
        return isGrpc(request) ? grpcHeaders() : plainHeaders();
    }

    /**
     * The body for a request; empty for gRPC and for HEAD. For 204 and 304 plugins see one if it was given; the exchange
     * leaves it out.
     */
    byte[] body(@Nullable HeaderMap request) {
        return isHead(request) || isGrpc(request) ? BodyBuffer.EMPTY : body;
    }

    private HeaderMap plainHeaders() {
        HeaderMap headers = HeaderMap.of(":status", Integer.toString(status));
        addExtra(headers);
        if (body.length > 0) {
            headers.add("content-length", Integer.toString(body.length));
            if (!headers.contains("content-type")) {
                headers.add("content-type", "text/plain");
            }
        }
        return headers;
    }

    private HeaderMap grpcHeaders() {
        HeaderMap headers = HeaderMap.of(":status", "200");
        extra.remove("content-type");
        addExtra(headers);
        int code = grpcStatus >= 0 && grpcStatus <= LAST_GRPC_STATUS ? grpcStatus : grpcStatusOf(status);
        headers.add("content-type", "application/grpc");
        headers.replace("grpc-status", Integer.toString(code));
        if (body.length > 0) {
            headers.replace("grpc-message", percentEncoded(body));
        }
        return headers;
    }

    private void addExtra(HeaderMap headers) {
        for (int i = 0; i < extra.count(); i++) {
            String name = extra.nameText(i);
            if (!name.isEmpty() && name.charAt(0) != ':' && !HOST_OWNED.contains(name)) {
                headers.add(extra.name(i), extra.value(i));
            }
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
        return type != null && (type.equals("application/grpc") || type.startsWith("application/grpc+"));
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
