package dev.portafilter.test.e2e;

import static dev.portafilter.test.e2e.ScriptedServer.response;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The four plugins that behave, in four languages, all in one chain. */
class ChainTest {
    private static final String TEXT_HEAD = "HTTP/1.1 200 OK\ncontent-type: text/plain\ntransfer-encoding: chunked\n\n";
    private static final String CARD = "4111 1111 1111 1111";
    private static final String MASKED = "**** **** **** 1111";

    /** How often upstreams and clients are looked at to see that they stand still, 2 ms apart. */
    private static final int STILL_LOOKS = 150;

    @Test
    void request_isSeenByAllPlugins_inTheirOrder() throws Exception {
        try (ScriptedServer auth = alice();
                ScriptedServer upstream = ScriptedServer.answering(request ->
                        response(200, "paid with " + CARD, "content-type: text/plain", "x-powered-by: tests"));
                EndToEnd test = chain(upstream, auth).start()) {
            Message answer = test.get("/goods", "x-api-key: k1", "user-agent: tests/1", "accept-encoding: gzip");
            Message denied = test.get("/goods");

            Message request = upstream.request();
            assertThat(request.header("x-auth-user")).isEqualTo("alice");
            assertThat(request.header("x-client")).isEqualTo("tests/1");
            assertThat(request.all("x-api-key")).isEmpty();
            assertThat(request.all("accept-encoding")).isEmpty();
            assertThat(answer.text()).isEqualTo("paid with " + MASKED);
            assertThat(answer.header("x-ratelimit-remaining")).isEqualTo("99999");
            assertThat(answer.header("x-path")).isEqualTo("/goods");
            assertThat(answer.all("x-powered-by")).isEmpty();
            assertThat(denied.status()).isEqualTo(401);
            assertThat(test.log.take())
                    .containsExactly(
                            "allowed: user alice (asked auth)",
                            "response body: card numbers masked: 1",
                            "denied: no x-api-key");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 64 << 10, 10 << 20})
    void chunkedBodyAndTrailers_ofAnySize_passBothWays(int size) throws Exception {
        String body = text(size);
        try (ScriptedServer auth = alice();
                ScriptedServer upstream = ScriptedServer.chunkedEcho();
                EndToEnd test = chain(upstream, auth).start();
                Wire client = test.connect()) {
            for (int chunkSize : size > 1 << 20 ? new int[] {16_000} : new int[] {64 << 10, 100}) {
                client.send(EndToEnd.head("POST", "/", "x-api-key: k1", "transfer-encoding: chunked"));
                client.chunked(bytes(body), chunkSize, "x-sum: 7", "x-sum: 8");

                Message answer = client.message();
                Message request = upstream.request();
                assertSame(request.text(), body);
                assertThat(request.trailers()).containsExactly("x-sum: 7", "x-sum: 8");
                assertSame(answer.text(), body.replace(CARD, MASKED));
                assertThat(answer.trailers()).containsExactly("x-sum: 7", "x-sum: 8");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 64 << 10, 10 << 20})
    void bodyOverHttp2_ofAnySize_passesBothWays(int size) throws Exception {
        String body = text(size);
        try (ScriptedServer auth = alice();
                ScriptedServer upstream = ScriptedServer.echo();
                EndToEnd test = chain(upstream, auth).start();
                Http2Client client = new Http2Client(test.gateway.endpoint())) {
            Message answer =
                    Http2Client.await(Http2Client.send(client.open("POST", "/", "x-api-key: k1"), bytes(body)));

            assertThat(answer.header("x-path")).isEqualTo("/");
            assertThat(answer.header("content-length")).isEqualTo(Integer.toString(size));
            assertSame(upstream.request().text(), body);
            assertSame(answer.text(), body.replace(CARD, MASKED));
        }
    }

    @Test
    void hundredHeaders_andRepeatedOnes_passInOrder() throws Exception {
        List<String> lines = new ArrayList<>(
                IntStream.range(0, 80).mapToObj(i -> "x-line-" + i + ": " + i).toList());
        IntStream.range(0, 20).forEach(i -> lines.add(4 * i, "x-line-same: " + i));
        try (ScriptedServer auth = alice();
                ScriptedServer upstream = ScriptedServer.echo();
                EndToEnd test = chain(upstream, auth).start()) {
            List<String> sent = new ArrayList<>(lines);
            sent.add("x-api-key: k1");
            Message answer = test.get("/", sent.toArray(String[]::new));

            assertThat(lines(upstream.request())).isEqualTo(lines);
            assertThat(lines(answer)).isEqualTo(lines);
        }
    }

    @Test
    void slowClient_andSlowUpstream_getEachPieceAtOnce() throws Exception {
        try (ScriptedServer auth = alice();
                ScriptedServer upstream = ScriptedServer.byHand();
                EndToEnd test = chain(upstream, auth).start();
                Wire client = test.connect()) {
            client.send(EndToEnd.head("POST", "/", "x-api-key: k1", "transfer-encoding: chunked"));
            try (Wire server = upstream.accept()) {
                server.head();
                for (int i = 0; i < 20; i++) {
                    client.chunk("piece " + (char) ('a' + i));
                    assertThat(server.chunks(7)).isEqualTo("piece " + (char) ('a' + i));
                }
                client.end("x-sum: 7");
                assertThat(server.chunkedEnd()).containsExactly("x-sum: 7");
                server.send(TEXT_HEAD);
                client.head();
                for (int i = 0; i < 20; i++) {
                    server.chunk("answer " + (char) ('a' + i));
                    assertThat(client.chunks(8)).isEqualTo("answer " + (char) ('a' + i));
                }
                server.end("x-sum: 8");
                assertThat(client.chunkedEnd()).containsExactly("x-sum: 8");
            }
        }
    }

    @Test
    void clientThatDoesNotRead_stopsTheUpstream_untilItReads() throws Exception {
        byte[] piece = bytes(text(64 << 10));
        int pieces = 1_024;
        AtomicLong sent = new AtomicLong();
        try (ScriptedServer auth = alice();
                ScriptedServer upstream = ScriptedServer.byHand();
                EndToEnd test = chain(upstream, auth).start();
                Wire client = test.connect()) {
            client.send(EndToEnd.head("GET", "/", "x-api-key: k1"));
            try (Wire server = upstream.accept()) {
                server.message();
                server.send(TEXT_HEAD);
                Message head = client.head();
                CompletableFuture<Void> sending = CompletableFuture.runAsync(
                        () -> {
                            for (int i = 0; i < pieces; i++) {
                                server.chunk(new String(piece, StandardCharsets.ISO_8859_1));
                                sent.addAndGet(piece.length);
                            }
                            server.end();
                        },
                        test::begin);

                assertThat(standsStill(sent)).isLessThan((long) pieces * piece.length);
                assertThat(client.messageAfter(head).body()).hasSize(pieces * piece.length);
                sending.join();
            }
        }
    }

    @Test
    void upstreamThatDoesNotRead_stopsTheClient_untilItReads() throws Exception {
        byte[] piece = bytes(text(64 << 10));
        int pieces = 1_024;
        AtomicLong sent = new AtomicLong();
        try (ScriptedServer auth = alice();
                ScriptedServer upstream = ScriptedServer.byHand();
                EndToEnd test = chain(upstream, auth).start();
                Wire client = test.connect()) {
            client.send(EndToEnd.head("POST", "/", "x-api-key: k1", "content-length: " + (long) pieces * piece.length));
            CompletableFuture<Void> sending = CompletableFuture.runAsync(
                    () -> {
                        for (int i = 0; i < pieces; i++) {
                            client.send(piece);
                            sent.addAndGet(piece.length);
                        }
                    },
                    test::begin);
            try (Wire server = upstream.accept()) {
                Message head = server.head();

                assertThat(standsStill(sent)).isLessThan((long) pieces * piece.length);
                assertThat(server.messageAfter(head).body()).hasSize(pieces * piece.length);
                sending.join();
                server.send(response(200, "thanks"));
                assertThat(client.message().text()).isEqualTo("thanks");
            }
        }
    }

    @Test
    void upstreamReset_beforeItsHead_isA503() throws Exception {
        try (ScriptedServer auth = alice();
                ScriptedServer upstream = ScriptedServer.byHand();
                EndToEnd test = chain(upstream, auth).start();
                Wire client = test.connect()) {
            client.send(EndToEnd.head("GET", "/", "x-api-key: k1"));
            try (Wire server = upstream.accept()) {
                server.message();
                server.reset();

                Message answer = client.message();
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.text())
                        .isEqualTo("upstream connect error or disconnect/reset before headers."
                                + " reset reason: connection termination");
                assertThat(answer.header("x-path")).isEqualTo("/");
            }
        }
    }

    @Test
    void upstreamReset_inItsBody_breaksTheResponseOff_evenWhatIsHeld() throws Exception {
        try (ScriptedServer auth = alice();
                ScriptedServer upstream = ScriptedServer.byHand();
                EndToEnd test = chain(upstream, auth).start();
                Wire client = test.connect()) {
            client.send(EndToEnd.head("GET", "/", "x-api-key: k1"));
            try (Wire server = upstream.accept()) {
                server.message();
                server.send(TEXT_HEAD).chunk("whole; ");
                Message head = client.head();
                assertThat(client.chunks(7)).isEqualTo("whole; ");
                server.chunk("held 4111 1111 ");
                server.reset();

                Message rest = client.messageAfter(head);
                assertThat(rest.whole()).isFalse();
                assertThat(rest.text()).doesNotContain("4111");
            }
        }
    }

    @Test
    void clientReset_inTheResponse_resetsTheUpstream() throws Exception {
        try (ScriptedServer auth = alice();
                ScriptedServer upstream = ScriptedServer.byHand();
                EndToEnd test = chain(upstream, auth).start()) {
            try (Wire client = test.connect()) {
                client.send(EndToEnd.head("GET", "/", "x-api-key: k1"));
                try (Wire server = upstream.accept()) {
                    server.message();
                    server.send(TEXT_HEAD).chunk("whole; held 4111 1111 ");
                    client.head();
                    client.reset();
                    assertThat(server.ended()).isTrue();
                }
            }
            test.quiet();
        }
    }

    private static long standsStill(AtomicLong count) {
        AtomicLong last = new AtomicLong(-1);
        int[] looks = new int[1];
        Patience.until(
                () -> {
                    long now = count.get();
                    looks[0] = last.getAndSet(now) == now ? looks[0] + 1 : 0;
                    return looks[0] == STILL_LOOKS;
                },
                () -> count + " and still going");
        return count.get();
    }

    /** Text with a card number now and then. */
    private static String text(int size) {
        String part = "The quick brown fox paid with " + CARD + " and jumped over the lazy dog.\n";
        return part.repeat(size / part.length()) + "~".repeat(size % part.length());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Says where two long texts differ, without printing them. */
    private static void assertSame(String actual, String expected) {
        assertThat(actual.length()).isEqualTo(expected.length());
        int at = 0;
        while (at < actual.length() && actual.charAt(at) == expected.charAt(at)) {
            at++;
        }
        assertThat(at).as("the first difference").isEqualTo(expected.length());
    }

    private static List<String> lines(Message message) {
        return message.headers().stream()
                .filter(line -> line.startsWith("x-line-"))
                .toList();
    }

    private static ScriptedServer alice() throws Exception {
        return ScriptedServer.answering(question -> response(200, "", "x-user: alice"));
    }

    private static EndToEnd.Builder chain(ScriptedServer upstream, ScriptedServer auth) {
        return EndToEnd.before(upstream)
                .cluster("auth", auth)
                .plugin(SamplePlugin.TOKEN_CHECK.spec("{'timeout_ms': 60000}"))
                .plugin(SamplePlugin.RATE_LIMIT.spec("{'limit': 100000, 'key_header': 'x-api-key'}"))
                .plugin(SamplePlugin.HEADER_REWRITE.spec("""
                        {'request': {'set': {'x-client': '%REQ(user-agent)%'}, 'remove': ['x-api-key']},
                         'response': {'set': {'x-path': '%REQ(:path)%'}, 'remove': ['x-powered-by']}}"""))
                .plugin(SamplePlugin.REDACT.spec());
    }
}
