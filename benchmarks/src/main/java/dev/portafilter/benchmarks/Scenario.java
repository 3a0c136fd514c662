package dev.portafilter.benchmarks;

import dev.portafilter.runtime.plugin.ModuleSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * What one request goes through: a plugin with its configuration, and the messages. All requests have 10 header entries
 * and all responses 5; every plugin lets them pass.
 */
public enum Scenario {
    /** {@code tiny.wat}: reads one header, sets one in each direction. */
    TINY("benchmarks/tiny", ""),
    /** AssemblyScript: sets and removes a header in each direction; the configuration of its README. */
    HEADER_REWRITE("plugins/header-rewrite", """
            {"request": {"set": {"x-client": "%REQ(user-agent)%"}, "remove": ["x-debug"]},
             "response": {"set": {"x-path": "%REQ(:path)%"}, "remove": ["server"]}}
            """),
    /** Go: counts every request of one client address, far below the limit. */
    RATE_LIMIT("plugins/rate-limit", "{\"limit\": 2000000000, \"window_seconds\": 86400}"),
    /** C++: removes two request headers, looks at the response's content type; no body comes. */
    REDACT("plugins/redact", ""),
    /** C++: masks one card number in a response body of 1 KiB. */
    REDACT_BODY("plugins/redact", ""),
    /** Rust: finds the verdict on the API key in shared data; only the first request of all makes an HTTP call. */
    TOKEN_CHECK("plugins/token-check", "{\"cluster\": \"auth\", \"cache_seconds\": 86400}"),
    /** Rust: is not asked to misbehave, and sets a response header. */
    MISBEHAVE("plugins/misbehave", "");

    private static final String[] REQUEST_HEADERS = {
        ":authority", "shop.example.com",
        ":method", "GET",
        ":path", "/articles/4711?page=2",
        ":scheme", "https",
        "user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "accept-encoding", "gzip, deflate, br",
        "x-request-id", "5a1bd4b6-5d2c-4a7c-9d0e-0c7a6f6f5b1e",
        "x-api-key", "b6f0a2d47c1e4e0f9d55",
        "x-debug", "1",
    };
    private static final String[] RESPONSE_HEADERS = {
        ":status", "200",
        "content-type", "text/plain; charset=utf-8",
        "server", "upstream/1.2",
        "date", "Tue, 04 Mar 2025 10:00:00 GMT",
        "cache-control", "no-store",
    };
    private static final String[] CALL_ANSWER = {":status", "200", "x-user", "ada"};
    private static final int BODY_SIZE = 1024;

    private final String resource;
    private final String configuration;

    Scenario(String resource, String configuration) {
        this.resource = resource;
        this.configuration = configuration;
    }

    /** The plugin's code. */
    byte[] module() {
        return resource("/dev/portafilter/" + resource + ".wasm");
    }

    ModuleSource source() {
        return ModuleSource.of(module());
    }

    String configuration() {
        return configuration;
    }

    /** Name, value, name, value …; not to be changed. */
    String[] requestHeaders() {
        return REQUEST_HEADERS;
    }

    /** Name, value, name, value …; not to be changed. */
    String[] responseHeaders() {
        return RESPONSE_HEADERS;
    }

    /** The headers that answer every HTTP call of the plugin; not to be changed. */
    String[] callAnswer() {
        return CALL_ANSWER;
    }

    /** Empty when the response ends with its headers. */
    byte[] responseBody() {
        if (this != REDACT_BODY) {
            return new byte[0];
        }
        StringBuilder text = new StringBuilder("Paid with 4111 1111 1111 1111. ");
        while (text.length() < BODY_SIZE) {
            text.append("The quick brown fox jumps over the lazy dog. ");
        }
        text.setLength(BODY_SIZE);
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** The name in tables, such as {@code token-check}. */
    String label() {
        return label(name());
    }

    /** An enum constant's name as tables write it. */
    static String label(String constant) {
        return constant.toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    /** A file of the class path. */
    static byte[] resource(String path) {
        try (InputStream in = Scenario.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException(path + " is not on the class path (expected: the module)");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": " + e.getMessage(), e);
        }
    }
}
