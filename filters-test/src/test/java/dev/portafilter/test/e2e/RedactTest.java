package dev.portafilter.test.e2e;

import static dev.portafilter.test.e2e.ScriptedServer.response;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A plugin that changes bodies as they stream through. */
class RedactTest {
    private static final String HEAD = "HTTP/1.1 200 OK\ncontent-type: text/plain\n";
    private static final String CARDS = "a 4111 1111 1111 1111 b 5500-0055-5555-5559 c 4111 1111 1111 1112 d";
    private static final String MASKED = "a **** **** **** 1111 b ****-****-****-5559 c 4111 1111 1111 1112 d";

    @Test
    void number_cutInPieces_isFound() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.byHand();
                EndToEnd test = redacting(upstream, "").start();
                Wire client = test.connect()) {
            client.send(EndToEnd.head("GET", "/"));
            try (Wire server = upstream.accept()) {
                server.message();
                server.send(HEAD + "transfer-encoding: chunked\n\n");
                for (String piece : new String[] {"x 4111 11", "11 1111 1", "111 y", " z 41", "2 end"}) {
                    server.chunk(piece);
                }
                server.end();

                assertThat(client.message().text()).isEqualTo("x **** **** **** 1111 y z 412 end");
                assertThat(test.log.take()).containsExactly("response body: card numbers masked: 1");
                assertThat(test.metric("redact_numbers")).isEqualTo(1);
            }
        }
    }

    @Test
    void chunksOfOneByte_andTrailers_arriveInOrder() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.byHand();
                EndToEnd test = redacting(upstream, "").start();
                Wire client = test.connect()) {
            client.send(EndToEnd.head("GET", "/"));
            try (Wire server = upstream.accept()) {
                server.message();
                server.send(HEAD + "transfer-encoding: chunked\n\n")
                        .chunked(CARDS.getBytes(StandardCharsets.US_ASCII), 1, "x-sum: 7", "x-sum: 8");

                Message answer = client.message();
                assertThat(answer.text()).isEqualTo(MASKED);
                assertThat(answer.trailers()).containsExactly("x-sum: 7", "x-sum: 8");
                assertThat(test.log.take()).containsExactly("response body: card numbers masked: 2");
                assertThat(test.metric("redact_numbers")).isEqualTo(2);
            }
        }
    }

    @Test
    void numberRightBeforeTrailers_isMasked() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.byHand();
                EndToEnd test = redacting(upstream, "").start();
                Wire client = test.connect()) {
            client.send(EndToEnd.head("GET", "/"));
            try (Wire server = upstream.accept()) {
                server.message();
                server.send(HEAD + "transfer-encoding: chunked\n\n")
                        .chunk("card 4111 1111")
                        .chunk(" 1111 1111")
                        .end("x-sum: 7");

                Message answer = client.message();
                assertThat(answer.text()).isEqualTo("card **** **** **** 1111");
                assertThat(answer.trailers()).containsExactly("x-sum: 7");
            }
        }
    }

    @Test
    void textWithoutNumbers_isNotHeldBack() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.byHand();
                EndToEnd test = redacting(upstream, "").start();
                Wire client = test.connect()) {
            client.send(EndToEnd.head("GET", "/"));
            try (Wire server = upstream.accept()) {
                server.message();
                server.send(HEAD + "transfer-encoding: chunked\n\n");
                client.head();
                for (int i = 0; i < 20; i++) {
                    String piece = "piece " + (char) ('a' + i) + "; ";
                    server.chunk(piece);
                    assertThat(client.chunks(piece.length())).isEqualTo(piece);
                }
                server.end();
                assertThat(client.chunkedEnd()).isEmpty();
            }
        }
    }

    @Test
    void bodyOf10MiB_keepsItsLength() throws Exception {
        String body = (CARDS + "\n").repeat((10 << 20) / (CARDS.length() + 1));
        try (ScriptedServer upstream =
                        ScriptedServer.answering(request -> response(200, body, "content-type: application/json"));
                EndToEnd test = redacting(upstream, "").start()) {
            Message answer = test.get("/");

            assertThat(answer.header("content-length")).isEqualTo(Integer.toString(body.length()));
            assertThat(answer.text().equals(body.replace(CARDS, MASKED))).isTrue();
            int numbers = 2 * (body.length() / (CARDS.length() + 1));
            assertThat(test.log.take()).containsExactly("response body: card numbers masked: " + numbers);
            assertThat(test.metric("redact_numbers")).isEqualTo(numbers);
        }
    }

    @Test
    void requestBody_isRedacted_whenAskedFor() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                EndToEnd test = redacting(upstream, "{'request': true, 'response': false, 'mask': 'x'}")
                        .start();
                Wire client = test.connect()) {
            client.send(EndToEnd.head(
                            "POST", "/", "content-type: text/plain", "transfer-encoding: chunked", "range: bytes=0-1"))
                    .chunk("a 4111 1111 11")
                    .chunk("11 1111 b 4")
                    .end("x-sum: 7");

            assertThat(client.message().status()).isEqualTo(200);
            Message request = upstream.request();
            assertThat(request.text()).isEqualTo("a xxxx xxxx xxxx 1111 b 4");
            assertThat(request.trailers()).containsExactly("x-sum: 7");
            assertThat(request.header("range")).isEqualTo("bytes=0-1");
            assertThat(test.log.take()).containsExactly("request body: card numbers masked: 1");
        }
    }

    @Test
    void headersThatWouldHideNumbers_areRemovedFromRequests() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                EndToEnd test = redacting(upstream, "").start()) {
            test.get("/", "accept-encoding: gzip", "range: bytes=10-20", "accept: text/plain");

            Message request = upstream.request();
            assertThat(request.all("accept-encoding")).isEmpty();
            assertThat(request.all("range")).isEmpty();
            assertThat(request.header("accept")).isEqualTo("text/plain");
        }
    }

    @Test
    void encodedBody_isUntouched_andSaidSo() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.answering(
                        request -> response(200, CARDS, "content-type: text/plain", "content-encoding: gzip"));
                EndToEnd test = redacting(upstream, "").start()) {
            assertThat(test.get("/").text()).isEqualTo(CARDS);
            assertThat(test.log.lines()).singleElement().satisfies(line -> {
                assertThat(line.level().name()).isEqualTo("WARN");
                assertThat(line.message()).isEqualTo("response body not redacted: it is encoded as gzip");
            });
        }
    }

    @Test
    void bodyThatIsNoText_isUntouched() throws Exception {
        try (ScriptedServer upstream =
                        ScriptedServer.answering(request -> response(200, CARDS, "content-type: image/png"));
                EndToEnd test = redacting(upstream, "").start()) {
            assertThat(test.get("/").text()).isEqualTo(CARDS);
            assertThat(test.log.take()).isEmpty();
        }
    }

    private static EndToEnd.Builder redacting(ScriptedServer upstream, String configuration) {
        return EndToEnd.before(upstream).plugin(SamplePlugin.REDACT.spec(configuration));
    }
}
