package dev.portafilter.test.e2e;

import static dev.portafilter.abi.Callback.ON_LOG;
import static dev.portafilter.test.guest.GuestModule.listener;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.outBytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.gateway.standalone.GatewayLimits;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.test.guest.GuestLog;
import dev.portafilter.test.guest.GuestModule;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Requests that the gateway answers itself: plugins never see them, and log them all the same, with what Envoy 1.40.0
 * gives them to read. Source: ABI reference, section 2.3.
 */
class RefusedRequestsTest {
    private static final GuestModule LOGGING = listener()
            .on(
                    ON_LOG,
                    call("get_property", "response\0code_details", outBytes()),
                    call("get_property", "request\0path", outBytes()),
                    call("get_property", "request\0protocol", outBytes()).silently());

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "400 | GET * HTTP/1.1@host: a                                   | http1.invalid_url               | NOT_FOUND -",
                "404 | OPTIONS * HTTP/1.1@host: a                               | absolute_path_rejected          | OK \"*\"",
                "400 | GET /a#b HTTP/1.1@host: a                                | path_normalization_failed       | OK \"/a#b\"",
                "400 | GET / HTTP/1.1                                           | missing_host_header             | OK \"/\"",
                "400 | GET / HTTP/1.1@host: a b                                 | http.invalid_authority          | NOT_FOUND -",
                "400 | POST / HTTP/1.1@host: a@content-length: x                | http1.codec_error               | NOT_FOUND -",
                "400 | GET / HTTP/1.1@host: a@no colon here                     | http1.codec_error               | NOT_FOUND -",
                "501 | POST / HTTP/1.1@host: a@transfer-encoding: gzip, chunked | http1.invalid_transfer_encoding | NOT_FOUND -",
                "403 | GET /ws HTTP/1.1@host: a@connection: Upgrade@upgrade: websocket | upgrade_failed           | OK \"/ws\"",
                "413 | POST /large HTTP/1.1@host: a@content-length: 9           | request_payload_too_large       | OK \"/large\"",
            })
    void plugins_logWhatTheyNeverSaw(int status, String request, String details, String path) throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                EndToEnd test = logging(upstream).start();
                Wire client = test.connect()) {
            test.log.take();
            client.send(request.replace("@", "\n") + "\n\n");

            assertThat(client.message().status()).isEqualTo(status);
            if (status != 404) {
                assertThat(client.ended()).isTrue();
            }
            assertLogged(test, details, path);
            assertThat(upstream.requestCount()).isZero();
        }
    }

    @Test
    void headTooLarge_orOfTooManyLines_isLogged() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                EndToEnd test = logging(upstream).start()) {
            test.log.take();
            assertThat(test.get("/", "x-long: " + "v".repeat(5_000)).status()).isEqualTo(431);
            assertLogged(test, "http1.headers_too_large", "NOT_FOUND -");

            String[] lines = new String[30];
            Arrays.fill(lines, "x: v");
            assertThat(test.get("/", lines).status()).isEqualTo(431);
            assertLogged(test, "http1.too_many_headers", "NOT_FOUND -");
        }
    }

    @Test
    void http2Stream_isLogged_andTheConnectionGoesOn() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                EndToEnd test = logging(upstream).start();
                Http2Client client = new Http2Client(test.gateway.endpoint())) {
            test.log.take();
            Message refused = Http2Client.await(Http2Client.send(client.open("CONNECT", "/"), new byte[0]));
            assertThat(refused.status()).isEqualTo(501);
            assertThat(test.log.messages()).isNotEmpty();
            test.log.take();
            assertThat(Http2Client.await(Http2Client.send(client.open("GET", "/"), new byte[0]))
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void pathWithAFragment_isKeptUpToItsQuery() throws Exception {
        GuestModule reader = listener()
                .on(
                        ON_LOG,
                        call("get_property", "request\0url_path", outBytes()),
                        call("get_property", "request\0query", outBytes()));
        try (ScriptedServer upstream = ScriptedServer.ok();
                EndToEnd test = EndToEnd.before(upstream)
                        .plugin(PluginSpec.builder("reader", ModuleSource.of(reader.wasm())))
                        .start();
                Wire client = test.connect()) {
            test.log.take();
            client.send("GET /a#b?c=d#e HTTP/1.1\nhost: a\n\n");
            assertThat(client.message().status()).isEqualTo(400);
            test.quiet();
            assertThat(GuestLog.read(test.log.take())).contains("get_property OK \"/a#b\"", "get_property OK \"c=d\"");
        }
    }

    private static void assertLogged(EndToEnd test, String details, String path) {
        test.quiet();
        assertThat(GuestLog.read(test.log.take()).stream()
                        .map(line -> line.replaceFirst("^(on_[a-z_]+) .*", "$1"))
                        .toList())
                .containsExactly(
                        "on_context_create",
                        "on_log",
                        "get_property OK \"" + details + "\"",
                        "get_property " + path,
                        "on_done",
                        "on_delete");
    }

    private static EndToEnd.Builder logging(ScriptedServer upstream) {
        return EndToEnd.before(upstream)
                .limits(GatewayLimits.DEFAULT.withHeaders(4_096, 20).withBodyBytes(8))
                .plugin(PluginSpec.builder("logging", ModuleSource.of(LOGGING.wasm())));
    }
}
