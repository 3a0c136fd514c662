package dev.portafilter.gateway.standalone;

import dev.portafilter.abi.HeaderMap;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * The headers whose repeated lines become one, with a comma between the values, before plugins see them, as in Envoy.
 * Lines of other names stay as many as they came.
 */
final class JoinedHeaders {
    private static final Set<String> IN_REQUESTS = Set.of(
            "connection",
            "content-length",
            "content-type",
            "content-encoding",
            "keep-alive",
            "proxy-connection",
            "transfer-encoding",
            "upgrade",
            "via",
            "x-request-id",
            "cache-control",
            "accept",
            "accept-encoding",
            "authorization",
            "expect",
            "if-match",
            "if-none-match",
            "if-modified-since",
            "if-range",
            "if-unmodified-since",
            "origin",
            "pragma",
            "referer",
            "te",
            "user-agent",
            "x-forwarded-client-cert",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-port",
            "x-forwarded-proto",
            "grpc-timeout",
            "access-control-request-headers",
            "access-control-request-method",
            "x-client-trace-id");

    private static final Set<String> IN_RESPONSES = Set.of(
            "connection",
            "content-length",
            "content-type",
            "content-encoding",
            "keep-alive",
            "proxy-connection",
            "transfer-encoding",
            "upgrade",
            "via",
            "x-request-id",
            "cache-control",
            "age",
            "date",
            "etag",
            "expires",
            "last-modified",
            "location",
            "server",
            "vary",
            "access-control-allow-credentials",
            "access-control-allow-headers",
            "access-control-allow-methods",
            "access-control-allow-origin",
            "access-control-expose-headers",
            "access-control-max-age",
            "grpc-status",
            "grpc-message",
            "proxy-status");

    private JoinedHeaders() {}

    static boolean inRequests(String name) {
        return IN_REQUESTS.contains(name);
    }

    static boolean inResponses(String name) {
        return IN_RESPONSES.contains(name);
    }

    /** Adds a line, to the one that is there already when they are to be joined. */
    static void add(HeaderMap headers, String name, String value, boolean joins) {
        String before = joins ? headers.get(name) : null;
        if (before == null) {
            headers.add(name, value);
        } else {
            // In its place; replacing by name would move it to the end.
            for (int i = 0; i < headers.count(); i++) {
                if (headers.nameText(i).equals(name)) {
                    headers.setValue(i, (before + "," + value).getBytes(StandardCharsets.ISO_8859_1));
                    return;
                }
            }
        }
    }
}
