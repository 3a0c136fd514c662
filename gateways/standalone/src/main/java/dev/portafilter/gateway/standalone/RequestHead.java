package dev.portafilter.gateway.standalone;

import dev.portafilter.abi.HeaderMap;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A request's head, checked and put in the form that plugins see: {@code :authority :path :method :scheme}, the client's
 * lines as they came without those about the connection, and {@code x-forwarded-proto}. What is wrong or not served is
 * refused here, so that neither plugins nor upstream ever see it.
 *
 * @param headers what plugins see
 * @param expectsContinue whether the client waits for {@code 100 Continue} before it sends the body
 */
record RequestHead(HeaderMap headers, boolean expectsContinue) {
    /** The methods that Envoy reads over HTTP/1; over HTTP/2 there may be any. */
    private static final Set<String> KNOWN_METHODS = Set.of(
            "GET",
            "HEAD",
            "POST",
            "PUT",
            "DELETE",
            "CONNECT",
            "OPTIONS",
            "TRACE",
            "PATCH",
            "ACL",
            "BIND",
            "CHECKOUT",
            "COPY",
            "LINK",
            "LOCK",
            "MERGE",
            "MKACTIVITY",
            "MKCALENDAR",
            "MKCOL",
            "MOVE",
            "MSEARCH",
            "NOTIFY",
            "PROPFIND",
            "PROPPATCH",
            "PURGE",
            "REBIND",
            "REPORT",
            "SEARCH",
            "SOURCE",
            "SUBSCRIBE",
            "UNBIND",
            "UNLINK",
            "UNLOCK",
            "UNSUBSCRIBE");

    /** A head that is no HTTP. */
    private static final Refusal BAD_REQUEST = Refusal.of(400, "Bad Request");

    /** A head that is HTTP, and asks for nothing that can be served. */
    private static final Refusal UNSERVED = Refusal.unserved(400, true);

    /**
     * Reads the head of a request.
     *
     * @throws Refusal when the request is not to be served
     */
    static RequestHead read(HttpServerRequest request, GatewayLimits limits) throws Refusal {
        if (request.version() == null) {
            throw BAD_REQUEST;
        }
        if (request.version() != HttpVersion.HTTP_2
                && !KNOWN_METHODS.contains(request.method().name())) {
            throw BAD_REQUEST;
        }
        if (request.method().equals(HttpMethod.CONNECT)) {
            throw Refusal.of(501, "CONNECT is not supported");
        }
        MultiMap lines = request.headers();
        checkSize(request, lines, limits);
        refuseUpgrade(request, lines);
        checkFraming(lines, limits);
        String path = request.uri();
        String authority = authority(request, lines);
        int absolute = path.startsWith("http://") ? 7 : path.startsWith("https://") ? 8 : 0;
        if (absolute > 0) {
            int slash = path.indexOf('/', absolute);
            int query = path.indexOf('?', absolute);
            int end = slash >= 0 ? slash : query >= 0 ? query : path.length();
            authority = path.substring(absolute, end);
            path = slash >= 0 ? path.substring(slash) : "/" + path.substring(end);
        }
        checkTarget(request, path);
        checkAuthority(authority);
        HeaderMap headers = new HeaderMap();
        headers.add(":authority", authority);
        if (absolute > 0) {
            headers.add(":scheme", scheme(request));
        }
        headers.add(":path", path);
        headers.add(":method", request.method().name());
        if (absolute == 0) {
            headers.add(":scheme", scheme(request));
        }
        boolean expects = addLines(headers, lines, request.version());
        if (!headers.contains("x-forwarded-proto")) {
            headers.add("x-forwarded-proto", request.isSSL() ? "https" : "http");
        }
        return new RequestHead(headers, expects);
    }

    private static void checkSize(HttpServerRequest request, MultiMap lines, GatewayLimits limits) throws Refusal {
        int count = 0;
        long bytes = request.uri().length();
        for (Map.Entry<String, String> line : lines) {
            count++;
            bytes += line.getKey().length() + line.getValue().length();
        }
        if (count > limits.headerCount() || bytes > limits.headerBytes()) {
            throw Refusal.of(431, "Request Header Fields Too Large");
        }
    }

    private static void refuseUpgrade(HttpServerRequest request, MultiMap lines) throws Refusal {
        if (request.version() != HttpVersion.HTTP_1_1 || !lines.contains("upgrade")) {
            return;
        }
        for (String value : lines.getAll("connection")) {
            for (String token : value.split(",")) {
                String protocol = lines.get("upgrade");
                if (token.strip().equalsIgnoreCase("upgrade") && !protocol.equalsIgnoreCase("h2c")) {
                    throw Refusal.unserved(403, true);
                }
            }
        }
    }

    private static void checkFraming(MultiMap lines, GatewayLimits limits) throws Refusal {
        List<String> encodings = lines.getAll("transfer-encoding");
        if (!encodings.isEmpty() && (encodings.size() > 1 || !encodings.get(0).equalsIgnoreCase("chunked"))) {
            throw Refusal.of(501, "Not Implemented");
        }
        long length = -1;
        for (String value : lines.getAll("content-length")) {
            long number = HeaderLines.number(value);
            if (number < 0 || (length >= 0 && length != number)) {
                throw BAD_REQUEST;
            }
            length = number;
        }
        if (limits.bodyBytes() > 0 && length > limits.bodyBytes()) {
            throw Refusal.of(413, "Payload Too Large");
        }
    }

    private static String authority(HttpServerRequest request, MultiMap lines) throws Refusal {
        if (request.version() == HttpVersion.HTTP_2) {
            HostAndPort authority = request.authority();
            if (authority == null) {
                throw BAD_REQUEST;
            }
            return authority.port() > 0 ? authority.host() + ":" + authority.port() : authority.host();
        }
        List<String> hosts = lines.getAll("host");
        if (hosts.size() > 1) {
            throw BAD_REQUEST;
        }
        if (hosts.isEmpty()) {
            throw UNSERVED;
        }
        return hosts.get(0);
    }

    private static void checkTarget(HttpServerRequest request, String path) throws Refusal {
        if (path.equals("*") && request.method().equals(HttpMethod.OPTIONS)) {
            throw Refusal.unserved(404, false);
        }
        if (path.indexOf('#') >= 0) {
            throw UNSERVED;
        }
        if (path.isEmpty() || path.charAt(0) != '/' || !visible(path)) {
            throw BAD_REQUEST;
        }
    }

    private static void checkAuthority(String authority) throws Refusal {
        if (!visible(authority) || authority.indexOf('/') >= 0 || authority.indexOf('@') >= 0) {
            throw BAD_REQUEST;
        }
    }

    private static boolean visible(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) <= ' ' || text.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    private static String scheme(HttpServerRequest request) throws Refusal {
        if (request.version() != HttpVersion.HTTP_2) {
            return request.isSSL() ? "https" : "http";
        }
        String scheme = request.scheme() == null ? "" : request.scheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw BAD_REQUEST;
        }
        return scheme;
    }

    /** Adds the lines that are the client's to send; returns whether it waits for {@code 100 Continue}. */
    private static boolean addLines(HeaderMap headers, MultiMap lines, HttpVersion version) throws Refusal {
        Set<String> nominated = HeaderLines.nominated(lines.getAll("connection"));
        boolean expects = false;
        boolean cookies = false;
        for (Map.Entry<String, String> line : lines) {
            String name = line.getKey().toLowerCase(Locale.ROOT);
            String value = line.getValue();
            switch (name) {
                case "host" -> {}
                case "expect" -> {
                    if (value.equalsIgnoreCase("100-continue")) {
                        expects = version != HttpVersion.HTTP_1_0;
                    } else {
                        headers.add(name, value);
                    }
                }
                case "te" -> {
                    if (asksForTrailers(value)) {
                        headers.add("te", "trailers");
                    }
                }
                case "cookie" -> {
                    // HTTP/2 sends crumbs, which are one line everywhere else (RFC 9113, section 8.2.3).
                    if (version == HttpVersion.HTTP_2 && cookies) {
                        joinCookie(headers, value);
                    } else {
                        headers.add(name, value);
                    }
                    cookies = true;
                }
                default -> {
                    if (name.isEmpty() || hasControls(value)) {
                        throw BAD_REQUEST;
                    }
                    if (!HeaderLines.hopByHop(name) && !nominated.contains(name)) {
                        JoinedHeaders.add(headers, name, value, JoinedHeaders.inRequests(name));
                    }
                }
            }
        }
        return expects;
    }

    private static boolean hasControls(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                return true;
            }
        }
        return false;
    }

    private static boolean asksForTrailers(String te) {
        for (String token : te.split(",")) {
            if (token.strip().equalsIgnoreCase("trailers")) {
                return true;
            }
        }
        return false;
    }

    private static void joinCookie(HeaderMap headers, String value) {
        for (int i = 0; i < headers.count(); i++) {
            if (headers.nameText(i).equals("cookie")) {
                String joined = headers.valueText(i) + "; " + value;
                headers.setValue(i, joined.getBytes(StandardCharsets.ISO_8859_1));
                return;
            }
        }
    }
}
