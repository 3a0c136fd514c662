package dev.portafilter.abi;

import static dev.portafilter.abi.FakeVm.FAR;
import static dev.portafilter.abi.FakeVm.OUT;
import static dev.portafilter.abi.FakeVm.OUT2;
import static dev.portafilter.abi.FakeVm.OUT3;
import static dev.portafilter.abi.FakeVm.ROOT;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ContextFunctionsTest {
    private final FakeVm vm = new FakeVm();

    @Test
    void currentTime_isEightBytes_andTheBytesBehindAreUntouched() {
        assertThat(vm.call("proxy_get_current_time_nanoseconds", OUT)).isEqualTo(Status.OK);

        assertThat(vm.guest.u64(OUT)).isEqualTo(1_700_000_000_123_456_789L);
        assertThat(vm.guest.unwritten(OUT + 8, 8)).isTrue();
    }

    @Test
    void currentTime_fourBytesBeforeTheEnd_isInvalidMemoryAccess() {
        int end = vm.guest.size();

        assertThat(vm.call("proxy_get_current_time_nanoseconds", end - 4)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.guest.unwritten(end - 4, 4)).isTrue();
    }

    @Test
    void tickPeriod_isSetOnTheEffectiveContext() {
        assertThat(vm.call("proxy_set_tick_period_milliseconds", 100)).isEqualTo(Status.OK);
        vm.call("proxy_set_effective_context", ROOT);
        assertThat(vm.call("proxy_set_tick_period_milliseconds", 0)).isEqualTo(Status.OK);

        assertThat(vm.stream.asked).containsExactly("setTickPeriod 100");
        assertThat(vm.root.asked).containsExactly("setTickPeriod 0");
    }

    @Test
    void status_isCodeAndMessage() {
        vm.stream.callStatus = 11;
        vm.stream.callStatusMessage = "reset";

        assertThat(vm.call("proxy_get_status", OUT3, OUT, OUT2)).isEqualTo(Status.OK);

        assertThat(vm.guest.u32(OUT3)).isEqualTo(11);
        assertThat(vm.result()).isEqualTo("reset");
    }

    @Test
    void status_beforeAnyCallout_is0AndEmpty() {
        assertThat(vm.call("proxy_get_status", OUT3, OUT, OUT2)).isEqualTo(Status.OK);

        assertThat(vm.guest.u32(OUT3)).isZero();
        assertThat(vm.words()).isEqualTo("0/0");
    }

    @Test
    void status_writesTheCodeFirst() {
        vm.stream.callStatus = 11;
        vm.stream.callStatusMessage = "reset";

        assertThat(vm.call("proxy_get_status", OUT3, FAR, FAR)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.guest.u32(OUT3)).isEqualTo(11);

        vm.guest.allocations.clear();
        assertThat(vm.call("proxy_get_status", FAR, OUT, OUT2)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.guest.allocations).isEmpty();
    }

    @Test
    void configuration_isTheContexts() {
        vm.stream.configuration = FakeVm.latin1("conf");

        assertThat(vm.call("proxy_get_configuration", OUT, OUT2)).isEqualTo(Status.OK);

        assertThat(vm.result()).isEqualTo("conf");
    }

    @Test
    void effectiveContext_lastsUntilTheCallbackEnds() {
        assertThat(vm.call("proxy_set_effective_context", ROOT)).isEqualTo(Status.OK);
        assertThat(vm.call.context()).isSameAs(vm.root);
        assertThat(vm.call.current()).isSameAs(vm.stream);

        vm.call.enter(FakeVm.STREAM);
        assertThat(vm.call.context()).isSameAs(vm.stream);
    }

    @Test
    void effectiveContext0_isNone() {
        vm.call("proxy_set_effective_context", ROOT);

        assertThat(vm.call("proxy_set_effective_context", 0)).isEqualTo(Status.OK);

        assertThat(vm.call.context()).isSameAs(vm.stream);
    }

    @Test
    void effectiveContext_unknown_isBadArgument_andChangesNothing() {
        vm.call("proxy_set_effective_context", ROOT);

        assertThat(vm.call("proxy_set_effective_context", 99)).isEqualTo(Status.BAD_ARGUMENT);

        assertThat(vm.call.context()).isSameAs(vm.root);
        assertThat(vm.host.lines)
                .containsExactly("WARN 2 proxy_set_effective_context: context 99 does not exist"
                        + " (expected: a live context of this VM)");
    }

    @Test
    void done_isTheContextsToAnswer() {
        assertThat(vm.call("proxy_done")).isEqualTo(Status.OK);
        vm.stream.answer = Status.NOT_FOUND;
        assertThat(vm.call("proxy_done")).isEqualTo(Status.NOT_FOUND);
    }
}
