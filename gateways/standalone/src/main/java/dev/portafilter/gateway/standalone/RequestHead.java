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
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request's head, checked and put in the form that plugins see: {@code :authority :path :method :scheme}, or these as an
 * HTTP/2 client has them, the client's lines as they came without those about the connection, and {@code x-forwarded-proto}. What is wrong or not served is
 * refused here: the upstream never sees it, and plugins only when they log.
 *
 * @param headers what plugins see
 * @param expectsContinue whether the client waits for {@code 100 Continue} before it sends the body
 * @param closes whether the connection is to be closed behind the response, by what the client says
 */
record RequestHead(HeaderMap headers, boolean expectsContinue, boolean closes) {
    private static final List<String> USUAL_ORDER = List.of(":authority", ":path", ":method", ":scheme");
    private static final List<String> ABSOLUTE_ORDER = List.of(":authority", ":scheme", ":path", ":method");

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

    /**
     * Reads the head of a request.
     *
     * @param pseudoHeaders the order in which the client has them; HTTP/1.1's when there are none
     * @throws Refusal when the request is not to be served
     */
    static RequestHead read(HttpServerRequest request, List<String> pseudoHeaders, GatewayLimits limits)
            throws Refusal {
        if (request.version() == null) {
            throw badRequest("http1.codec_error");
        }
        if (request.version() != HttpVersion.HTTP_2
                && !KNOWN_METHODS.contains(request.method().name())) {
            throw badRequest("http1.codec_error");
        }
        MultiMap lines = request.headers();
        checkSize(request, lines, limits);
        checkFraming(request, lines, limits);
        if (request.method().equals(HttpMethod.CONNECT)) {
            throw new Refusal(501, "CONNECT is not supported", "connect_not_supported", raw(request));
        }
        refuseUpgrade(request, lines);
        String path = uri(request);
        RequestTarget target = request.version() == HttpVersion.HTTP_2 ? null : RequestTarget.absolute(path);
        String authority = authority(request, lines, target);
        if (target != null) {
            path = target.path();
        }
        checkTarget(request, path);
        if (!RequestTarget.isAuthority(authority)) {
            throw badRequest("http.invalid_authority");
        }
        HeaderMap headers = new HeaderMap();
        for (String name : pseudoHeaders.isEmpty() ? target != null ? ABSOLUTE_ORDER : USUAL_ORDER : pseudoHeaders) {
            switch (name) {
                case ":authority" -> headers.add(name, authority);
                case ":path" -> headers.add(name, path);
                case ":method" -> headers.add(name, request.method().name());
                case ":scheme" -> headers.add(name, target != null ? target.scheme() : scheme(request));
                default -> {}
            }
        }
        if (!headers.contains(":authority")) {
            headers.add(":authority", authority);
        }
        boolean expects = addLines(headers, request);
        if (!headers.contains("x-forwarded-proto")) {
            headers.add("x-forwarded-proto", request.isSSL() ? "https" : "http");
        }
        String referer = headers.get("referer");
        if (referer != null && !Referer.valid(referer)) {
            headers.remove("referer");
        }
        return new RequestHead(
                headers, expects, closes(lines.getAll("connection")) || closes(lines.getAll("proxy-connection")));
    }

    private static boolean closes(List<String> values) {
        for (String value : values) {
            for (String token : value.split(",")) {
                if (token.strip().equalsIgnoreCase("close")) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Refusal badRequest(String details) {
        return new Refusal(400, "Bad Request", details);
    }

    /** The request's target; HTTP/2 has requests without one. */
    private static String uri(HttpServerRequest request) {
        return Objects.requireNonNullElse(request.uri(), "");
    }

    private static String codec(HttpServerRequest request) {
        return request.version() == HttpVersion.HTTP_2 ? "http2" : "http1";
    }

    /** A head that is well formed but not served, as it came; HTTP/1.1 says nothing of the scheme. */
    private static HeaderMap raw(HttpServerRequest request) {
        HeaderMap head = new HeaderMap();
        String host = request.version() == HttpVersion.HTTP_2
                ? null
                : request.headers().get("host");
        HostAndPort authority = request.authority(true);
        head.add(":authority", host != null ? host : authority == null ? "" : authority.toString());
        head.add(":path", uri(request));
        head.add(":method", request.method().name());
        if (request.version() == HttpVersion.HTTP_2) {
            head.add(":scheme", request.isSSL() ? "https" : "http");
        }
        for (Map.Entry<String, String> line : request.headers()) {
            String name = line.getKey().toLowerCase(Locale.ROOT);
            if (!name.isEmpty() && !name.equals("host")) {
                head.add(name, line.getValue());
            }
        }
        return head;
    }

    private static void checkSize(HttpServerRequest request, MultiMap lines, GatewayLimits limits) throws Refusal {
        int count = 0;
        long bytes = uri(request).length();
        for (Map.Entry<String, String> line : lines) {
            count++;
            bytes += line.getKey().length() + line.getValue().length();
        }
        if (count > limits.headerCount() || bytes > limits.headerBytes()) {
            String what = count > limits.headerCount() ? ".too_many_headers" : ".headers_too_large";
            throw new Refusal(431, "Request Header Fields Too Large", codec(request) + what);
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
                    throw new Refusal(403, "", "upgrade_failed", raw(request));
                }
            }
        }
    }

    private static void checkFraming(HttpServerRequest request, MultiMap lines, GatewayLimits limits) throws Refusal {
        List<String> encodings = lines.getAll("transfer-encoding");
        if (!encodings.isEmpty() && (encodings.size() > 1 || !encodings.get(0).equalsIgnoreCase("chunked"))) {
            throw new Refusal(501, "Not Implemented", codec(request) + ".invalid_transfer_encoding");
        }
        long length = -1;
        for (String value : lines.getAll("content-length")) {
            long number = HeaderLines.number(value);
            if (number < 0 || (length >= 0 && length != number)) {
                throw badRequest(codec(request) + ".codec_error");
            }
            length = number;
        }
        if (limits.bodyBytes() > 0 && length > limits.bodyBytes()) {
            throw new Refusal(413, "Payload Too Large", "request_payload_too_large", raw(request));
        }
    }

    private static String authority(HttpServerRequest request, MultiMap lines, @Nullable RequestTarget target)
            throws Refusal {
        if (request.version() == HttpVersion.HTTP_2) {
            HostAndPort authority = request.authority();
            if (authority == null) {
                throw badRequest("missing_host_header");
            }
            return authority.port() > 0 ? authority.host() + ":" + authority.port() : authority.host();
        }
        List<String> hosts = lines.getAll("host");
        if (hosts.size() > 1) {
            throw badRequest("http1.codec_error");
        }
        if (target != null) {
            if (!target.named()) {
                throw badRequest("http1.invalid_url");
            }
            return target.authority();
        }
        if (hosts.isEmpty()) {
            throw new Refusal(400, "", "missing_host_header", raw(request));
        }
        return hosts.get(0);
    }

    private static void checkTarget(HttpServerRequest request, String path) throws Refusal {
        if (path.equals("*") && request.method().equals(HttpMethod.OPTIONS)) {
            throw new Refusal(404, "", "absolute_path_rejected", raw(request));
        }
        if (path.startsWith("?")) {
            // An absolute target that has a query and no path.
            throw new Refusal(404, "", "absolute_path_rejected", raw(request));
        }
        if (path.isEmpty() || path.charAt(0) != '/' || !visible(path)) {
            throw badRequest(codec(request) + ".invalid_url");
        }
        if (path.indexOf('#') >= 0) {
            throw new Refusal(400, "", "path_normalization_failed", raw(request));
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
            List<String> forwarded = request.headers().getAll("x-forwarded-proto");
            boolean says = forwarded.size() == 1 && RequestTarget.isScheme(forwarded.get(0));
            return says ? forwarded.get(0).toLowerCase(Locale.ROOT) : request.isSSL() ? "https" : "http";
        }
        String scheme = request.scheme() == null ? "" : request.scheme().toLowerCase(Locale.ROOT);
        if (!RequestTarget.isScheme(scheme)) {
            throw badRequest("http.invalid_scheme");
        }
        return scheme;
    }

    /** Adds the lines that are the client's to send; returns whether it waits for {@code 100 Continue}. */
    private static boolean addLines(HeaderMap headers, HttpServerRequest request) throws Refusal {
        MultiMap lines = request.headers();
        HttpVersion version = request.version();
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
                    if (value.isBlank()) {
                        headers.add("te", "");
                    } else if (asksForTrailers(value)) {
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
                        throw badRequest(codec(request) + ".invalid_characters");
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
