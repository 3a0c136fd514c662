package dev.portafilter.abi;

import static dev.portafilter.abi.FakeVm.FAR;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StreamFunctionsTest {
    private final FakeVm vm = new FakeVm();

    @Test
    void continueAndClose_nameTheStream() {
        for (int type = 0; type <= 2; type++) {
            assertThat(vm.call("proxy_continue_stream", type)).isEqualTo(Status.OK);
        }
        for (int type = 0; type <= 3; type++) {
            assertThat(vm.call("proxy_close_stream", type)).isEqualTo(Status.OK);
        }

        assertThat(vm.stream.asked)
                .containsExactly(
                        "continueStream REQUEST",
                        "continueStream RESPONSE",
                        "continueStream DOWNSTREAM",
                        "closeStream REQUEST",
                        "closeStream RESPONSE",
                        "closeStream DOWNSTREAM",
                        "closeStream UPSTREAM");
    }

    @Test
    void continueUpstream_isUnimplemented() {
        assertThat(vm.call("proxy_continue_stream", 3)).isEqualTo(Status.UNIMPLEMENTED);
        assertThat(vm.stream.asked).isEmpty();
    }

    @Test
    void streamTypeAbove3_isBadArgument() {
        assertThat(vm.call("proxy_continue_stream", 4)).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(vm.call("proxy_close_stream", -1)).isEqualTo(Status.BAD_ARGUMENT);
    }

    @Test
    void functionsOf010_areThoseOfTheStreams() {
        assertThat(vm.call("proxy_continue_request")).isEqualTo(Status.OK);
        assertThat(vm.call("proxy_continue_response")).isEqualTo(Status.OK);
        assertThat(vm.call("proxy_clear_route_cache")).isEqualTo(Status.OK);

        assertThat(vm.stream.asked)
                .containsExactly("continueStream REQUEST", "continueStream RESPONSE", "clearRouteCache");
    }

    @Test
    void localResponse_isHandedOnDecoded() {
        assertThat(respond(403, "denied by rule", "access denied", HeaderMap.of("powered-by", "x", "a", "1", "a", "2")))
                .isEqualTo(Status.OK);

        assertThat(vm.stream.asked).containsExactly("sendLocalResponse 403 denied by rule access denied -1");
        assertThat(vm.stream.sentHeaders).hasToString("{powered-by: x, a: 1, a: 2}");
    }

    @Test
    void localResponse_code_isHandedOnWhole_andTheContextAnswers() {
        vm.stream.answer = Status.BAD_ARGUMENT;

        assertThat(respond(70000, "", "", new HeaderMap())).isEqualTo(Status.BAD_ARGUMENT);

        assertThat(vm.stream.asked).containsExactly("sendLocalResponse 70000   -1");
    }

    @Test
    void localResponse_headersWithoutAFormOnTheWire_areDropped() {
        HeaderMap headers = new HeaderMap();
        for (String name : List.of("Content-Length", "Connection", ":status", ":path", "", "Content-Type")) {
            headers.add(FakeVm.latin1(name), FakeVm.latin1("v"));
        }

        assertThat(respond(200, "", "", headers)).isEqualTo(Status.OK);

        assertThat(vm.stream.sentHeaders).hasToString("{content-length: v, connection: v, content-type: v}");
        assertThat(vm.host.lines).isEmpty();
    }

    @Test
    void localResponse_headersWithLineBreaks_areDroppedAndLogged() {
        assertThat(respond(200, "", "", HeaderMap.of("a", "1", "b", "2\r\nx: y", "c\n", "3")))
                .isEqualTo(Status.OK);

        assertThat(vm.stream.sentHeaders).hasToString("{a: 1}");
        assertThat(vm.host.lines)
                .containsExactly(
                        "WARN 2 proxy_send_local_response: header 1 holds CR, LF or NUL (it was dropped)",
                        "WARN 2 proxy_send_local_response: header 2 holds CR, LF or NUL (it was dropped)");
    }

    @Test
    void localResponse_malformedHeaders_areNone() {
        assertThat(vm.call("proxy_send_local_response", 200, "", "b", "garbage", 7))
                .isEqualTo(Status.OK);

        assertThat(vm.stream.sentHeaders.count()).isZero();
        assertThat(vm.stream.asked).containsExactly("sendLocalResponse 200  b 7");
        assertThat(vm.host.lines).hasSize(1);
    }

    @Test
    void localResponse_badRanges_areInvalidMemoryAccess_andNothingIsSent() {
        assertThat(vm.call("proxy_send_local_response", 200, FAR, 1, "", "", -1))
                .isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_send_local_response", 200, "", FAR, 1, "", -1))
                .isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_send_local_response", 200, "", "", FAR, 1, -1))
                .isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.stream.asked).isEmpty();
    }

    private Status respond(int code, String details, String body, HeaderMap headers) {
        return vm.call("proxy_send_local_response", code, details, body, headers, -1);
    }
}
