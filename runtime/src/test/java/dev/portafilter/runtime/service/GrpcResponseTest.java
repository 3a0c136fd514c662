package dev.portafilter.runtime.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GrpcResponseTest {
    private static final HeaderMap DONE = HeaderMap.of("grpc-status", "0");

    private final List<String> heard = new ArrayList<>();
    private final GrpcResponse response = response(10);

    private GrpcResponse response(int messageBytes) {
        GrpcCallRequest request = new GrpcCallRequest("c", "c", "/s/m", new HeaderMap(), -1, messageBytes);
        return new GrpcResponse(request, new GrpcCallListener() {
            @Override
            public void initialMetadata(HeaderMap metadata) {
                heard.add("initial " + metadata);
            }

            @Override
            public void message(byte[] message) {
                heard.add("message " + latin1(message));
            }

            @Override
            public void closed(int status, byte[] message, HeaderMap trailingMetadata) {
                heard.add("closed " + status + " " + latin1(message) + " " + trailingMetadata);
            }
        });
    }

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static byte[] frame(String message) {
        return GrpcResponse.frame(message.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static byte[] flagged(int flags, String message) {
        byte[] frame = frame(message);
        frame[0] = (byte) flags;
        return frame;
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private void head() {
        response.head(HeaderMap.of(":status", "200"), false);
        heard.clear();
    }

    /** What is heard of a head that is the whole response. */
    private List<String> whole(String... namesAndValues) {
        heard.clear();
        GrpcResponse other = response(10);
        other.head(HeaderMap.of(namesAndValues), true);
        assertThat(other.over()).isTrue();
        return heard;
    }

    private List<String> trailed(HeaderMap trailers) {
        heard.clear();
        GrpcResponse other = response(10);
        other.head(HeaderMap.of(":status", "200"), false);
        heard.clear();
        other.trailers(trailers);
        return heard;
    }

    @Test
    void frame_isAFlagALengthAndTheMessage() {
        assertThat(frame("ab")).containsExactly(0, 0, 0, 0, 2, 'a', 'b');
        assertThat(frame("")).containsExactly(0, 0, 0, 0, 0);
    }

    @Test
    void messagesInOneChunk_areSeveral() {
        head();
        response.data(join(frame("a"), frame(""), frame("bc")));
        assertThat(heard).containsExactly("message a", "message ", "message bc");
    }

    @Test
    void messageOverManyChunks_isOne() {
        head();
        for (byte b : join(frame("split"), frame("again"))) {
            response.data(new byte[] {b});
        }
        response.data(new byte[0]);
        assertThat(heard).containsExactly("message split", "message again");
    }

    @Test
    void messageThatIsCutShort_isNone() {
        head();
        response.data(join(frame("whole"), new byte[] {0, 0, 0, 0, 4, 'p'}));
        response.trailers(DONE);
        assertThat(heard).containsExactly("message whole", "closed 0 via_upstream {grpc-status: 0}");
    }

    @Test
    void compressedMessage_isInternal_unlessItIsEmpty() {
        head();
        response.data(join(frame("a"), flagged(1, ""), flagged(1, "x"), frame("b")));
        assertThat(heard).containsExactly("message a", "message ", "closed 13 via_upstream {}");
        assertThat(response.over()).isTrue();
    }

    @Test
    void unknownFlag_isInternal_andNothingOfItsChunkCounts() {
        head();
        response.data(join(frame("a"), flagged(2, "x")));
        assertThat(heard).containsExactly("closed 13 via_upstream {}");
    }

    @Test
    void messageAboveTheLimit_isResourceExhausted_beforeItArrives() {
        head();
        response.data(frame("0123456789"));
        response.data(join(frame("a"), new byte[] {0, -1, -1, -1, -1}));
        assertThat(heard).containsExactly("message 0123456789", "closed 8 via_upstream {}");
    }

    @Test
    void head_thatIsTheWholeResponse_isTheTrailingMetadata() {
        assertThat(whole(":status", "200", "grpc-status", "5", "grpc-message", "m"))
                .containsExactly(
                        "initial {}", "closed 5 m{via_upstream} {:status: 200, grpc-status: 5, grpc-message: m}");
        assertThat(whole(":status", "200")).containsExactly("initial {}", "closed 2 via_upstream {:status: 200}");
        assertThat(whole(":status", "404", "grpc-status", "5"))
                .containsExactly("initial {}", "closed 5 via_upstream {:status: 404, grpc-status: 5}");
    }

    @Test
    void statusOfHttp_standsForOneOfGrpc() {
        String[] pairs = {
            "400", "13", "401", "16", "403", "7", "404", "12", "429", "14", "502", "14", "503", "14", "504", "14",
            "302", "2", "500", "2"
        };
        for (int i = 0; i < pairs.length; i += 2) {
            assertThat(whole(":status", pairs[i]))
                    .containsExactly("initial {}", "closed " + pairs[i + 1] + " via_upstream {}");
        }
    }

    @Test
    void head_ofAnotherStatus_endsTheCall() {
        response.head(HeaderMap.of(":status", "503", "x", "y"), false);
        response.data(frame("a"));
        response.trailers(DONE);
        assertThat(heard).containsExactly("initial {}", "closed 14 via_upstream {}");
    }

    @Test
    void status_thatIsNoKnownNumber_isMinusOne() {
        for (String status : List.of("17", "-1", "abc", "", "99999999999", "1x")) {
            assertThat(trailed(HeaderMap.of("grpc-status", status)))
                    .containsExactly("closed -1 via_upstream {grpc-status: " + status + "}");
        }
        assertThat(trailed(HeaderMap.of("grpc-status", "5", "grpc-status", "6", "grpc-message", "m")))
                .containsExactly("closed -1 m{via_upstream} {grpc-status: 5, grpc-status: 6, grpc-message: m}");
        assertThat(trailed(HeaderMap.of("grpc-status", "007")))
                .first()
                .asString()
                .startsWith("closed 7 ");
    }

    @Test
    void end_withoutAStatus_isUnknown() {
        assertThat(trailed(HeaderMap.of("x", "y"))).containsExactly("closed 2 via_upstream {x: y}");
        assertThat(trailed(null)).containsExactly("closed 2 via_upstream {}");
    }

    @Test
    void message_keepsItsBytes() {
        HeaderMap trailers = HeaderMap.of("grpc-status", "5", "grpc-message", "caf\u00c3\u00a9 a%20b");
        assertThat(trailed(trailers)).first().asString().startsWith("closed 5 caf\u00c3\u00a9 a%20b{via_upstream}");
    }

    @Test
    void failure_beforeTheHead_isAnsweredByTheProxy() {
        response.failed("remote reset", "");
        String text = "upstream connect error or disconnect/reset before headers. reset reason: remote reset";
        assertThat(heard)
                .containsExactly(
                        "initial {}",
                        "closed 14 " + text + "{upstream_reset_before_response_started{remote_reset}} {:status: 200,"
                                + " content-type: application/grpc, grpc-status: 14, grpc-message: " + text + "}");
    }

    @Test
    void failure_afterTheHead_isInternal() {
        head();
        response.failed("connection termination", "");
        assertThat(heard).containsExactly("closed 13 upstream_reset_after_response_started{connection_termination} {}");
    }

    @Test
    void timeout_isUnavailable_orInternalAfterTheHead() {
        head();
        response.timedOut();
        assertThat(heard).containsExactly("closed 13 response_timeout {}");
        heard.clear();
        response(10).timedOut();
        assertThat(heard)
                .hasSize(2)
                .last()
                .asString()
                .startsWith("closed 14 upstream request timeout{response_timeout}");
    }

    @Test
    void afterTheEnd_nothingCounts() {
        head();
        response.trailers(DONE);
        response.head(HeaderMap.of(":status", "200"), false);
        response.data(frame("a"));
        response.trailers(DONE);
        response.failed("remote reset", "");
        response.timedOut();
        response.overflowed();
        assertThat(heard).hasSize(1);
    }

    @Test
    void overflow_isResourceExhausted() {
        response.overflowed();
        assertThat(heard).containsExactly("initial {}", "closed 8 request_overflow {}");
    }

    @Test
    void requestHead_leavesOutWhatTheProtocolSaysItself() {
        HeaderMap metadata = HeaderMap.of(
                "te",
                "x",
                "content-type",
                "application/grpc+json",
                "grpc-timeout",
                "1S",
                "host",
                "h",
                "connection",
                "close",
                "content-length",
                "1",
                "x-a",
                "1",
                "grpc-encoding",
                "identity");
        GrpcCallRequest request = new GrpcCallRequest("c", "a", "/s/m", metadata, 99_999_999, 1);
        assertThat(request.head("https"))
                .isEqualTo(HeaderMap.of(
                        ":method", "POST",
                        ":path", "/s/m",
                        ":authority", "a",
                        ":scheme", "https",
                        "te", "trailers",
                        "grpc-timeout", "99999999m",
                        "content-type", "application/grpc",
                        "x-a", "1",
                        "grpc-encoding", "identity"));
        assertThat(new GrpcCallRequest("c", "a", "/s/m", metadata, 100_000_000, 1)
                        .head("http")
                        .get("grpc-timeout"))
                .isEqualTo("100000S");
    }
}
