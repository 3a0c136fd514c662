package dev.portafilter.test.e2e;

import static dev.portafilter.test.e2e.ScriptedServer.response;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.gateway.standalone.Target;
import dev.portafilter.test.FakeClock;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A plugin that lets requests wait for a callout. */
class TokenCheckTest {
    private static final byte[] ALICE = response(200, "", "x-user: alice");

    @Test
    void missingKey_getsA401_withoutACallout() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                ScriptedServer auth = ScriptedServer.answering(question -> ALICE);
                EndToEnd test = checking(upstream, auth).start()) {
            for (String[] headers : new String[][] {{}, {"x-api-key:"}}) {
                Message answer = test.get("/", headers);

                assertThat(answer.status()).isEqualTo(401);
                assertThat(answer.text()).isEqualTo("missing API key\n");
                assertThat(answer.header("content-type")).isEqualTo("text/plain");
                assertThat(answer.header("content-length")).isEqualTo("16");
                assertThat(answer.header("www-authenticate")).isEqualTo("ApiKey");
            }
            assertThat(test.log.take()).containsExactly("denied: no x-api-key", "denied: no x-api-key");
            assertThat(auth.requestCount() + upstream.requestCount()).isZero();
        }
    }

    @Test
    void keyThatIsNotPrintable_getsA403_withoutACallout() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                ScriptedServer auth = ScriptedServer.answering(question -> ALICE);
                EndToEnd test = checking(upstream, auth).start()) {
            Message answer = test.get("/", "x-api-key: caf\u00e9");

            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.text()).isEqualTo("API key refused\n");
            assertThat(test.log.take()).containsExactly("denied: x-api-key is not printable ASCII");
            assertThat(auth.requestCount() + upstream.requestCount()).isZero();
        }
    }

    @Test
    void goodKey_isAskedForOnce_andTheUpstreamLearnsWhoItIs() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                ScriptedServer auth = ScriptedServer.answering(question -> ALICE);
                EndToEnd test = checking(upstream, auth).start()) {
            for (int i = 0; i < 2; i++) {
                assertThat(test.get("/goods", "x-api-key: k1", "x-auth-user: mallory", "X-Auth-User: eve")
                                .text())
                        .isEqualTo("/goods");
                assertThat(upstream.request().all("x-auth-user")).containsExactly("alice");
            }
            Message question = auth.request();
            assertThat(question.startLine()).isEqualTo("GET /check HTTP/1.1");
            assertThat(question.header("host")).isEqualTo("auth");
            assertThat(question.header("x-api-key")).isEqualTo("k1");
            assertThat(auth.requestCount()).isZero();
            assertThat(test.log.take())
                    .containsExactly("allowed: user alice (asked auth)", "allowed: user alice (cached)");
        }
    }

    @Test
    void verdict_isForgottenInTime() throws Exception {
        FakeClock clock = new FakeClock();
        try (ScriptedServer upstream = ScriptedServer.ok();
                ScriptedServer auth = ScriptedServer.answering(question -> ALICE);
                EndToEnd test = checking(upstream, auth).clock(clock).start()) {
            test.get("/", "x-api-key: k1");
            clock.advanceMillis(59_999);
            test.get("/", "x-api-key: k1");
            clock.advanceMillis(1);
            test.get("/", "x-api-key: k1");

            assertThat(test.log.take())
                    .containsExactly(
                            "allowed: user alice (asked auth)",
                            "allowed: user alice (cached)",
                            "allowed: user alice (asked auth)");
        }
    }

    @Test
    void refusedKey_getsA403_andIsRemembered() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                ScriptedServer auth = ScriptedServer.answering(
                        question -> response(question.header("x-api-key").equals("k1") ? 401 : 403, ""));
                EndToEnd test = checking(upstream, auth).start()) {
            for (String key : new String[] {"k1", "k1", "k2"}) {
                Message answer = test.get("/", "x-api-key: " + key);
                assertThat(answer.status()).isEqualTo(403);
                assertThat(answer.text()).isEqualTo("API key refused\n");
            }
            assertThat(test.log.take())
                    .containsExactly(
                            "denied: key refused (asked auth)",
                            "denied: key refused (cached)",
                            "denied: key refused (asked auth)");
            assertThat(upstream.requestCount()).isZero();
        }
    }

    @Test
    void noVerdict_getsA503_andIsNotRemembered() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                ScriptedServer auth = ScriptedServer.answering(question -> response(500, "sorry"));
                EndToEnd test = checking(upstream, auth).start()) {
            for (int i = 0; i < 2; i++) {
                Message answer = test.get("/", "x-api-key: k1");
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.text()).isEqualTo("API key cannot be checked now\n");
            }
            assertThat(test.log.take())
                    .containsExactly("unavailable: auth answered 500", "unavailable: auth answered 500");
            assertThat(upstream.requestCount()).isZero();
        }
    }

    @Test
    void authThatRefusesConnections_is503ToThePlugin() throws Exception {
        int nobody;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = closed.getLocalPort();
        }
        try (ScriptedServer upstream = ScriptedServer.ok();
                EndToEnd test = EndToEnd.before(upstream)
                        .plugin(SamplePlugin.TOKEN_CHECK.spec())
                        .cluster("auth", new Target(Target.Protocol.HTTP, "127.0.0.1", nobody))
                        .start()) {
            assertThat(test.get("/", "x-api-key: k1").status()).isEqualTo(503);
            assertThat(test.log.take()).containsExactly("unavailable: auth answered 503");
        }
    }

    @Test
    void authThatBreaksOff_is503ToThePlugin() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                ScriptedServer auth = ScriptedServer.byHand();
                EndToEnd test = checking(upstream, auth).start();
                Wire client = test.connect()) {
            client.send(EndToEnd.head("GET", "/", "x-api-key: k1"));
            try (Wire question = auth.accept()) {
                question.head();
                question.reset();
            }

            assertThat(client.message().status()).isEqualTo(503);
            assertThat(test.log.take()).containsExactly("unavailable: auth answered 503");
        }
    }

    @Test
    void authThatHangs_is504ToThePlugin_afterItsTime() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                ScriptedServer auth = ScriptedServer.byHand();
                EndToEnd test = EndToEnd.before(upstream)
                        .plugin(SamplePlugin.TOKEN_CHECK.spec("{'timeout_ms': 100}"))
                        .cluster("auth", auth)
                        .start();
                Wire client = test.connect()) {
            client.send(EndToEnd.head("GET", "/", "x-api-key: k1"));
            try (Wire question = auth.accept()) {
                Message answer = client.message();

                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.text()).isEqualTo("API key cannot be checked now\n");
                assertThat(test.log.take()).containsExactly("unavailable: auth answered 504");
                assertThat(question.ended()).isTrue();
            }
        }
    }

    @Test
    void unknownCluster_isABadArgument() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                ScriptedServer auth = ScriptedServer.answering(question -> ALICE);
                EndToEnd test = EndToEnd.before(upstream)
                        .plugin(SamplePlugin.TOKEN_CHECK.spec("{'cluster': 'nope'}"))
                        .cluster("auth", auth)
                        .start()) {
            assertThat(test.get("/", "x-api-key: k1").status()).isEqualTo(503);
            assertThat(test.log.take()).containsExactly("unavailable: cannot call nope: BadArgument");
        }
    }

    @Test
    void chunkedBody_waitsForTheVerdict_andArrivesWhole() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                ScriptedServer auth = ScriptedServer.byHand();
                EndToEnd test = checking(upstream, auth).start();
                Wire client = test.connect()) {
            client.send(EndToEnd.head("POST", "/", "x-api-key: k1", "transfer-encoding: chunked"))
                    .chunk("one ");
            try (Wire question = auth.accept()) {
                question.message();
                client.chunk("two ").end("x-sum: 7");
                assertThat(upstream.requestCount()).isZero();
                question.send(ALICE);

                assertThat(client.message().status()).isEqualTo(200);
                Message arrived = upstream.request();
                assertThat(arrived.text()).isEqualTo("one two ");
                assertThat(arrived.trailers()).containsExactly("x-sum: 7");
                assertThat(arrived.header("x-auth-user")).isEqualTo("alice");
            }
        }
    }

    @Test
    void bodyOf10MiB_isHeldBackAtTheClient_untilTheVerdict() throws Exception {
        byte[] body = new byte[10 << 20];
        Arrays.fill(body, (byte) 'b');
        try (ScriptedServer upstream = ScriptedServer.ok();
                ScriptedServer auth = ScriptedServer.byHand();
                EndToEnd test = checking(upstream, auth).start();
                Wire client = test.connect()) {
            client.send(EndToEnd.head("POST", "/", "x-api-key: k1", "content-length: " + body.length));
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> client.send(body), test::begin);
            try (Wire question = auth.accept()) {
                question.message();
                question.send(ALICE);

                assertThat(client.message().status()).isEqualTo(200);
                sending.join();
                assertThat(new String(upstream.request().body(), StandardCharsets.US_ASCII))
                        .isEqualTo(new String(body, StandardCharsets.US_ASCII));
            }
        }
    }

    @Test
    void clientGone_whileItsRequestWaits_leavesNothing_andTheAnswerComesTooLate() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                ScriptedServer auth = ScriptedServer.byHand();
                EndToEnd test = checking(upstream, auth).start();
                Wire gone = test.connect();
                Wire next = test.connect()) {
            gone.send(EndToEnd.head("GET", "/gone", "x-api-key: k1"));
            try (Wire question = auth.accept()) {
                question.message();
                gone.reset();
                test.quiet();
                question.send(ALICE);

                // The answer is for nobody, so nobody remembers it.
                next.send(EndToEnd.head("GET", "/next", "x-api-key: k1"));
                assertThat(question.message().path()).isEqualTo("/check");
                question.send(ALICE);
                assertThat(next.message().text()).isEqualTo("/next");
            }
            assertThat(upstream.request().path()).isEqualTo("/next");
            assertThat(upstream.requestCount()).isZero();
            assertThat(test.log.take()).containsExactly("allowed: user alice (asked auth)");
        }
    }

    private static EndToEnd.Builder checking(ScriptedServer upstream, ScriptedServer auth) {
        return EndToEnd.before(upstream)
                .plugin(SamplePlugin.TOKEN_CHECK.spec("{'timeout_ms': 60000}"))
                .cluster("auth", auth);
    }
}
