package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class Http1ProxyTest {
    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    @Test
    void get_passesThrough_withHeadersInOrder() throws Exception {
        try (StubUpstream upstream =
                        StubUpstream.answering("HTTP/1.1 200 OK\nx-up: a\nx-up: b\nx-empty:\ncontent-length: 2\n\nok");
                GatewayFixture fixture = new GatewayFixture(upstream.target())) {
            RawClient.Message response =
                    fixture.ask("GET /x?a=1 HTTP/1.1\nHost: example.com\nX-A: 1\nx-b: \nX-A: 2\n\n");
            assertThat(response.startLine()).isEqualTo("HTTP/1.1 200 OK");
            assertThat(response.headers()).containsExactly("x-up: a", "x-up: b", "x-empty: ", "content-length: 2");
            assertThat(response.text()).isEqualTo("ok");
            RawClient.Message request = upstream.taken();
            assertThat(request.startLine()).isEqualTo("GET /x?a=1 HTTP/1.1");
            assertThat(request.headers())
                    .containsExactly("host: example.com", "x-a: 1", "x-b: ", "x-a: 2", "x-forwarded-proto: http");
        }
    }

    @ParameterizedTest
    @CsvSource({"POST, 0", "PUT, 0", "OPTIONS, 0", "GET, ", "DELETE, ", "HEAD, "})
    void request_withoutBody_saysSoOnlyWhereOneIsExpected(String method, String length) throws Exception {
        try (StubUpstream upstream = StubUpstream.answering("HTTP/1.1 204 No Content\n\n");
                GatewayFixture fixture = new GatewayFixture(upstream.target())) {
            fixture.ask(method + " / HTTP/1.1\nhost: a\n\n");
            List<String> lengths = length == null ? List.of() : List.of(length);
            assertThat(upstream.taken().all("content-length")).isEqualTo(lengths);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_536, 10_485_760})
    void bodies_ofFixedLength_arriveWhole(int size) throws Exception {
        byte[] body = bytes(size);
        try (StubUpstream upstream = echo(true);
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                RawClient client = fixture.connect()) {
            RawClient.Message response = postFixed(client, body);
            assertThat(response.all("content-length")).containsExactly(String.valueOf(size));
            assertThat(response.body()).isEqualTo(body);
            assertThat(upstream.taken().all("content-length")).containsExactly(String.valueOf(size));
            // The connection is still good.
            assertThat(postFixed(client, body).body()).isEqualTo(body);
            assertThat(upstream.connections).hasValue(1);
        }
    }

    private static RawClient.Message postFixed(RawClient client, byte[] body) throws Exception {
        Thread sender = new Thread(() -> {
            client.send("POST / HTTP/1.1\nhost: a\ncontent-length: " + body.length + "\n\n");
            client.send(body);
        });
        sender.start();
        RawClient.Message response = client.response();
        sender.join();
        return response;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_536, 10_485_760})
    void bodies_inChunks_arriveWhole(int size) throws Exception {
        byte[] body = bytes(size);
        try (StubUpstream upstream = echo(false);
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                RawClient client = fixture.connect()) {
            Thread sender = new Thread(() -> {
                client.send("POST / HTTP/1.1\nhost: a\ntransfer-encoding: chunked\n\n");
                for (int at = 0; at < size; at += 50_000) {
                    client.chunk(Arrays.copyOfRange(body, at, Math.min(size, at + 50_000)));
                }
                client.send("0\n\n");
            });
            sender.start();
            RawClient.Message response = client.response();
            sender.join();
            assertThat(response.all("transfer-encoding")).containsExactly("chunked");
            assertThat(response.body()).isEqualTo(body);
            assertThat(upstream.taken().all("transfer-encoding")).containsExactly("chunked");
        }
    }

    private static StubUpstream echo(boolean fixed) throws Exception {
        StubUpstream[] self = new StubUpstream[1];
        self[0] = new StubUpstream(connection -> {
            while (true) {
                RawClient.Message request = connection.request();
                self[0].requests.add(request);
                if (fixed) {
                    connection.send("HTTP/1.1 200 OK\ncontent-length: " + request.body().length + "\n\n");
                    connection.send(request.body());
                } else {
                    connection.send("HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n");
                    for (int at = 0; at < request.body().length; at += 30_000) {
                        int end = Math.min(request.body().length, at + 30_000);
                        connection.chunk(Arrays.copyOfRange(request.body(), at, end));
                    }
                    connection.send("0\n\n");
                }
            }
        });
        return self[0];
    }

    @Test
    void trailers_passBothWays() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(
                        "HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n2\nok\n0\nx-t: 1\nx-t: 2\ny-t: 3\n\n");
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                RawClient client = fixture.connect()) {
            for (int i = 0; i < 2; i++) {
                client.send("POST / HTTP/1.1\nhost: a\ntransfer-encoding: chunked\n\n5\nhello\n0\nT: 1\nt: 2\n\n");
                RawClient.Message response = client.response();
                assertThat(response.text()).isEqualTo("ok");
                assertThat(response.trailers()).containsExactly("x-t: 1", "x-t: 2", "y-t: 3");
                RawClient.Message request = upstream.taken();
                assertThat(request.text()).isEqualTo("hello");
                assertThat(request.trailers()).containsExactly("t: 1", "t: 2");
            }
            // No trailers of the request before.
            client.send("POST / HTTP/1.1\nhost: a\ntransfer-encoding: chunked\n\n5\nhello\n0\n\n");
            client.response();
            assertThat(upstream.taken().trailers()).isEmpty();
        }
    }

    @Test
    void headers_aHundredAndBytesAboveAscii_areKept() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            lines.append("h").append(i).append(": v").append(i).append('\n');
        }
        lines.append("x-bytes: \u0080\u00e4\u00ff\n");
        try (StubUpstream upstream = StubUpstream.answering("HTTP/1.1 200 OK\n" + lines + "content-length: 0\n\n");
                GatewayFixture fixture = new GatewayFixture(upstream.target())) {
            RawClient.Message response = fixture.ask("GET / HTTP/1.1\nhost: a\n" + lines + "\n");
            assertThat(response.headers()).hasSize(102).contains("h99: v99", "x-bytes: \u0080\u00e4\u00ff");
            RawClient.Message request = upstream.taken();
            assertThat(request.headers()).hasSize(103).contains("h99: v99", "x-bytes: \u0080\u00e4\u00ff");
        }
    }

    @Test
    void bodilessResponses_endWithTheirHead() throws Exception {
        try (StubUpstream upstream = new StubUpstream(connection -> {
                    while (true) {
                        RawClient.Message request = connection.request();
                        String path = request.startLine().split(" ")[1];
                        connection.send(
                                switch (path) {
                                    case "/204" -> "HTTP/1.1 204 No Content\nx: 1\n\n";
                                    case "/304" -> "HTTP/1.1 304 Not Modified\netag: 1\ncontent-length: 9\n\n";
                                    case "/empty" -> "HTTP/1.1 200 OK\ncontent-length: 0\n\n";
                                    default -> "HTTP/1.1 200 OK\ncontent-length: 9\n\n";
                                });
                    }
                });
                GatewayFixture fixture = GatewayFixture.probed(upstream.target());
                RawClient client = fixture.connect()) {
            assertThat(client.send("HEAD / HTTP/1.1\nhost: a\n\n").headOnly().headers())
                    .containsExactly("content-length: 9");
            assertThat(client.send("GET /204 HTTP/1.1\nhost: a\n\n").headOnly().headers())
                    .containsExactly("x: 1");
            assertThat(client.send("GET /304 HTTP/1.1\nhost: a\n\n").headOnly().headers())
                    .containsExactly("etag: 1", "content-length: 9");
            assertThat(client.send("GET /empty HTTP/1.1\nhost: a\n\n")
                            .response()
                            .headers())
                    .containsExactly("content-length: 0");
            assertThat(fixture.log)
                    .allMatch(line -> line.matches("re(quest|sponse)_headers [0-9]+ end"))
                    .hasSize(8);
            assertThat(upstream.connections).hasValue(1);
        }
    }

    @Test
    void hopByHopHeaders_stayOnTheirHop() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering("HTTP/1.1 200 OK\nconnection: keep-alive, x-hop\nx-hop: 1\n"
                        + "keep-alive: timeout=5\nx-end: 1\ncontent-length: 0\n\n");
                GatewayFixture fixture = new GatewayFixture(upstream.target())) {
            RawClient.Message response = fixture.ask("GET / HTTP/1.1\nhost: a\nconnection: keep-alive, X-Private\n"
                    + "x-private: 1\nkeep-alive: 5\nproxy-connection: keep-alive\nte: trailers, gzip\nx-end: 2\n\n");
            // A response hides none of its own headers by naming it.
            assertThat(response.headers()).containsExactly("x-hop: 1", "x-end: 1", "content-length: 0");
            assertThat(upstream.taken().headers())
                    .containsExactly("host: a", "te: trailers", "x-end: 2", "x-forwarded-proto: http");
        }
    }

    @Test
    void expectContinue_isAnsweredHere_andNotForwarded() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                RawClient client = fixture.connect()) {
            client.send("POST / HTTP/1.1\nhost: a\nexpect: 100-continue\ncontent-length: 5\n\n");
            assertThat(client.head()).containsExactly("HTTP/1.1 100 Continue");
            client.send("hello");
            assertThat(client.response().status()).isEqualTo(200);
            RawClient.Message request = upstream.taken();
            assertThat(request.text()).isEqualTo("hello");
            assertThat(request.headers()).containsExactly("host: a", "content-length: 5", "x-forwarded-proto: http");
        }
    }

    @Test
    void informationalResponses_areDropped() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(
                        "HTTP/1.1 103 Early Hints\nlink: a\n\nHTTP/1.1 100 Continue\n\n" + StubUpstream.OK);
                GatewayFixture fixture = new GatewayFixture(upstream.target())) {
            RawClient.Message response = fixture.ask("GET / HTTP/1.1\nhost: a\n\n");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.headers()).containsExactly("content-length: 2");
        }
    }

    @Test
    void http10_getsNoChunks_andAClosedConnection() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(
                        "HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n5\nhello\n6\n world\n0\n\n");
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                RawClient client = fixture.connect()) {
            client.send("GET / HTTP/1.0\nhost: a\nconnection: keep-alive\n\n");
            RawClient.Message response = client.response();
            assertThat(response.headers()).containsExactly("connection: close");
            assertThat(response.text()).isEqualTo("hello world");
            assertThat(client.ended()).isTrue();
        }
    }

    @Test
    void pipelinedRequests_areAnsweredInOrder() throws Exception {
        try (StubUpstream upstream = new StubUpstream(connection -> {
                    while (true) {
                        String body = connection.request().startLine();
                        connection.send("HTTP/1.1 200 OK\ncontent-length: " + body.length() + "\n\n" + body);
                    }
                });
                GatewayFixture fixture = GatewayFixture.probed(upstream.target());
                RawClient client = fixture.connect()) {
            client.send("POST /1 HTTP/1.1\nhost: a\ntransfer-encoding: chunked\n\n1\na\n0\nt: 1\n\n"
                    + "GET /2 HTTP/1.1\nhost: a\n\n"
                    + "POST /3 HTTP/1.1\nhost: a\ntransfer-encoding: chunked\n\n1\na\n0\nt: 3\n\n");
            assertThat(client.response().text()).isEqualTo("POST /1 HTTP/1.1");
            assertThat(client.response().text()).isEqualTo("GET /2 HTTP/1.1");
            assertThat(client.response().text()).isEqualTo("POST /3 HTTP/1.1");
            assertThat(fixture.log.stream().filter(line -> line.startsWith("request_trailers")))
                    .hasSize(2);
        }
    }

    @Test
    void earlyResponse_isDelivered_andTheConnectionClosed() throws Exception {
        try (StubUpstream upstream = new StubUpstream(connection -> {
                    connection.head();
                    connection.send("HTTP/1.1 200 OK\ncontent-length: 5\n\nearly");
                    connection.ended();
                });
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                RawClient client = fixture.connect()) {
            client.send("POST / HTTP/1.1\nhost: a\ntransfer-encoding: chunked\n\n")
                    .chunk("a".getBytes(StandardCharsets.US_ASCII));
            RawClient.Message response = client.response();
            assertThat(response.text()).isEqualTo("early");
            assertThat(response.all("connection")).containsExactly("close");
            client.send("0\n\n");
            assertThat(client.ended()).isTrue();
        }
    }
}
