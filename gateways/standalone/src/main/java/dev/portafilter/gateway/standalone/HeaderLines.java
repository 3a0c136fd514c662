package dev.portafilter.gateway.standalone;

import dev.portafilter.abi.HeaderMap;
import io.netty.util.AsciiString;
import io.vertx.core.MultiMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Carries header lines between Vert.x and {@link HeaderMap}: order, repetition and every byte of a value are kept. Also
 * knows which lines belong to one hop only (RFC 9110, section 7.6.1).
 */
final class HeaderLines {
    private static final Set<String> NONE = Set.of();

    private HeaderLines() {}

    /** Whether a line of this lower-case name is about one connection and never goes to the next. */
    static boolean hopByHop(String name) {
        return switch (name) {
            case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "http2-settings" ->
                true;
            default -> false;
        };
    }

    /**
     * The lower-case names that the {@code Connection} lines give, besides {@code close} and {@code keep-alive}.
     * Names of framing, of pseudo-headers and of what proxies vouch for are not among them: they are not the sender's to hide.
     */
    static Set<String> nominated(Iterable<String> connectionValues) {
        Set<String> names = NONE;
        for (String value : connectionValues) {
            for (String token : value.split(",")) {
                String name = token.strip().toLowerCase(Locale.ROOT);
                if (name.isEmpty() || name.equals("close") || name.equals("keep-alive") || protectedName(name)) {
                    continue;
                }
                if (names == NONE) {
                    names = new TreeSet<>();
                }
                names.add(name);
            }
        }
        return names;
    }

    private static boolean protectedName(String name) {
        return name.charAt(0) == ':'
                || name.equals("host")
                || name.startsWith("x-forwarded-")
                || name.equals("content-length")
                || name.equals("te")
                || name.equals("expect");
    }

    /** Adds the lines of a response's head that plugins see, in order. */
    static void readResponse(HeaderMap to, MultiMap from) {
        for (Map.Entry<String, String> line : from) {
            String name = line.getKey().toLowerCase(Locale.ROOT);
            if (!name.equals("keep-alive") && !name.equals("proxy-connection")) {
                JoinedHeaders.add(to, name, line.getValue(), JoinedHeaders.inResponses(name));
            }
        }
    }

    /** A map of these trailer lines, without those that trailers must not have. */
    static HeaderMap trailers(Iterable<? extends Map.Entry<? extends CharSequence, ? extends CharSequence>> lines) {
        HeaderMap trailers = new HeaderMap();
        for (Map.Entry<? extends CharSequence, ? extends CharSequence> line : lines) {
            String name = line.getKey().toString().toLowerCase(Locale.ROOT);
            if (!name.isEmpty() && name.charAt(0) != ':' && !hopByHop(name) && !name.equals("content-length")) {
                trailers.add(name, line.getValue().toString());
            }
        }
        return trailers;
    }

    /** Adds the lines of a request that go to the server. What is about the connection was made by a plugin, and HTTP/1.1 has it. */
    static void addRequest(MultiMap to, HeaderMap from, boolean http1) {
        for (int i = from.pseudoCount(); i < from.count(); i++) {
            String name = from.nameText(i);
            if (http1 ? !ofFraming(name) : !hopByHop(name)) {
                add(to, from, i, JoinedHeaders.inRequestsOut(name));
            }
        }
    }

    /** Adds the lines of a response that go to the client. A connection is the gateway's, whatever plugins say. */
    static void addResponse(MultiMap to, HeaderMap from, boolean http1) {
        for (int i = from.pseudoCount(); i < from.count(); i++) {
            String name = from.nameText(i);
            if (!hopByHop(name) || (http1 && name.equals("keep-alive"))) {
                add(to, from, i, JoinedHeaders.inResponsesOut(name));
            }
        }
    }

    /** Adds the lines of a response's trailers. */
    static void addTrailers(MultiMap to, HeaderMap from) {
        for (int i = from.pseudoCount(); i < from.count(); i++) {
            String name = from.nameText(i);
            if (!hopByHop(name)) {
                add(to, from, i, JoinedHeaders.inTrailersOfResponses(name));
            }
        }
    }

    private static void add(MultiMap to, HeaderMap from, int index, boolean joins) {
        byte[] name = from.name(index);
        byte[] value = name.length == 0 ? null : JoinedHeaders.valueOut(from, index, joins);
        if (value != null) {
            to.add(new AsciiString(name, false), new AsciiString(value, false));
        }
    }

    private static boolean ofFraming(String name) {
        return name.equals("transfer-encoding") || name.equals("http2-settings");
    }

    /**
     * The body's length that a map announces.
     *
     * @return -1 when there is none, -2 when it is no number or there are several that differ
     */
    static long contentLength(HeaderMap map) {
        String found = null;
        for (int i = 0; i < map.count(); i++) {
            if (!map.nameText(i).equals("content-length")) {
                continue;
            }
            String value = map.valueText(i);
            if (found != null && !found.equals(value)) {
                return -2;
            }
            found = value;
        }
        return found == null ? -1 : number(found);
    }

    /** The number that decimal digits spell, or -2. */
    static long number(String text) {
        if (text.isEmpty() || text.length() > 18) {
            return -2;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return -2;
            }
        }
        return Long.parseLong(text);
    }

    /** The value of a status line, or -1. */
    static int status(@Nullable String text) {
        if (text == null || text.length() != 3) {
            return -1;
        }
        long number = number(text);
        return number < 100 ? -1 : (int) number;
    }
}
