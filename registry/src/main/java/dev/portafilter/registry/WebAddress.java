package dev.portafilter.registry;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An http or https url in the parts that a request needs. Not {@code java.net.URI}, which knows no host with {@code _} and
 * refuses targets that storage services redirect to.
 *
 * @param tls whether it is https
 * @param host the host, lower case; IPv6 in brackets
 * @param port the port
 * @param target path and query, as they are sent
 */
record WebAddress(boolean tls, String host, int port, String target) {
    private static final Pattern URL =
            Pattern.compile("(https?)://([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(?::([0-9]{0,5}))?([/?][^#]*)?(#.*)?");
    private static final int TLS_PORT = 443;
    private static final int PLAIN_PORT = 80;
    private static final int HIGHEST_PORT = 65535;

    /** Parses an absolute url; null when it is none of http or https, or holds a user. */
    static @Nullable WebAddress parse(String url) {
        String text = escaped(url);
        int end = text.indexOf("://");
        if (end < 0) {
            return null;
        }
        Matcher matcher = URL.matcher(text.substring(0, end).toLowerCase(Locale.ROOT) + text.substring(end));
        if (!matcher.matches()) {
            return null;
        }
        boolean tls = matcher.group(1).equals("https");
        String portText = matcher.group(3) == null ? "" : matcher.group(3);
        int port = portText.isEmpty() ? tls ? TLS_PORT : PLAIN_PORT : Integer.parseInt(portText);
        if (port == 0 || port > HIGHEST_PORT) {
            return null;
        }
        String target = matcher.group(4) == null ? "/" : matcher.group(4);
        return new WebAddress(
                tls, matcher.group(2).toLowerCase(Locale.ROOT), port, target.startsWith("?") ? "/" + target : target);
    }

    /** What a {@code Location} of an answer from here means; null when it is nothing to go to. */
    @Nullable WebAddress resolve(String location) {
        if (location.matches("(?s)[A-Za-z][A-Za-z0-9+.-]*:.*")) {
            return parse(location);
        }
        if (location.startsWith("//")) {
            return parse(scheme() + ":" + location);
        }
        String path = target.split("\\?", 2)[0];
        String base = scheme() + "://" + host + ":" + port;
        if (location.startsWith("/")) {
            return parse(base + location);
        }
        if (location.startsWith("?")) {
            return parse(base + path + location);
        }
        return parse(base + path.substring(0, path.lastIndexOf('/') + 1) + location);
    }

    private String scheme() {
        return tls ? "https" : "http";
    }

    /** With what may not stand in a request line escaped. */
    private static String escaped(String url) {
        StringBuilder text = new StringBuilder(url.length());
        for (byte b : url.getBytes(StandardCharsets.UTF_8)) {
            if (b <= ' ' || b == 0x7f) {
                text.append(String.format("%%%02X", b));
            } else {
                text.append((char) b);
            }
        }
        return text.toString();
    }

    /** With one more part of the query. */
    WebAddress withQuery(String nameAndValue) {
        return new WebAddress(tls, host, port, target + (target.indexOf('?') < 0 ? "?" : "&") + nameAndValue);
    }

    /** Host and port as the {@code Host} header has them. */
    String authority() {
        return port == (tls ? TLS_PORT : PLAIN_PORT) ? host : host + ":" + port;
    }

    /** Whether what is secret to one is secret to the other: same scheme, host and port. */
    boolean sameOrigin(WebAddress other) {
        return tls == other.tls && host.equals(other.host) && port == other.port;
    }

    /** The url without its query, which may hold signatures and tokens. */
    @Override
    public String toString() {
        return scheme() + "://" + authority() + target.split("\\?", 2)[0];
    }
}
