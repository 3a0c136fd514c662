package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AdminServerTest {
    private static RawClient.Message get(GatewayFixture fixture, String request) throws Exception {
        try (RawClient client = new RawClient(fixture.gateway.adminEndpoint())) {
            return client.send(request + " HTTP/1.1\nhost: a\n\n").response();
        }
    }

    private static GatewayFixture fixture(StubUpstream upstream, PluginSpec... plugins) {
        return new GatewayFixture(
                GatewayOptions.builder(upstream.target()).workers(1).admin(new Endpoint("127.0.0.1", 0)), plugins);
    }

    @Test
    void healthAndReadiness_areTold() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = fixture(upstream)) {
            assertThat(get(fixture, "GET /healthz").text()).isEqualTo("alive\n");
            assertThat(get(fixture, "GET /readyz").text()).isEqualTo("ready\n");
            assertThat(get(fixture, "GET /other").status()).isEqualTo(404);
            assertThat(get(fixture, "POST /healthz").status()).isEqualTo(405);
            fixture.gateway.drain();
            assertThat(get(fixture, "GET /readyz").status()).isEqualTo(503);
            assertThat(get(fixture, "GET /healthz").status()).isEqualTo(200);
        }
    }

    @Test
    void metrics_areOfGatewayHostAndPlugins() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = fixture(upstream, ProbePlugin.reading())) {
            fixture.ask("GET / HTTP/1.1\nhost: a\n\n");
            fixture.ask("GET /#f HTTP/1.1\nhost: a\n\n");
            RawClient.Message metrics = get(fixture, "GET /metrics");
            assertThat(metrics.all("content-type")).containsExactly("text/plain; version=0.0.4; charset=utf-8");
            assertThat(metrics.text().lines())
                    .contains(
                            "# TYPE portafilter_connections_total counter",
                            "portafilter_connections_total 2.0",
                            "portafilter_requests_active 0.0",
                            "portafilter_responses_total{status=\"2xx\"} 1.0",
                            "portafilter_responses_total{status=\"4xx\"} 1.0",
                            "# HELP portafilter_plugin_failures_total Failures of plugins: at their start, by a trap,"
                                    + " or by a limit",
                            "portafilter_plugin_failures_total{plugin=\"default.probe\"} 0.0")
                    .anyMatch(line -> line.startsWith("jvm_memory_used_bytes{"))
                    .allMatch(line -> line.startsWith("# ")
                            || line.matches("[a-zA-Z_:][a-zA-Z0-9_:]*(\\{[^}]*\\})? [-+0-9.eEInfNaN]+"));
        }
    }

    @Test
    void plugins_areListedInOrderWithTheirState() throws Exception {
        PluginSpec broken = PluginSpec.builder("broken", ModuleSource.of(new byte[] {1, 2, 3}))
                .priority(7)
                .build();
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = fixture(upstream, ProbePlugin.reading(), broken)) {
            RawClient.Message plugins = get(fixture, "GET /plugins");
            assertThat(plugins.all("content-type")).containsExactly("application/json; charset=utf-8");
            assertThat(plugins.text())
                    .containsSubsequence(
                            "\"position\" : 0",
                            "\"name\" : \"broken\"",
                            "\"namespace\" : \"default\"",
                            "\"phase\" : \"UNSPECIFIED\"",
                            "\"priority\" : 7",
                            "\"state\" : \"failed\"",
                            "\"position\" : 1",
                            "\"name\" : \"probe\"",
                            "\"state\" : \"loaded\"",
                            "\"digest\" : \"",
                            "\"abiVersion\" : \"0.2.1\"",
                            "\"vmCount\" : 1",
                            "\"memoryBytes\" : 131072");
        }
    }
}
