package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clear-text HTTP/2 on either side. */
@Timeout(60)
class Http2ProxyTest {
    private static final String[] GET = {":method", "GET", ":path", "/x", ":scheme", "http", ":authority", "a.b:81"};
    private static final String[] POST = {":method", "POST", ":path", "/x", ":scheme", "http", ":authority", "a.b"};

    private static String[] lines(String[] head, String... more) {
        String[] all = Arrays.copyOf(head, head.length + more.length);
        System.arraycopy(more, 0, all, head.length, more.length);
        return all;
    }

    @Test
    void headOnlyRequest_isKnownToBeWhole() throws Exception {
        try (StubUpstream upstream =
                        StubUpstream.answering("HTTP/1.1 200 OK\nX-Up: 1\nx-up: 2\ncontent-length: 2\n\nok");
                GatewayFixture fixture = GatewayFixture.probed(upstream.target());
                Http2Peer client = Http2Peer.client(fixture.gateway.endpoint())) {
            Http2Peer.Stream stream =
                    client.open().headers(true, lines(GET, "x-a", "1", "x-a", "2", "cookie", "a=1", "cookie", "b=2"));
            assertThat(stream.next()).isEqualTo("HEADERS {:status: 200, x-up: 1, x-up: 2, content-length: 2}");
            assertThat(stream.next()).isEqualTo("DATA ok");
            assertThat(stream.next()).isEqualTo("DATA  end");
            assertThat(fixture.log).startsWith("request_headers 8 end", "response_headers 4", "response_body 2");
            RawClient.Message request = upstream.taken();
            assertThat(request.startLine()).isEqualTo("GET /x HTTP/1.1");
            assertThat(request.headers())
                    .containsExactly("host: a.b:81", "x-a: 1", "x-a: 2", "cookie: a=1; b=2", "x-forwarded-proto: http");
        }
    }

    @Test
    void trailers_becomeTrailersOfChunks() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(
                        "HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n2\nok\n0\nx-t: 1\nx-t: 2\n\n");
                GatewayFixture fixture = GatewayFixture.probed(upstream.target());
                Http2Peer client = Http2Peer.client(fixture.gateway.endpoint())) {
            Http2Peer.Stream stream =
                    client.open().headers(false, POST).data(false, "hello").headers(true, "t", "1", "t", "2");
            assertThat(stream.next()).isEqualTo("HEADERS {:status: 200}");
            assertThat(stream.next()).isEqualTo("DATA ok");
            String next = stream.next();
            assertThat(next.equals("DATA ") ? stream.next() : next).isEqualTo("HEADERS {x-t: 1, x-t: 2} end");
            RawClient.Message request = upstream.taken();
            assertThat(request.text()).isEqualTo("hello");
            assertThat(request.trailers()).containsExactly("t: 1", "t: 2");
            fixture.idle();
            assertThat(fixture.log)
                    .containsExactly(
                            "request_headers 5",
                            "request_body 5",
                            "request_trailers 2",
                            "response_headers 2",
                            "response_body 2",
                            "response_trailers 2");
        }
    }

    @Test
    void h2cUpstream_getsHeadersDataAndTrailers() throws Exception {
        try (Http2Peer upstream = Http2Peer.server();
                GatewayFixture fixture = GatewayFixture.probed(upstream.target());
                RawClient client = fixture.connect()) {
            client.send("POST /x HTTP/1.1\nhost: a.b:81\nte: trailers\ntransfer-encoding: chunked\n\n"
                    + "5\nhello\n0\nt: 1\nt: 2\n\n");
            Http2Peer.Stream stream = upstream.accepted();
            assertThat(stream.next())
                    .contains(":method: POST", ":path: /x", ":scheme: http", ":authority: a.b:81", "te: trailers")
                    .contains("x-forwarded-proto: http")
                    .doesNotContain("transfer-encoding", "host:")
                    .endsWith("}");
            assertThat(stream.next()).isEqualTo("DATA hello");
            assertThat(stream.next()).isEqualTo("HEADERS {t: 1, t: 2} end");
            stream.headers(false, ":status", "200", "x-bytes", "\u00e4")
                    .data(false, "ok")
                    .headers(true, "x-t", "1");
            RawClient.Message response = client.response();
            assertThat(response.headers()).containsExactly("x-bytes: \u00e4", "transfer-encoding: chunked");
            assertThat(response.text()).isEqualTo("ok");
            assertThat(response.trailers()).containsExactly("x-t: 1");
            fixture.idle();
            // The connection is still good, and remembers nothing.
            client.send("GET /y HTTP/1.1\nhost: a\n\n");
            Http2Peer.Stream second = upstream.accepted();
            assertThat(second.next()).contains(":path: /y").endsWith("} end");
            second.headers(true, ":status", "200", "grpc-status", "0");
            assertThat(client.response().all("grpc-status")).containsExactly("0");
            fixture.idle();
            assertThat(fixture.log).endsWith("request_headers 5 end", "response_headers 2 end");
        }
    }

    @Test
    void largeBody_thenTrailers_keepTheirOrder() throws Exception {
        String large = "x".repeat(300_000);
        try (Http2Peer upstream = Http2Peer.server();
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                Http2Peer client = Http2Peer.client(fixture.gateway.endpoint())) {
            Http2Peer.Stream stream = client.open().headers(false, POST).data(false, large);
            stream.headers(true, "t", "1");
            Http2Peer.Stream received = upstream.accepted();
            assertThat(received.next()).startsWith("HEADERS");
            int size = 0;
            String frame = received.next();
            for (; frame.startsWith("DATA "); frame = received.next()) {
                String rest = frame.substring(5);
                size += rest.isEmpty()
                        ? 0
                        : rest.chars().allMatch(Character::isDigit) ? Integer.parseInt(rest) : rest.length();
            }
            assertThat(size).isEqualTo(large.length());
            assertThat(frame).isEqualTo("HEADERS {t: 1} end");
            received.headers(true, ":status", "204");
            assertThat(stream.next()).isEqualTo("HEADERS {:status: 204} end");
            fixture.idle();
        }
    }

    @Test
    void resets_passBothWays() throws Exception {
        try (Http2Peer upstream = Http2Peer.server();
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                Http2Peer client = Http2Peer.client(fixture.gateway.endpoint())) {
            Http2Peer.Stream first = client.open().headers(true, GET);
            Http2Peer.Stream firstAbove = upstream.accepted();
            firstAbove.next();
            first.reset(8);
            // As in Envoy, whatever the client says.
            assertThat(firstAbove.next()).isEqualTo("RST 2");
            fixture.idle();

            Http2Peer.Stream second = client.open().headers(true, GET);
            upstream.accepted().reset(2);
            assertThat(second.next()).startsWith("HEADERS {:status: 503");
            assertThat(second.next()).endsWith("reset reason: remote reset end");

            Http2Peer.Stream third = client.open().headers(true, GET);
            Http2Peer.Stream thirdAbove = upstream.accepted();
            thirdAbove.headers(false, ":status", "200").data(false, "partial");
            assertThat(third.next()).startsWith("HEADERS {:status: 200");
            assertThat(third.next()).isEqualTo("DATA partial");
            thirdAbove.reset(2);
            assertThat(third.next()).isEqualTo("RST 2");
            fixture.idle();
        }
    }

    @Test
    void earlyResponse_asksTheClientToStop() throws Exception {
        try (Http2Peer upstream = Http2Peer.server();
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                Http2Peer client = Http2Peer.client(fixture.gateway.endpoint())) {
            Http2Peer.Stream stream = client.open().headers(false, POST).data(false, "a");
            Http2Peer.Stream above = upstream.accepted();
            above.headers(true, ":status", "204");
            assertThat(stream.next()).isEqualTo("HEADERS {:status: 204} end");
            assertThat(stream.next()).isEqualTo("RST 0");
            fixture.idle();
        }
    }

    @Test
    void expectContinue_isAnsweredHere() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                Http2Peer client = Http2Peer.client(fixture.gateway.endpoint())) {
            Http2Peer.Stream stream = client.open().headers(false, lines(POST, "expect", "100-continue"));
            assertThat(stream.next()).isEqualTo("HEADERS {:status: 100}");
            stream.data(true, "hello");
            assertThat(stream.next()).startsWith("HEADERS {:status: 200");
            assertThat(upstream.taken().text()).isEqualTo("hello");
        }
    }

    @Test
    void badRequests_areRefused() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                Http2Peer client = Http2Peer.client(fixture.gateway.endpoint())) {
            String[] fragment = GET.clone();
            fragment[3] = "/a#b";
            Http2Peer.Stream stream = client.open().headers(true, fragment);
            assertThat(stream.next()).startsWith("HEADERS {:status: 400");
            // The connection is still good.
            assertThat(client.open().headers(true, GET).next()).startsWith("HEADERS {:status: 200");
        }
    }

    @Test
    void bothDirections_streamAtOnce() throws Exception {
        try (Http2Peer upstream = Http2Peer.server();
                GatewayFixture fixture = GatewayFixture.probed(upstream.target());
                Http2Peer client = Http2Peer.client(fixture.gateway.endpoint())) {
            Http2Peer.Stream stream = client.open().headers(false, POST).data(false, "question");
            Http2Peer.Stream above = upstream.accepted();
            assertThat(above.next()).startsWith("HEADERS");
            assertThat(above.next()).isEqualTo("DATA question");
            above.headers(false, ":status", "200").data(false, "answer");
            assertThat(stream.next()).isEqualTo("HEADERS {:status: 200}");
            assertThat(stream.next()).isEqualTo("DATA answer");
            stream.data(true, "thanks");
            assertThat(above.next()).isEqualTo("DATA thanks end");
            above.headers(true, "grpc-status", "0");
            String next = stream.next();
            assertThat(next.equals("DATA ") ? stream.next() : next).isEqualTo("HEADERS {grpc-status: 0} end");
            fixture.idle();
        }
    }

    @Test
    void lastPartOfABody_isKnownToBeTheLast() throws Exception {
        try (Http2Peer upstream = Http2Peer.server();
                GatewayFixture fixture = GatewayFixture.probed(upstream.target());
                Http2Peer client = Http2Peer.client(fixture.gateway.endpoint())) {
            Http2Peer.Stream stream =
                    client.open().headers(false, POST).data(false, "one").data(true, "two!");
            upstream.accepted()
                    .headers(false, ":status", "200")
                    .data(false, "three")
                    .data(true, "f");
            String frame = stream.next();
            while (!frame.endsWith(" end")) {
                frame = stream.next();
            }
            fixture.idle();
            assertThat(fixture.log)
                    .containsExactly(
                            "request_headers 5",
                            "request_body 3",
                            "request_body 4 end",
                            "response_headers 1",
                            "response_body 5",
                            "response_body 1 end");
        }
    }

    @Test
    void responseWithoutBody_getsNoLength() throws Exception {
        try (Http2Peer upstream = Http2Peer.server();
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                Http2Peer client = Http2Peer.client(fixture.gateway.endpoint())) {
            Http2Peer.Stream stream = client.open().headers(true, GET);
            upstream.accepted().headers(true, ":status", "200", "grpc-status", "5");
            assertThat(stream.next()).isEqualTo("HEADERS {:status: 200, grpc-status: 5} end");
        }
    }

    @Test
    void slowUpstream_slowsTheClientDown() throws Exception {
        String chunk = "x".repeat(65_536);
        int chunks = 320;
        try (Http2Peer upstream = Http2Peer.server();
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                Http2Peer client = Http2Peer.client(fixture.gateway.endpoint())) {
            Http2Peer.Stream stream = client.open().headers(false, POST);
            Http2Peer.Stream above = upstream.accepted();
            assertThat(above.next()).startsWith("HEADERS");
            above.read(false);
            for (int i = 0; i < chunks; i++) {
                stream.data(i == chunks - 1, chunk);
            }
            long before = -1;
            for (long now = 0; now != before || now == 0; now = stream.written.get()) {
                before = now;
                TimeUnit.MILLISECONDS.sleep(500);
            }
            assertThat(stream.written.get()).isLessThan(4L << 20);
            above.read(true);
            String frame = above.next();
            while (!frame.endsWith(" end")) {
                frame = above.next();
            }
            assertThat(stream.written).hasValue((long) chunks * chunk.length());
            above.headers(true, ":status", "204");
            assertThat(stream.next()).isEqualTo("HEADERS {:status: 204} end");
        }
    }

    @Test
    void drain_finishesStreams() throws Exception {
        try (Http2Peer upstream = Http2Peer.server();
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                Http2Peer client = Http2Peer.client(fixture.gateway.endpoint())) {
            Http2Peer.Stream stream = client.open().headers(true, GET);
            Http2Peer.Stream above = upstream.accepted();
            Thread drain = new Thread(fixture.gateway::drain);
            drain.start();
            while (fixture.gateway.ready()) {
                Thread.onSpinWait();
            }
            above.headers(true, ":status", "204");
            assertThat(stream.next()).isEqualTo("HEADERS {:status: 204} end");
            drain.join(20_000);
            assertThat(drain.isAlive()).isFalse();
        }
    }

    @Test
    void upgradeToHttp2_isTaken() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = GatewayFixture.probed(upstream.target())) {
            HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
            URI uri = URI.create("http://" + fixture.gateway.endpoint() + "/x");
            for (int i = 0; i < 3; i++) {
                HttpResponse<String> got =
                        client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
                assertThat(got.version()).isEqualTo(HttpClient.Version.HTTP_2);
                assertThat(got.body()).isEqualTo("ok");
                assertThat(upstream.taken().all("connection")).isEmpty();
            }
            HttpResponse<String> posted = client.send(
                    HttpRequest.newBuilder(uri)
                            .POST(HttpRequest.BodyPublishers.ofString("hello"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(posted.statusCode()).isEqualTo(200);
            assertThat(upstream.taken().text()).isEqualTo("hello");
            fixture.idle();
        }
    }

    @Test
    void upgradeToHttp2_ofARequestWithBody_isTaken() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = GatewayFixture.probed(upstream.target())) {
            HttpResponse<String> posted = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://" + fixture.gateway.endpoint() + "/x"))
                                    .POST(HttpRequest.BodyPublishers.ofString("hello"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(posted.statusCode()).isEqualTo(200);
            assertThat(upstream.taken().text()).isEqualTo("hello");
            fixture.idle();
        }
    }
}
