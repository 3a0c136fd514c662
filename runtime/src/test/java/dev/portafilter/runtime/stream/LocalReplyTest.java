package dev.portafilter.runtime.stream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalReplyTest {
    private static final HeaderMap GET = HeaderMap.of(":method", "GET", ":path", "/");
    private static final HeaderMap GRPC = HeaderMap.of(":method", "POST", "content-type", "application/grpc");

    @Test
    void reply_withBody_addsLengthAndTypeBehindTheGivenHeaders() {
        LocalReply reply = reply(403, "access denied", HeaderMap.of("powered-by", "x", "x-up", "1", "x-up", "2"), -1);
        assertThat(reply.headers(GET))
                .hasToString("{:status: 403, powered-by: x, x-up: 1, x-up: 2, content-length: 13,"
                        + " content-type: text/plain}");
        assertThat(reply.body(GET)).hasSize(13);
    }

    @Test
    void reply_withoutBody_isHeadersOnly() {
        assertThat(reply(401, "", new HeaderMap(), -1).headers(GET)).hasToString("{:status: 401}");
    }

    @Test
    void reply_withOwnContentType_keepsOnlyThatOne() {
        HeaderMap given = HeaderMap.of("content-type", "application/json");
        assertThat(reply(200, "{}", given, -1).headers(GET))
                .hasToString("{:status: 200, content-type: application/json, content-length: 2}");
    }

    @Test
    void reply_withWrongStatusAndLength_hasTheRightOnesInTheirPlace() {
        HeaderMap given =
                HeaderMap.of(":status", "999", "x-a", "1", "content-length", "7", "x-b", "2", "content-length", "8");
        assertThat(reply(200, "{}", given, -1).headers(GET))
                .hasToString("{:status: 200, x-a: 1, content-length: 2, x-b: 2, content-type: text/plain}");
    }

    @Test
    void reply_withoutBody_dropsWhatDescribesOne() {
        HeaderMap given = HeaderMap.of("content-type", "text/html", "location", "/x", "content-length", "7");
        assertThat(reply(302, "", given, -1).headers(GET)).hasToString("{:status: 302, location: /x}");
    }

    @Test
    void reply_withHeadersAboutTheConnection_showsThemToPlugins() {
        HeaderMap given = HeaderMap.of("connection", "close", "transfer-encoding", "chunked", "te", "gzip");
        assertThat(reply(200, "", given, -1).headers(GET))
                .hasToString("{:status: 200, connection: close, transfer-encoding: chunked, te: gzip}");
    }

    @Test
    void reply_toHead_hasNoBodyButItsLength() {
        HeaderMap head = HeaderMap.of(":method", "HEAD");
        LocalReply reply = reply(200, "hello", new HeaderMap(), -1);
        assertThat(reply.body(head)).isEmpty();
        assertThat(reply.headers(head).get("content-length")).isEqualTo("5");
    }

    @ParameterizedTest
    @CsvSource({"204", "304"})
    void reply_withStatusThatHasNoBody_showsPluginsTheOneThatWasGiven(int status) {
        assertThat(reply(status, "denied", new HeaderMap(), -1).body(GET))
                .asString()
                .isEqualTo("denied");
    }

    @Test
    void reply_toGrpc_isTrailersOnlyWithTheGivenStatus() {
        LocalReply reply = reply(403, "the message \u00e9%", HeaderMap.of("x-h", "1"), 7);
        assertThat(reply.headers(GRPC))
                .hasToString("{:status: 200, x-h: 1, content-type: application/grpc, grpc-status: 7,"
                        + " grpc-message: the message %E9%25}");
        assertThat(reply.body(GRPC)).isEmpty();
    }

    @Test
    void reply_toGrpcWithItsOwnHeaders_keepsStatusAndPlaces() {
        HeaderMap given = HeaderMap.of(
                "content-type", "a/b", "grpc-message", "own", "x-a", "1", "grpc-status", "9", "content-length", "7");
        assertThat(reply(403, "no", given, 7).headers(GRPC))
                .hasToString(
                        "{:status: 200, content-type: application/grpc, grpc-message: no, x-a: 1, grpc-status: 9}");
        assertThat(reply(403, "", given, 7).headers(GRPC).get("grpc-message")).isEqualTo("own");
    }

    @Test
    void reply_toGrpcHead_hasNoMessage() {
        HeaderMap head = HeaderMap.of(":method", "HEAD", "content-type", "application/grpc");
        assertThat(reply(403, "no", new HeaderMap(), 7).headers(head))
                .hasToString("{:status: 200, content-type: application/grpc, grpc-status: 7}");
    }

    @ParameterizedTest
    @CsvSource({"200,2", "400,13", "401,16", "403,7", "404,12", "429,14", "500,2", "502,14", "503,14", "504,14"})
    void reply_toGrpcWithoutStatus_mapsTheHttpStatus(int status, String grpcStatus) {
        assertThat(reply(status, "", new HeaderMap(), -1).headers(GRPC).get("grpc-status"))
                .isEqualTo(grpcStatus);
        assertThat(reply(status, "", new HeaderMap(), 17).headers(GRPC).get("grpc-status"))
                .isEqualTo(grpcStatus);
    }

    @ParameterizedTest
    @CsvSource({"application/grpc-web", "application/grpcx", "text/plain"})
    void reply_toWhatOnlyLooksLikeGrpc_isPlain(String type) {
        HeaderMap request = HeaderMap.of(":method", "POST", "content-type", type);
        assertThat(reply(403, "no", new HeaderMap(), 7).headers(request).get(":status"))
                .isEqualTo("403");
    }

    @Test
    void details_withWhiteSpace_haveUnderscores() {
        LocalReply reply = LocalReply.ofPlugin(403, "a b\tc".getBytes(ISO_8859_1), new byte[0], new HeaderMap(), -1);
        assertThat(reply.details()).isEqualTo("a_b_c");
        assertThat(reply.withDetails("d").details()).isEqualTo("d");
    }

    private static LocalReply reply(int status, String body, HeaderMap headers, int grpcStatus) {
        return new LocalReply(status, headers, body.getBytes(ISO_8859_1), grpcStatus, "");
    }
}
