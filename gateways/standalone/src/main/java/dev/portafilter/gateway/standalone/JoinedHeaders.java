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
            "accept",
            "accept-encoding",
            "access-control-request-headers",
            "access-control-request-method",
            "access-control-request-private-network",
            "authorization",
            "cache-control",
            "content-encoding",
            "content-type",
            "expect",
            "grpc-accept-encoding",
            "grpc-timeout",
            "if-match",
            "if-modified-since",
            "if-none-match",
            "if-range",
            "if-unmodified-since",
            "origin",
            "pragma",
            "proxy-status",
            "referer",
            "user-agent",
            "via",
            "x-client-trace-id",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-port",
            "x-forwarded-proto",
            "x-request-id");

    private static final Set<String> IN_RESPONSES = Set.of(
            "access-control-allow-credentials",
            "access-control-allow-headers",
            "access-control-allow-methods",
            "access-control-allow-origin",
            "access-control-allow-private-network",
            "access-control-expose-headers",
            "access-control-max-age",
            "age",
            "cache-control",
            "content-encoding",
            "content-type",
            "date",
            "etag",
            "expires",
            "grpc-message",
            "grpc-status",
            "last-modified",
            "location",
            "proxy-status",
            "server",
            "vary",
            "via",
            "x-request-id");

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
