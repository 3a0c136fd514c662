package dev.portafilter.gateway.standalone;

import dev.portafilter.abi.HeaderMap;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The headers whose repeated lines become one, with a comma between the values, as in Envoy: those that arrive before
 * plugins see them, and those that plugins add on their way out. Lines of other names stay as many as they are.
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

    private static final Set<String> IN_TRAILERS_OF_RESPONSES = Set.of("grpc-message", "grpc-status");

    private JoinedHeaders() {}

    static boolean inRequests(String name) {
        return IN_REQUESTS.contains(name);
    }

    static boolean inResponses(String name) {
        return IN_RESPONSES.contains(name);
    }

    /** Those of a request that goes out: what is about the connection has been made by a plugin. */
    static boolean inRequestsOut(String name) {
        return switch (name) {
            case "connection", "keep-alive", "proxy-connection", "te", "upgrade" -> true;
            default -> inRequests(name);
        };
    }

    /** Those of a response that goes out. */
    static boolean inResponsesOut(String name) {
        return name.equals("keep-alive") || inResponses(name);
    }

    static boolean inTrailersOfResponses(String name) {
        return IN_TRAILERS_OF_RESPONSES.contains(name);
    }

    /**
     * The value that an entry goes out with.
     *
     * @param joins whether its name is one of these
     * @return null when an earlier entry of the name has it
     */
    static byte @Nullable [] valueOut(HeaderMap headers, int index, boolean joins) {
        if (!joins) {
            return headers.value(index);
        }
        byte[] name = headers.name(index);
        if (headers.indexOf(name) != index) {
            return null;
        }
        if (headers.indexOf(name, index + 1) < 0) {
            return headers.value(index);
        }
        String value = headers.valueText(index);
        for (int i = headers.indexOf(name, index + 1); i >= 0; i = headers.indexOf(name, i + 1)) {
            value = joined(value, headers.valueText(i));
        }
        return value.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String joined(String before, String value) {
        return before.isEmpty() ? value : value.isEmpty() ? before : before + "," + value;
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
                    headers.setValue(i, joined(before, value).getBytes(StandardCharsets.ISO_8859_1));
                    return;
                }
            }
        }
    }
}
