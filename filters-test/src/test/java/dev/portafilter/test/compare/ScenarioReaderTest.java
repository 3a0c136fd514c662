package dev.portafilter.test.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScenarioReaderTest {
    @TempDir
    Path directory;

    private Scenario read(String yaml) throws IOException {
        return Scenario.read(Files.writeString(directory.resolve("mine.yaml"), yaml));
    }

    private static String sent(Exchange exchange) {
        StringBuilder text = new StringBuilder();
        for (Step step : exchange.client()) {
            if (step instanceof Step.Send send) {
                text.append(new String(send.bytes(), StandardCharsets.ISO_8859_1));
            }
        }
        return text.toString();
    }

    @Test
    void request_inItsParts_isWrittenAsTheyStand() throws IOException {
        Scenario scenario = read("""
                exchanges:
                  - request: POST /x?y
                    headers: ["X-A: 1", "x-a:"]
                    body: hello
                """);
        Exchange exchange = scenario.exchanges().get(0);
        assertThat(exchange.name()).isEqualTo("POST /x?y");
        assertThat(sent(exchange))
                .isEqualTo(
                        "POST /x?y HTTP/1.1\r\nhost: shop.example\r\nX-A: 1\r\nx-a:\r\ncontent-length: 5\r\n\r\nhello");
    }

    @Test
    void http2_ofClientUpstreamAndClusters_isRead() throws IOException {
        Scenario scenario = read("""
                upstream: http2
                clusters: {grpc: http2}
                exchanges:
                  - request: GET /
                    http2: true
                    calls: {grpc: {body: x}}
                """);
        assertThat(scenario.upstream()).isEqualTo(ClusterKind.HTTP2);
        assertThat(scenario.clusters()).containsEntry("grpc", ClusterKind.HTTP2);
        assertThat(scenario.exchanges().get(0).http2()).isTrue();
    }

    @Test
    void chunks_areSentOneByOne_withPausesBetween() throws IOException {
        Scenario scenario = read("""
                exchanges:
                  - request: POST /
                    headers: ["host: a"]
                    chunks: [one, "1234567890a"]
                    trailers: ["x: 1"]
                    gap: 7
                """);
        Exchange exchange = scenario.exchanges().get(0);
        assertThat(sent(exchange))
                .isEqualTo("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n"
                        + "b\r\n1234567890a\r\n0\r\nx: 1\r\n\r\n");
        assertThat(exchange.client().stream().filter(step -> step.equals(new Step.Pause(7))))
                .hasSize(3);
    }

    @Test
    void steps_areTakenInTheirOrder() throws IOException {
        Scenario scenario = read("""
                exchanges:
                  - client:
                      - send: "GET / HTTP/1.1\\n\\n"
                      - pause: 5
                      - do: read-head
                      - do: reset
                """);
        List<Step> steps = scenario.exchanges().get(0).client();
        assertThat(steps.subList(1, 4)).containsExactly(new Step.Pause(5), new Step.Head(), new Step.Reset());
    }

    @Test
    void answers_ofServers_areKeptByCluster() throws IOException {
        Scenario scenario = read("""
                clusters: {auth: http, gone: refused}
                exchanges:
                  - answer: {status: 404 Not Found, body: none}
                    calls: {auth: [{status: 204 No Content}, {steps: [], then: close}]}
                    times: 2
                """);
        assertThat(scenario.exchangeCount()).isEqualTo(2);
        Exchange exchange = scenario.exchanges().get(1);
        assertThat(exchange.answers().get("auth")).hasSize(2);
        assertThat(exchange.answers().get("auth").get(1).keepsOpen()).isFalse();
        Answer answer = exchange.answers().get(Servers.UPSTREAM).get(0);
        assertThat(new String(((Step.Send) answer.steps().get(0)).bytes(), StandardCharsets.ISO_8859_1))
                .isEqualTo("HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\nnone");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "exchanges: [{boddy: x}]                        | mine.yaml:1 exchanges[0].boddy: is unknown",
                "exchanges: [{bodySize: many}]                  | mine.yaml:1 exchanges[0].bodySize: \"many\" is no number (expected: 0..67108864)",
                "exchanges: [{client: [{do: sing}]}]            | mine.yaml:1 exchanges[0].client[0].do: \"sing\" is unknown (expected: read,",
                "exchanges: [{calls: {auth: {body: x}}}]        | mine.yaml:1 exchanges[0].calls.auth: is no cluster that answers",
                "exchanges: [{answer: {then: fall}}]            | mine.yaml:1 exchanges[0].answer[0].then: \"fall\" is unknown",
                "clusters: {auth: udp}                          | mine.yaml:1 clusters.auth: \"udp\" is unknown (expected: http, http2, tcp, refused)",
                "plugins: [{configuration: x}]                  | mine.yaml:1 plugins[0].module: is missing (expected: a .wasm file)",
                "exchanges: [                                   | mine.yaml:2: is no YAML",
            })
    void mistakes_areToldWithTheirPlace(String yaml, String message) {
        assertThatThrownBy(() -> read(yaml + "\n"))
                .isInstanceOf(ScenarioException.class)
                .hasMessageContaining(message);
    }
}
