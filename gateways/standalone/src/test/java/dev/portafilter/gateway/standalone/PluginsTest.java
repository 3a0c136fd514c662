package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginLimits;
import dev.portafilter.runtime.plugin.PluginSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real plugins behind real sockets: what they change arrives, and what they break stays with their request. */
@Timeout(120)
class PluginsTest {
    private static PluginSpec.Builder plugin(String name) throws IOException {
        try (InputStream module = PluginsTest.class.getResourceAsStream("/dev/portafilter/plugins/" + name + ".wasm")) {
            return PluginSpec.builder(
                    name, ModuleSource.of(Objects.requireNonNull(module).readAllBytes()));
        }
    }

    private static byte[] configuration(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void headerRewrite_changesBothDirections() throws Exception {
        PluginSpec rewrite = plugin("header-rewrite")
                .configuration(configuration(
                        "{\"request\": {\"set\": {\":path\": \"/new\", \":authority\": \"b\", \"x-a\": \"1\"}},"
                                + " \"response\": {\"add\": {\"x-b\": \"2\"}, \"remove\": [\"x-up\"]}}"))
                .build();
        try (StubUpstream upstream =
                        StubUpstream.answering("HTTP/1.1 200 OK\nx-up: 1\nx-end: 1\ncontent-length: 2\n\nok");
                GatewayFixture fixture = new GatewayFixture(
                        GatewayOptions.builder(upstream.target()).workers(1), rewrite)) {
            RawClient.Message response = fixture.ask("GET /old HTTP/1.1\nhost: a\n\n");
            assertThat(response.headers()).containsExactly("x-end: 1", "content-length: 2", "x-b: 2");
            RawClient.Message request = upstream.taken();
            assertThat(request.startLine()).isEqualTo("GET /new HTTP/1.1");
            assertThat(request.headers()).containsExactly("host: b", "x-forwarded-proto: http", "x-a: 1");
        }
    }

    @Test
    void redact_changesAStreamedBody() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering("HTTP/1.1 200 OK\ncontent-type: text/plain\n"
                        + "transfer-encoding: chunked\n\nb\npay 4111 11\ne\n11 1111 1111.\n\n0\n\n");
                GatewayFixture fixture = new GatewayFixture(
                        GatewayOptions.builder(upstream.target()).workers(1),
                        plugin("redact").build())) {
            assertThat(fixture.ask("GET / HTTP/1.1\nhost: a\n\n").text()).startsWith("pay **** **** **** 1111.");
        }
    }

    @Test
    void tokenCheck_asksItsCluster() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                StubUpstream keys = new StubUpstream(connection -> {
                    while (true) {
                        boolean good = connection.request().all("x-api-key").contains("good");
                        connection.send(
                                good
                                        ? "HTTP/1.1 200 OK\nx-user: alice\ncontent-length: 0\n\n"
                                        : "HTTP/1.1 403 Forbidden\ncontent-length: 0\n\n");
                    }
                });
                GatewayFixture fixture = new GatewayFixture(
                        GatewayOptions.builder(upstream.target()).workers(1).cluster("auth", keys.target()),
                        plugin("token-check").build());
                RawClient client = fixture.connect()) {
            assertThat(client.send("GET / HTTP/1.1\nhost: a\n\n").response().status())
                    .isEqualTo(401);
            assertThat(client.send("GET / HTTP/1.1\nhost: a\nx-api-key: bad\n\n")
                            .response()
                            .status())
                    .isEqualTo(403);
            assertThat(client.send("GET / HTTP/1.1\nhost: a\nx-api-key: good\n\n")
                            .response()
                            .status())
                    .isEqualTo(200);
            assertThat(upstream.taken().all("x-auth-user")).containsExactly("alice");
            assertThat(upstream.requests).isEmpty();
        }
    }

    @Test
    void expectation_isMet_beforeAPluginAnswers() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = new GatewayFixture(
                        GatewayOptions.builder(upstream.target()).workers(1),
                        plugin("token-check").build());
                RawClient client = fixture.connect()) {
            client.send("POST / HTTP/1.1\nhost: a\nexpect: 100-continue\ncontent-length: 5\n\n");
            assertThat(client.head()).containsExactly("HTTP/1.1 100 Continue");
            assertThat(client.response().status()).isEqualTo(401);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"trap", "panic", "recurse", "memory", "loop", "trap-response", "huge-header", "header-flood"})
    void misbehaviour_staysWithItsRequest(String how) throws Exception {
        PluginSpec misbehave = plugin("misbehave")
                .failurePolicy(FailurePolicy.FAIL_OPEN)
                .limits(PluginLimits.DEFAULT.withDeadlineMillis(300).withMemoryPages(256))
                .build();
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = new GatewayFixture(
                        GatewayOptions.builder(upstream.target()).workers(1), misbehave)) {
            RawClient.Message first = fixture.ask("GET / HTTP/1.1\nhost: a\nx-misbehave: " + how + "\n\n");
            assertThat(first.status()).isIn(200, 503);
            assertThat(fixture.ask("GET / HTTP/1.1\nhost: a\n\n").status()).isEqualTo(200);
            fixture.idle();
        }
    }

    @Test
    void heldRequest_endsWithItsClient() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = new GatewayFixture(
                        GatewayOptions.builder(upstream.target()).workers(1),
                        plugin("misbehave").build());
                RawClient client = fixture.connect()) {
            client.send("GET / HTTP/1.1\nhost: a\nx-misbehave: hold\n\n");
            while (fixture.gateway.activeRequests() == 0) {
                Thread.onSpinWait();
            }
            client.close();
            fixture.idle();
        }
    }
}
