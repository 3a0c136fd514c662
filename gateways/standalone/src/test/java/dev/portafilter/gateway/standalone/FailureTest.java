package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients get when something is wrong: with them, with the upstream, or with the time it takes. */
@Timeout(60)
class FailureTest {
    private static final String GET = "GET / HTTP/1.1\nhost: a\n\n";

    @Test
    void connectRefused_gives503() throws Exception {
        int port;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = unused.getLocalPort();
        }
        try (GatewayFixture fixture = new GatewayFixture(new Target(Target.Protocol.HTTP, "127.0.0.1", port));
                RawClient client = fixture.connect()) {
            for (int i = 0; i < 2; i++) {
                RawClient.Message response = client.send(GET).response();
                assertThat(response.status()).isEqualTo(503);
                assertThat(response.text())
                        .isEqualTo("upstream connect error or disconnect/reset before headers. reset reason:"
                                + " remote connection failure");
            }
            fixture.idle();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void upstreamGone_beforeItsHead_gives503(boolean reset) throws Exception {
        try (StubUpstream upstream = new StubUpstream(connection -> {
                    connection.request();
                    if (reset) {
                        connection.abort();
                    }
                });
                GatewayFixture fixture = new GatewayFixture(upstream.target())) {
            RawClient.Message response = fixture.ask(GET);
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.text()).endsWith("reset reason: connection termination");
            fixture.idle();
        }
    }

    @Test
    void upstreamGone_inItsBody_breaksTheResponseOff() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        try (StubUpstream upstream = new StubUpstream(connection -> {
                    connection.request();
                    connection.send("HTTP/1.1 200 OK\ncontent-length: 100\n\npartial");
                    seen.await();
                    connection.abort();
                });
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                RawClient client = fixture.connect()) {
            client.send(GET);
            assertThat(client.head()).startsWith("HTTP/1.1 200 OK");
            byte[] part = new byte[7];
            int read = client.read(part);
            assertThat(new String(part, 0, read, StandardCharsets.US_ASCII)).isEqualTo("partial".substring(0, read));
            seen.countDown();
            assertThat(client.ended()).isTrue();
            fixture.idle();
        }
    }

    @Test
    void malformedUpstream_gives502() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering("SMTP ready\n\n");
                GatewayFixture fixture = new GatewayFixture(upstream.target())) {
            assertThat(fixture.ask(GET).status()).isEqualTo(502);
            fixture.idle();
        }
    }

    @Test
    void clientGone_resetsTheUpstream() throws Exception {
        CountDownLatch upstreamGone = new CountDownLatch(1);
        CountDownLatch arrived = new CountDownLatch(1);
        try (StubUpstream upstream = new StubUpstream(connection -> {
                    connection.request();
                    arrived.countDown();
                    if (connection.ended()) {
                        upstreamGone.countDown();
                    }
                });
                GatewayFixture fixture = GatewayFixture.probed(upstream.target());
                RawClient client = fixture.connect()) {
            client.send(GET);
            assertThat(arrived.await(20, TimeUnit.SECONDS)).isTrue();
            client.abort();
            assertThat(upstreamGone.await(20, TimeUnit.SECONDS)).isTrue();
            fixture.idle();
        }
    }

    @Test
    void clientGone_inTheRequestBody_resetsTheUpstream() throws Exception {
        CountDownLatch upstreamGone = new CountDownLatch(1);
        CountDownLatch arrived = new CountDownLatch(1);
        try (StubUpstream upstream = new StubUpstream(connection -> {
                    connection.head();
                    arrived.countDown();
                    if (connection.ended()) {
                        upstreamGone.countDown();
                    }
                });
                GatewayFixture fixture = GatewayFixture.probed(upstream.target());
                RawClient client = fixture.connect()) {
            client.send("POST / HTTP/1.1\nhost: a\ntransfer-encoding: chunked\n\n5\nhello\n");
            assertThat(arrived.await(20, TimeUnit.SECONDS)).isTrue();
            client.close();
            assertThat(upstreamGone.await(20, TimeUnit.SECONDS)).isTrue();
            fixture.idle();
        }
    }

    @Test
    void brokenChunk_breaksTheRequestOff() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                RawClient client = fixture.connect()) {
            client.send("POST / HTTP/1.1\nhost: a\ntransfer-encoding: chunked\n\nxyz\nhello\n");
            assertThat(client.ended()).isTrue();
            fixture.idle();
            assertThat(upstream.requests).isEmpty();
        }
    }

    @Test
    void requestTimeout_gives504() throws Exception {
        try (StubUpstream upstream = new StubUpstream(connection -> {
                    connection.request();
                    connection.ended();
                });
                GatewayFixture fixture =
                        new GatewayFixture(upstream.target(), GatewayLimits.DEFAULT.withTimeouts(100, 0))) {
            RawClient.Message response = fixture.ask(GET);
            assertThat(response.status()).isEqualTo(504);
            assertThat(response.text()).isEqualTo("upstream request timeout");
            fixture.idle();
        }
    }

    @Test
    void requestTimeout_inTheResponseBody_breaksItOff() throws Exception {
        try (StubUpstream upstream = new StubUpstream(connection -> {
                    connection.request();
                    connection.send("HTTP/1.1 200 OK\ncontent-length: 100\n\npartial");
                    connection.ended();
                });
                GatewayFixture fixture =
                        new GatewayFixture(upstream.target(), GatewayLimits.DEFAULT.withTimeouts(2_000, 0))) {
            RawClient.Message response = fixture.ask(GET);
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.truncated()).isTrue();
            fixture.idle();
        }
    }

    @Test
    void silentClient_gets408() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture =
                        new GatewayFixture(upstream.target(), GatewayLimits.DEFAULT.withTimeouts(0, 100))) {
            RawClient.Message response = fixture.ask("POST / HTTP/1.1\nhost: a\ncontent-length: 5\n\nhel");
            assertThat(response.status()).isEqualTo(408);
            assertThat(response.text()).isEqualTo("stream timeout");
            fixture.idle();
        }
    }

    @Test
    void silentUpstream_gives504() throws Exception {
        try (StubUpstream upstream = new StubUpstream(connection -> {
                    connection.request();
                    connection.ended();
                });
                GatewayFixture fixture =
                        new GatewayFixture(upstream.target(), GatewayLimits.DEFAULT.withTimeouts(0, 100))) {
            assertThat(fixture.ask(GET).status()).isEqualTo(504);
            fixture.idle();
        }
    }

    @Test
    void unusedConnection_isClosed() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture =
                        new GatewayFixture(upstream.target(), GatewayLimits.DEFAULT.withTimeouts(0, 100));
                RawClient client = fixture.connect()) {
            assertThat(client.ended()).isTrue();
        }
    }

    @Test
    void largeHead_gives431() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture =
                        new GatewayFixture(upstream.target(), GatewayLimits.DEFAULT.withHeaders(4_096, 10))) {
            assertThat(fixture.ask("GET / HTTP/1.1\nhost: a\nx: " + "v".repeat(5_000) + "\n\n")
                            .status())
                    .isEqualTo(431);
            assertThat(fixture.ask("GET /" + "p".repeat(5_000) + " HTTP/1.1\nhost: a\n\n")
                            .status())
                    .isEqualTo(431);
            assertThat(fixture.ask("GET / HTTP/1.1\nhost: a\n" + "x: v\n".repeat(10) + "\n")
                            .status())
                    .isEqualTo(431);
            assertThat(fixture.ask("GET / HTTP/1.1\nhost: a\n" + "x: v\n".repeat(9) + "\n")
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void largeBody_gives413() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture =
                        new GatewayFixture(upstream.target(), GatewayLimits.DEFAULT.withBodyBytes(4))) {
            assertThat(fixture.ask("POST / HTTP/1.1\nhost: a\ncontent-length: 5\n\nhello")
                            .status())
                    .isEqualTo(413);
            RawClient.Message late =
                    fixture.ask("POST / HTTP/1.1\nhost: a\ntransfer-encoding: chunked\n\n5\nhello\n0\n\n");
            assertThat(late.status()).isEqualTo(413);
            assertThat(fixture.ask("POST / HTTP/1.1\nhost: a\ncontent-length: 4\n\nhell")
                            .status())
                    .isEqualTo(200);
            fixture.idle();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | GET relative HTTP/1.1@host: a",
                "400 | GET * HTTP/1.1@host: a",
                "404 | OPTIONS * HTTP/1.1@host: a",
                "400 | GET /a#b HTTP/1.1@host: a",
                "400 | GET /\u00e4 HTTP/1.1@host: a",
                "400 | GET /\u0001 HTTP/1.1@host: a",
                "400 | GET / HTTP/1.1",
                "400 | GET / HTTP/1.1@host: a@host: b",
                "400 | GET / HTTP/1.1@host: a b",
                "400 | GET / HTTP/1.1@host: a@content-length: x",
                "400 | GET / HTTP/1.1@host: a@content-length: -1",
                "400 | GET / HTTP/1.1@host: a@no colon here",
                "400 | GET / HTTP/1.1@host: a@bad name: 1",
                "400 | GET / HTTP/1.1@host: a@x: \u0001b",
                "501 | POST / HTTP/1.1@host: a@transfer-encoding: gzip, chunked",
                "501 | CONNECT a:80 HTTP/1.1@host: a:80",
                "403 | GET / HTTP/1.1@host: a@connection: Upgrade@upgrade: websocket",
            })
    void requestsThatAreNotServed_areRefusedWithoutUpstream(int status, String request) throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = GatewayFixture.probed(upstream.target());
                RawClient client = fixture.connect()) {
            RawClient.Message response =
                    client.send(request.replace("@", "\n") + "\n\n").response();
            assertThat(response.status()).isEqualTo(status);
            // Where there is merely nothing to be found, the connection is still good.
            if (status != 404) {
                assertThat(client.ended()).isTrue();
            }
            assertThat(upstream.connections).hasValue(0);
            assertThat(fixture.log).isEmpty();
        }
    }

    @Test
    void absoluteTarget_isSplit() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = new GatewayFixture(upstream.target())) {
            fixture.ask("GET http://b:81/p?q HTTP/1.1\nhost: a\n\n");
            RawClient.Message request = upstream.taken();
            assertThat(request.startLine()).isEqualTo("GET /p?q HTTP/1.1");
            assertThat(request.all("host")).containsExactly("b:81");
            fixture.ask("GET HTTP://u:p@b HTTP/1.1\n\n");
            request = upstream.taken();
            assertThat(request.startLine()).isEqualTo("GET / HTTP/1.1");
            assertThat(request.all("host")).containsExactly("b");
        }
    }

    @Test
    void twoLengths_reachTheUpstreamAsOne() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = new GatewayFixture(upstream.target())) {
            RawClient.Message response = fixture.ask(
                    "POST / HTTP/1.1\nhost: a\ncontent-length: 3\ntransfer-encoding: chunked\n\n5\nhello\n0\n\n");
            if (response.status() == 200) {
                RawClient.Message request = upstream.taken();
                assertThat(request.text()).isEqualTo("hello");
                assertThat(request.all("content-length")).isEmpty();
            } else {
                assertThat(response.status()).isEqualTo(400);
            }
        }
    }

    @Test
    void drain_finishesWhatIsUnderWay() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (StubUpstream upstream = new StubUpstream(connection -> {
                    connection.request();
                    arrived.countDown();
                    go.await();
                    connection.send(StubUpstream.OK);
                });
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                RawClient idle = fixture.connect();
                RawClient client = fixture.connect()) {
            client.send(GET);
            assertThat(arrived.await(20, TimeUnit.SECONDS)).isTrue();
            Thread drain = new Thread(fixture.gateway::drain);
            drain.start();
            assertThat(idle.ended()).isTrue();
            assertThat(refusesConnections(fixture)).isTrue();
            go.countDown();
            assertThat(client.response().text()).isEqualTo("ok");
            assertThat(client.ended()).isTrue();
            drain.join(20_000);
            assertThat(drain.isAlive()).isFalse();
        }
    }

    private static boolean refusesConnections(GatewayFixture fixture) {
        try (RawClient late = fixture.connect()) {
            return late.ended();
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void drain_givesUpAfterItsTime() throws Exception {
        try (StubUpstream upstream = new StubUpstream(connection -> {
                    connection.request();
                    connection.ended();
                });
                GatewayFixture fixture =
                        new GatewayFixture(upstream.target(), GatewayLimits.DEFAULT.withDrainTimeoutMillis(100));
                RawClient client = fixture.connect()) {
            client.send("POST / HTTP/1.1\nhost: a\ncontent-length: 1\n\n");
            while (fixture.gateway.activeRequests() == 0) {
                Thread.onSpinWait();
            }
            fixture.gateway.drain();
            assertThat(client.ended()).isTrue();
            fixture.idle();
        }
    }
}
