package dev.portafilter.test.e2e;

import static dev.portafilter.test.e2e.ScriptedServer.response;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What must hold of HTTP with each of the sample plugins alone in the gateway, whatever the plugin is for. The end of
 * each test checks that nothing is left: see {@link EndToEnd}.
 */
class EachPluginTest {
    private static final int[] SIZES = {0, 1, 64 << 10, 10 << 20};
    private static final int CHUNK_SIZE = 16_000;
    private static final int PIECES = 20;
    private static final String KEY = "x-api-key: k1";

    @ParameterizedTest
    @EnumSource(SamplePlugin.class)
    void chunkedBodies_andTrailers_passBothWays(SamplePlugin plugin) throws Exception {
        try (ScriptedServer auth = alice();
                ScriptedServer upstream = ScriptedServer.chunkedEcho();
                EndToEnd test = alone(plugin, upstream, auth).start();
                Wire client = test.connect()) {
            for (int size : SIZES) {
                byte[] body = body(size);
                client.send(EndToEnd.head("POST", "/", KEY, "transfer-encoding: chunked"));
                client.chunked(body, CHUNK_SIZE, "x-sum: 7", "x-sum: 8");

                Message answer = client.message();
                Message request = upstream.request();
                assertThat(Arrays.equals(request.body(), body))
                        .as("a request of %s bytes", size)
                        .isTrue();
                assertThat(request.trailers()).containsExactly("x-sum: 7", "x-sum: 8");
                assertThat(Arrays.equals(answer.body(), body))
                        .as("a response of %s bytes", size)
                        .isTrue();
                assertThat(answer.trailers()).containsExactly("x-sum: 7", "x-sum: 8");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(SamplePlugin.class)
    void bodiesOfKnownLength_passBothWays(SamplePlugin plugin) throws Exception {
        try (ScriptedServer auth = alice();
                ScriptedServer upstream = ScriptedServer.echo();
                EndToEnd test = alone(plugin, upstream, auth).start();
                Wire client = test.connect()) {
            for (int size : SIZES) {
                byte[] body = body(size);
                client.send(EndToEnd.head("POST", "/", KEY, "content-length: " + size))
                        .send(body);

                Message answer = client.message();
                Message request = upstream.request();
                assertThat(request.header("content-length")).isEqualTo(Integer.toString(size));
                assertThat(Arrays.equals(request.body(), body))
                        .as("a request of %s bytes", size)
                        .isTrue();
                assertThat(Arrays.equals(answer.body(), body))
                        .as("a response of %s bytes", size)
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(SamplePlugin.class)
    void hundredHeaders_andRepeatedOnes_keepTheirOrder(SamplePlugin plugin) throws Exception {
        List<String> lines = new ArrayList<>(
                IntStream.range(0, 80).mapToObj(i -> "x-line-" + i + ": " + i).toList());
        IntStream.range(0, 20).forEach(i -> lines.add(4 * i, "x-line-same: " + i));
        try (ScriptedServer auth = alice();
                ScriptedServer upstream = ScriptedServer.echo();
                EndToEnd test = alone(plugin, upstream, auth).start()) {
            List<String> sent = new ArrayList<>(lines);
            sent.add(KEY);
            Message answer = test.get("/", sent.toArray(String[]::new));

            assertThat(lines(upstream.request())).isEqualTo(lines);
            assertThat(lines(answer)).isEqualTo(lines);
        }
    }

    @ParameterizedTest
    @EnumSource(SamplePlugin.class)
    void slowClient_andSlowUpstream_getEachPieceAtOnce(SamplePlugin plugin) throws Exception {
        try (ScriptedServer auth = alice();
                ScriptedServer upstream = ScriptedServer.byHand();
                EndToEnd test = alone(plugin, upstream, auth).start();
                Wire client = test.connect()) {
            client.send(EndToEnd.head("POST", "/", KEY, "transfer-encoding: chunked"));
            try (Wire server = upstream.accept()) {
                server.head();
                for (int i = 0; i < PIECES; i++) {
                    client.chunk("piece " + (char) ('a' + i));
                    assertThat(server.chunks(7)).isEqualTo("piece " + (char) ('a' + i));
                }
                client.end("x-sum: 7");
                assertThat(server.chunkedEnd()).containsExactly("x-sum: 7");
                server.send("HTTP/1.1 200 OK\ncontent-type: text/plain\ntransfer-encoding: chunked\n\n");
                client.head();
                for (int i = 0; i < PIECES; i++) {
                    server.chunk("answer " + (char) ('a' + i));
                    assertThat(client.chunks(8)).isEqualTo("answer " + (char) ('a' + i));
                }
                server.end("x-sum: 8");
                assertThat(client.chunkedEnd()).containsExactly("x-sum: 8");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(SamplePlugin.class)
    void upstreamReset_isA503BeforeTheHead_andBreaksTheBodyOff(SamplePlugin plugin) throws Exception {
        try (ScriptedServer auth = alice();
                ScriptedServer upstream = ScriptedServer.byHand();
                EndToEnd test = alone(plugin, upstream, auth).start()) {
            try (Wire client = test.connect()) {
                client.send(EndToEnd.head("GET", "/", KEY));
                try (Wire server = upstream.accept()) {
                    server.message();
                    server.reset();
                    assertThat(client.message().status()).isEqualTo(503);
                }
            }
            try (Wire client = test.connect()) {
                client.send(EndToEnd.head("GET", "/", KEY));
                try (Wire server = upstream.accept()) {
                    server.message();
                    server.send("HTTP/1.1 200 OK\ncontent-length: 100\n\nsome");
                    Message head = client.head();
                    server.reset();

                    assertThat(head.status()).isEqualTo(200);
                    assertThat(client.messageAfter(head).whole()).isFalse();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(SamplePlugin.class)
    void clientReset_inTheRequest_andInTheResponse_resetsTheUpstream(SamplePlugin plugin) throws Exception {
        try (ScriptedServer auth = alice();
                ScriptedServer upstream = ScriptedServer.byHand();
                EndToEnd test = alone(plugin, upstream, auth).start()) {
            try (Wire client = test.connect()) {
                client.send(EndToEnd.head("POST", "/", KEY, "transfer-encoding: chunked"))
                        .chunk("some");
                try (Wire server = upstream.accept()) {
                    server.head();
                    assertThat(server.chunks(4)).isEqualTo("some");
                    client.reset();
                    assertThat(server.ended()).isTrue();
                }
            }
            test.quiet();
            try (Wire client = test.connect()) {
                client.send(EndToEnd.head("GET", "/", KEY));
                try (Wire server = upstream.accept()) {
                    server.message();
                    server.send("HTTP/1.1 200 OK\ncontent-length: 100\n\nsome");
                    client.head();
                    client.reset();
                    assertThat(server.ended()).isTrue();
                }
            }
            test.quiet();
        }
    }

    private static byte[] body(int size) {
        byte[] body = new byte[size];
        for (int i = 0; i < size; i++) {
            body[i] = (byte) ('a' + i % 23);
        }
        return body;
    }

    private static List<String> lines(Message message) {
        return message.headers().stream()
                .filter(line -> line.startsWith("x-line-"))
                .toList();
    }

    private static ScriptedServer alice() throws Exception {
        return ScriptedServer.answering(question -> response(200, "", "x-user: alice"));
    }

    private static EndToEnd.Builder alone(SamplePlugin plugin, ScriptedServer upstream, ScriptedServer auth) {
        String configuration = switch (plugin) {
            case TOKEN_CHECK -> "{'timeout_ms': 60000}";
            case RATE_LIMIT -> "{'limit': 100000, 'key_header': 'x-api-key'}";
            case HEADER_REWRITE -> "{'response': {'set': {'x-path': '%REQ(:path)%'}}}";
            case REDACT, MISBEHAVE -> "";
        };
        return EndToEnd.before(upstream).cluster("auth", auth).plugin(plugin.spec(configuration));
    }
}
