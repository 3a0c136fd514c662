package dev.portafilter.abi;

import static dev.portafilter.abi.FakeVm.FAR;
import static dev.portafilter.abi.FakeVm.OUT;
import static dev.portafilter.abi.FakeVm.latin1;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GrpcFunctionsTest {
    private final FakeVm vm = new FakeVm();

    @Test
    void call_thatStarts_writesItsToken() {
        assertThat(vm.call("proxy_grpc_call", "c", "pkg.S", "M", HeaderMap.of("X-A", "1"), "msg", -1, OUT))
                .isEqualTo(Status.OK);
        assertThat(vm.guest.u32(OUT)).isEqualTo(5);
        assertThat(vm.stream.asked).containsExactly("grpcCall c/pkg.S/M msg 4294967295");
        assertThat(vm.stream.grpcHead.metadata()).isEqualTo(HeaderMap.of("x-a", "1"));
    }

    @Test
    void stream_thatStarts_writesItsToken() {
        assertThat(vm.call("proxy_grpc_stream", "c", "", "", "", OUT)).isEqualTo(Status.OK);
        assertThat(vm.guest.u32(OUT)).isEqualTo(6);
        assertThat(vm.stream.asked).containsExactly("grpcStream c//");
    }

    @Test
    void call_thatDoesNotStart_writesNoToken() {
        vm.stream.answer = Status.INTERNAL_FAILURE;
        assertThat(vm.call("proxy_grpc_call", "c", "s", "m", "", "msg", 1000, OUT))
                .isEqualTo(Status.INTERNAL_FAILURE);
        assertThat(vm.call("proxy_grpc_stream", "c", "s", "m", "", OUT)).isEqualTo(Status.INTERNAL_FAILURE);
        assertThat(vm.unwritten()).isTrue();
    }

    @Test
    void call_withATokenOutOfRange_hasStartedAllTheSame() {
        assertThat(vm.call("proxy_grpc_call", "c", "s", "m", "", "", 0, FAR)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_grpc_stream", "c", "s", "m", "", FAR)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.stream.asked).hasSize(2);
    }

    @Test
    void call_toNobody_isAParseFailure() {
        assertThat(vm.call("proxy_grpc_call", "", "s", "m", "", "", 0, OUT)).isEqualTo(Status.PARSE_FAILURE);
        assertThat(vm.call("proxy_grpc_stream", "", "s", "m", "", OUT)).isEqualTo(Status.PARSE_FAILURE);
        assertThat(vm.stream.asked).isEmpty();
        assertThat(vm.host.lines).hasSize(2).first().asString().contains("is no cluster");
    }

    @Test
    void call_thatWouldBreakTheMessage_doesNotGoOut() {
        assertRefused("a b", "m", "", "space or control character");
        assertRefused("s", "m\r\nx", "", "space or control character");
        assertRefused("s", "m\u007f", "", "space or control character");
        assertRefused("s".repeat(Limits.GRPC_PATH_SIZE), "m", "", "names of 16385 bytes");
        assertRefused("s", "m", HeaderMap.of("x", "a\nb"), "metadata entry 0 holds CR, LF or NUL");
        assertThat(vm.call("proxy_grpc_stream", "c", "s", "\t", "", OUT)).isEqualTo(Status.INTERNAL_FAILURE);
        assertThat(vm.call("proxy_grpc_call", "c", "s\u00ff", "m", "", "", 0, OUT))
                .isEqualTo(Status.OK);
    }

    private void assertRefused(String service, String method, Object metadata, String reason) {
        vm.host.lines.clear();
        assertThat(vm.call("proxy_grpc_call", "c", service, method, metadata, "", 0, OUT))
                .isEqualTo(Status.INTERNAL_FAILURE);
        assertThat(vm.host.lines).hasSize(1).first().asString().contains(reason);
        assertThat(vm.stream.asked).isEmpty();
    }

    @Test
    void metadata_ofTheService_comesFirst_andPseudoHeadersDoNotCome() {
        byte[] service = GrpcTargetTest.service("c", GrpcTargetTest.header("X-Conf", "1"));
        HeaderMap given = HeaderMap.of(":path", "/evil", "x-md", "2", "a-bin", "AAE");
        assertThat(vm.call("proxy_grpc_stream", service, "s", "m", given, OUT)).isEqualTo(Status.OK);
        assertThat(vm.stream.grpcHead.metadata()).isEqualTo(HeaderMap.of("x-conf", "1", "x-md", "2", "a-bin", "AAE"));
    }

    @Test
    void badRanges_areInvalidMemoryAccess() {
        assertThat(vm.call("proxy_grpc_call", "c", "s", "m", "", FAR, 1, 1000, OUT))
                .isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_grpc_stream", FAR, 1, "s", "m", "", OUT)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_grpc_send", 0xFF03, FAR, 1, 0)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.stream.asked).isEmpty();
    }

    @Test
    void tokens_areAskedForByTheirTypeBits() {
        vm.stream.answer = Status.NOT_FOUND;
        assertTokens("proxy_grpc_cancel", Status.BAD_ARGUMENT, Status.NOT_FOUND, Status.NOT_FOUND, Status.BAD_ARGUMENT);
        assertTokens("proxy_grpc_close", Status.BAD_ARGUMENT, Status.NOT_FOUND, Status.NOT_FOUND, Status.BAD_ARGUMENT);
        Status[] send = {Status.BAD_ARGUMENT, Status.BAD_ARGUMENT, Status.NOT_FOUND, Status.BAD_ARGUMENT};
        for (int type = 0; type < send.length; type++) {
            assertThat(vm.call("proxy_grpc_send", 0xFF00 + type, latin1("x"), 7))
                    .isEqualTo(send[type]);
        }
        assertThat(vm.stream.asked)
                .containsExactly(
                        "grpcCancel 65281",
                        "grpcCancel 65282",
                        "grpcClose 65281",
                        "grpcClose 65282",
                        "grpcSend 65282 x true");
    }

    private void assertTokens(String function, Status... expected) {
        for (int type = 0; type < expected.length; type++) {
            assertThat(vm.call(function, 0xFF00 + type))
                    .as(function + " " + type)
                    .isEqualTo(expected[type]);
        }
    }
}
