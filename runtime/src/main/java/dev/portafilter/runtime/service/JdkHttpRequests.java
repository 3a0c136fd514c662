package dev.portafilter.runtime.service;

import dev.portafilter.abi.HeaderMap;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns the HTTP calls of plugins into requests of the JDK's client. Thread-safe. */
final class JdkHttpRequests {
    private static final Logger LOG = LoggerFactory.getLogger(JdkHttpRequests.class);

    // They belong to one connection and are the client's business.
    private static final Set<String> CONNECTION_HEADERS = Set.of(
            "connection",
            "content-length",
            "http2-settings",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");
    private static final String URI_CHARACTERS = "-_.!~*'(),;:$&+=/@?";
    private static final String HEX = "0123456789ABCDEF";

    private final boolean hostAllowed = hostAllowed();
    private final AtomicBoolean authorityTold = new AtomicBoolean();
    private final AtomicBoolean trailersTold = new AtomicBoolean();

    /**
     * The request of a call.
     *
     * @throws IllegalArgumentException when the client cannot send it
     */
    HttpRequest request(URI cluster, HttpCallRequest call) {
        HeaderMap headers = call.headers();
        boolean secure = "https".equalsIgnoreCase(cluster.getScheme());
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(cluster, headers.get(":path")))
                // Asking for HTTP/2 without TLS would add an upgrade to each request.
                .version(secure ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
                .method(method(headers.get(":method")), publisher(call.body()));
        authority(request, cluster, headers);
        List<String> dropped = new ArrayList<>();
        for (int i = 0; i < headers.count(); i++) {
            String name = headers.nameText(i);
            if (name.startsWith(":") || name.equals("host") || name.equals("content-length")) {
                continue;
            }
            if (CONNECTION_HEADERS.contains(name) || !added(request, name, headers.valueText(i))) {
                dropped.add(PluginLogText.escaped(name));
            }
        }
        if (!dropped.isEmpty()) {
            LOG.debug("http call to \"{}\": sent without the headers {}", call.upstream(), dropped);
        }
        if (call.trailers().count() > 0 && trailersTold.compareAndSet(false, true)) {
            LOG.info(
                    "http call to \"{}\": sent without trailers, which the JDK's client does not have (told once)",
                    call.upstream());
        }
        return request.build();
    }

    /** The cluster's address with a path; what a URI cannot hold is percent-encoded. */
    static URI uri(URI cluster, @Nullable String path) {
        String given = path == null || path.isEmpty() ? "/" : path;
        // Anything else before the first slash would become a part of the authority.
        if (given.charAt(0) != '/') {
            throw new IllegalArgumentException(
                    ":path \"" + PluginLogText.escaped(given) + "\" (expected: / at its beginning)");
        }
        StringBuilder text = new StringBuilder(cluster.getScheme());
        text.append("://").append(cluster.getRawAuthority());
        for (int i = 0; i < given.length(); i++) {
            char c = given.charAt(i);
            if (c < 0x80 && (Character.isLetterOrDigit(c) || URI_CHARACTERS.indexOf(c) >= 0) || isEscape(given, i)) {
                text.append(c);
            } else {
                text.append('%').append(HEX.charAt(c >> 4 & 0xF)).append(HEX.charAt(c & 0xF));
            }
        }
        return URI.create(text.toString());
    }

    private static boolean isEscape(String path, int index) {
        return path.charAt(index) == '%'
                && index + 2 < path.length()
                && isHexDigit(path.charAt(index + 1))
                && isHexDigit(path.charAt(index + 2));
    }

    private static boolean isHexDigit(char c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
    }

    private static String method(@Nullable String method) {
        if (method == null) {
            throw new IllegalArgumentException(":method is missing");
        }
        return method;
    }

    private static HttpRequest.BodyPublisher publisher(byte[] body) {
        return body.length == 0 ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofByteArray(body);
    }

    private void authority(HttpRequest.Builder request, URI cluster, HeaderMap headers) {
        String authority = headers.get(":authority");
        if (authority == null) {
            authority = headers.get("host");
        }
        if (authority == null || authority.isEmpty() || authority.equalsIgnoreCase(cluster.getRawAuthority())) {
            return;
        }
        if ((!hostAllowed || !added(request, "host", authority)) && authorityTold.compareAndSet(false, true)) {
            LOG.warn(
                    "http call with :authority \"{}\": sent with \"{}\" (the JVM needs"
                            + " -Djdk.httpclient.allowRestrictedHeaders=host to send another one; told once)",
                    PluginLogText.escaped(authority),
                    cluster.getRawAuthority());
        }
    }

    private static boolean added(HttpRequest.Builder request, String name, String value) {
        try {
            request.header(name, value);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean hostAllowed() {
        return added(HttpRequest.newBuilder(), "host", "example");
    }
}
