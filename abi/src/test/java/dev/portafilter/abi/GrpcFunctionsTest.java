package dev.portafilter.abi;

import static dev.portafilter.abi.FakeVm.FAR;
import static dev.portafilter.abi.FakeVm.OUT;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GrpcFunctionsTest {
    private final FakeVm vm = new FakeVm();

    @Test
    void calls_areInternalFailure_andWriteNoToken() {
        assertThat(vm.call("proxy_grpc_call", "c", "s", "m", "", "msg", 1000, OUT))
                .isEqualTo(Status.INTERNAL_FAILURE);
        assertThat(vm.call("proxy_grpc_stream", "c", "s", "m", "", OUT)).isEqualTo(Status.INTERNAL_FAILURE);
        assertThat(vm.unwritten()).isTrue();
        assertThat(vm.host.lines)
                .containsExactly(
                        "WARN 2 gRPC call to \"c\": not offered by this host",
                        "WARN 2 gRPC call to \"c\": not offered by this host");
    }

    @Test
    void badRanges_areInvalidMemoryAccess() {
        assertThat(vm.call("proxy_grpc_call", "c", "s", "m", "", FAR, 1, 1000, OUT))
                .isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_grpc_stream", FAR, 1, "s", "m", "", OUT)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.call("proxy_grpc_send", 0xFF03, FAR, 1, 0)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
    }

    @Test
    void tokens_noneOfThemLive_areAnsweredByTheirTypeBits() {
        assertTokens("proxy_grpc_cancel", Status.BAD_ARGUMENT, Status.NOT_FOUND, Status.NOT_FOUND, Status.BAD_ARGUMENT);
        assertTokens("proxy_grpc_close", Status.BAD_ARGUMENT, Status.NOT_FOUND, Status.NOT_FOUND, Status.BAD_ARGUMENT);
        Status[] send = {Status.BAD_ARGUMENT, Status.BAD_ARGUMENT, Status.NOT_FOUND, Status.BAD_ARGUMENT};
        for (int type = 0; type < send.length; type++) {
            assertThat(vm.call("proxy_grpc_send", 0xFF00 + type, "x", 0)).isEqualTo(send[type]);
        }
    }

    private void assertTokens(String function, Status... expected) {
        for (int type = 0; type < expected.length; type++) {
            assertThat(vm.call(function, 0xFF00 + type))
                    .as(function + " " + type)
                    .isEqualTo(expected[type]);
        }
    }
}
