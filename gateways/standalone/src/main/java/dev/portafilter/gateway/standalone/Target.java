package dev.portafilter.gateway.standalone;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A server that requests are sent to: the upstream, or a cluster that plugins call.
 *
 * @param protocol how to speak to it
 * @param host a name or an address; an IPv6 address without brackets
 * @param port 1..65535
 */
public record Target(Protocol protocol, String host, int port) {
    /** How a server is spoken to. */
    public enum Protocol {
        /** HTTP/1.1 in clear text. */
        HTTP(80),
        /** TLS; HTTP/2 or HTTP/1.1, whichever the server chooses. */
        HTTPS(443),
        /** HTTP/2 in clear text, without asking. */
        H2C(80);

        private final int defaultPort;

        Protocol(int defaultPort) {
            this.defaultPort = defaultPort;
        }
    }

    /**
     * Reads {@code http://HOST[:PORT]}, {@code https://…} or {@code h2c://…}.
     *
     * @throws IllegalArgumentException when the text is none of these
     */
    public static Target parse(String text) {
        try {
            URI uri = new URI(text);
            Protocol protocol = protocol(uri.getScheme());
            String host = uri.getHost();
            String path = uri.getRawPath();
            boolean bare = uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && (path == null || path.isEmpty() || path.equals("/"));
            int port = uri.getPort();
            if (protocol != null && host != null && bare && port != 0 && port <= 65_535) {
                String bareHost = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
                return new Target(protocol, bareHost, port < 0 ? protocol.defaultPort : port);
            }
        } catch (URISyntaxException e) {
            // The same answer as for the other mistakes.
        }
        throw new IllegalArgumentException(
                "\"" + text + "\" is no server (expected: http://HOST:PORT, https://HOST:PORT or h2c://HOST:PORT)");
    }

    private static @Nullable Protocol protocol(@Nullable String scheme) {
        return switch (scheme == null ? "" : scheme.toLowerCase(Locale.ROOT)) {
            case "http" -> Protocol.HTTP;
            case "https" -> Protocol.HTTPS;
            case "h2c" -> Protocol.H2C;
            default -> null;
        };
    }

    @Override
    public String toString() {
        return protocol.name().toLowerCase(Locale.ROOT) + "://" + new Endpoint(host, port);
    }
}
