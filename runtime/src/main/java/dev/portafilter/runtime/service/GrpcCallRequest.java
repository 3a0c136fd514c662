package dev.portafilter.runtime.service;

import dev.portafilter.abi.HeaderMap;

/**
 * A gRPC call that a plugin makes; checked by the runtime: nothing in it would break a message.
 *
 * @param upstream the name of the cluster, known to the transport
 * @param authority what the call gives as {@code :authority}
 * @param path {@code /SERVICE/METHOD}
 * @param metadata initial metadata as on the wire, {@code -bin} values included; not to be changed
 * @param timeoutMillis 0..2^32-1: what the server is told, and when an unanswered call is over, though 0 is never over
 *     here; -1 for a stream, which takes as long as it likes
 * @param messageBytes largest message that may come back; a longer one is RESOURCE_EXHAUSTED
 */
public record GrpcCallRequest(
        String upstream, String authority, String path, HeaderMap metadata, long timeoutMillis, int messageBytes) {
    // The protocol has eight digits for a time.
    private static final long MAX_TIMEOUT_NUMBER = 99_999_999;

    /**
     * The head of the request over HTTP/2. Metadata that would say again what the protocol says, or that is about one
     * connection, is left out.
     *
     * @param scheme {@code http} or {@code https}
     */
    public HeaderMap head(String scheme) {
        HeaderMap head = HeaderMap.of(
                ":method", "POST", ":path", path, ":authority", authority, ":scheme", scheme, "te", "trailers");
        if (timeoutMillis >= 0) {
            head.add("grpc-timeout", timeoutText());
        }
        head.add("content-type", "application/grpc");
        for (int i = 0; i < metadata.count(); i++) {
            if (!belongsToProtocol(metadata.nameText(i))) {
                head.add(metadata.name(i), metadata.value(i));
            }
        }
        return head;
    }

    private String timeoutText() {
        // 2^32 ms in seconds have fewer digits than the protocol takes.
        return timeoutMillis <= MAX_TIMEOUT_NUMBER ? timeoutMillis + "m" : timeoutMillis / 1000 + "S";
    }

    private static boolean belongsToProtocol(String name) {
        return switch (name) {
            case "te",
                    "grpc-timeout",
                    "content-type",
                    "content-length",
                    "host",
                    "connection",
                    "keep-alive",
                    "proxy-connection",
                    "transfer-encoding",
                    "upgrade" -> true;
            default -> false;
        };
    }
}
