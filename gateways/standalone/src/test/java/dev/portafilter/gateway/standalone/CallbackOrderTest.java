package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Which callbacks a plugin gets for which message, with which numbers: those that Envoy 1.40.0 gives. Source: ABI
 * reference, section 4.4.
 */
@Timeout(60)
class CallbackOrderTest {
    private static final String UP = "x-up: a@x-up: b@x-empty:@";

    /** {@code @} stands for the end of a line. */
    private static String lines(String text) {
        return text.replace("@", "\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET / HTTP/1.1@host: a@@                                     | request_headers 5 end",
                "HEAD / HTTP/1.1@host: a@@                                    | request_headers 5 end",
                "POST / HTTP/1.1@host: a@content-length: 5@@hello             | request_headers 6,request_body 5,request_body 0 end",
                "POST / HTTP/1.1@host: a@content-length: 0@@                  | request_headers 6 end",
                "POST / HTTP/1.1@host: a@transfer-encoding: chunked@@0@@      | request_headers 5,request_body 0 end",
                "POST / HTTP/1.1@host: a@transfer-encoding: chunked@@0@t: 1@@ | request_headers 5,request_trailers 1",
                "POST / HTTP/1.1@host: a@expect: 100-continue@content-length: 5@@hello"
                        + " | request_headers 6,request_body 5,request_body 0 end",
                "GET / HTTP/1.0@host: a@@                                     | request_headers 5 end",
            })
    void request_asOneWrite(String request, String callbacks) throws Exception {
        try (StubUpstream upstream = StubUpstream.answering("HTTP/1.1 204 No Content\n\n");
                GatewayFixture fixture = GatewayFixture.probed(upstream.target());
                RawClient client = fixture.connect()) {
            client.send(lines(request)).head();
            upstream.taken();
            fixture.idle();
            assertThat(String.join(",", fixture.log)).startsWith(callbacks);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 200 OK@" + UP
                        + "content-length: 13@@upstream-body | response_headers 5,response_body 13,response_body 0 end",
                "HTTP/1.1 200 OK@" + UP + "content-length: 0@@               | response_headers 5 end",
                "HTTP/1.1 204 No Content@" + UP + "@                         | response_headers 4 end",
                "HTTP/1.1 304 Not Modified@" + UP + "@                       | response_headers 4 end",
                "HTTP/1.1 103 Early Hints@link: a@@HTTP/1.1 200 OK@" + UP + "content-length: 2@@ok"
                        + " | response_headers 5,response_body 2,response_body 0 end",
            })
    void response_asOneWrite(String response, String callbacks) throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(lines(response));
                GatewayFixture fixture = GatewayFixture.probed(upstream.target())) {
            fixture.ask("GET / HTTP/1.1\nhost: a\n\n");
            fixture.idle();
            assertThat(String.join(",", fixture.log)).isEqualTo("request_headers 5 end," + callbacks);
        }
    }

    @Test
    void chunks_staySeparate() throws Exception {
        Semaphore seen = new Semaphore(0);
        try (StubUpstream upstream = new StubUpstream(connection -> {
                    connection.request();
                    connection.send("HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n");
                    for (String chunk : List.of("hello", ", there, ", "world!")) {
                        seen.acquire();
                        connection.chunk(chunk.getBytes(StandardCharsets.US_ASCII));
                    }
                    seen.acquire();
                    connection.send("0\nx-t: 1\nx-t: 2\ny-t: 3\n\n");
                });
                GatewayFixture fixture = GatewayFixture.probed(upstream.target());
                RawClient client = fixture.connect()) {
            List<String> log = new ArrayList<>();
            client.send("POST / HTTP/1.1\nhost: a\ntransfer-encoding: chunked\n\n");
            for (String chunk : List.of("hello", ", there, ", "world!")) {
                log.add(fixture.logged());
                client.chunk(chunk.getBytes(StandardCharsets.US_ASCII));
            }
            log.add(fixture.logged());
            client.send("0\nt: 1\n\n");
            log.add(fixture.logged());
            for (int i = 0; i < 4; i++) {
                log.add(fixture.logged());
                seen.release();
            }
            log.add(fixture.logged());
            assertThat(client.response().text()).isEqualTo("hello, there, world!");
            assertThat(log)
                    .containsExactly(
                            "request_headers 5",
                            "request_body 5",
                            "request_body 9",
                            "request_body 6",
                            "request_trailers 1",
                            "response_headers 2",
                            "response_body 5",
                            "response_body 9",
                            "response_body 6",
                            "response_trailers 3");
        }
    }

    @Test
    void upstreamThatCloses_givesAReplyOfTheHost() throws Exception {
        try (StubUpstream upstream = new StubUpstream(RawClient::request);
                GatewayFixture fixture = GatewayFixture.probed(upstream.target())) {
            fixture.ask("GET / HTTP/1.1\nhost: a\n\n");
            fixture.idle();
            assertThat(fixture.log)
                    .containsExactly("request_headers 5 end", "response_headers 3", "response_body 95 end");
        }
    }
}
