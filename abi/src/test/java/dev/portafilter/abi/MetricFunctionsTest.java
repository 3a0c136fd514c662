package dev.portafilter.abi;

import static dev.portafilter.abi.FakeVm.FAR;
import static dev.portafilter.abi.FakeVm.OUT;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MetricFunctionsTest {
    private final FakeVm vm = new FakeVm();

    @Test
    void definedMetrics_haveTheirTypeInTheLowBits() {
        for (int type = 0; type < 3; type++) {
            assertThat(define(type, "m" + type) & 3).isEqualTo(type);
        }
        assertThat(vm.host.metricNames).containsExactly("m0", "m1", "m2");
    }

    @Test
    void typeAbove2_isBadArgument_afterTheRangeOfTheName() {
        assertThat(vm.call("proxy_define_metric", 3, "m", OUT)).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(vm.call("proxy_define_metric", -1, "m", FAR)).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(vm.call("proxy_define_metric", 3, FAR, 1, OUT)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.unwritten()).isTrue();
    }

    @Test
    void badIdAddress_isInvalidMemoryAccess() {
        assertThat(vm.call("proxy_define_metric", 0, "m", FAR)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
    }

    @Test
    void overTheLimit_isInternalFailure() {
        vm.host.full = true;
        assertThat(vm.call("proxy_define_metric", 0, "m", OUT)).isEqualTo(Status.INTERNAL_FAILURE);
    }

    @Test
    void sixtyFourBits_passBothWays() {
        int id = define(1, "gauge");

        assertThat(vm.call("proxy_record_metric", id, 0x1_0000_0005L)).isEqualTo(Status.OK);
        assertThat(vm.call("proxy_increment_metric", id, -2L)).isEqualTo(Status.OK);
        assertThat(vm.call("proxy_get_metric", id, OUT)).isEqualTo(Status.OK);

        assertThat(vm.guest.u64(OUT)).isEqualTo(0x1_0000_0003L);
    }

    @Test
    void statuses_areThoseOfTheMetrics() {
        int histogram = define(2, "h");

        assertThat(vm.call("proxy_get_metric", histogram, FAR)).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(vm.call("proxy_get_metric", 400, FAR)).isEqualTo(Status.NOT_FOUND);
        assertThat(vm.call("proxy_increment_metric", 400, 0L)).isEqualTo(Status.NOT_FOUND);
        assertThat(vm.call("proxy_record_metric", 400, 0L)).isEqualTo(Status.NOT_FOUND);
    }

    @Test
    void value_fourBytesBeforeTheEnd_isInvalidMemoryAccess() {
        int id = define(0, "c");

        assertThat(vm.call("proxy_get_metric", id, vm.guest.size() - 4)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
    }

    private int define(int type, String name) {
        assertThat(vm.call("proxy_define_metric", type, name, OUT)).isEqualTo(Status.OK);
        return vm.guest.u32(OUT);
    }
}
