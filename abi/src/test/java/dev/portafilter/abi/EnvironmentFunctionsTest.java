package dev.portafilter.abi;

import static dev.portafilter.abi.FakeVm.FAR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EnvironmentFunctionsTest {
    private final FakeVm vm = new FakeVm();

    @Test
    void abort_logsCritical_andEndsTheCall() {
        assertAborts("abort: it broke at assembly/index.ts:12:7", string("it broke"), string("assembly/index.ts"));
        assertThat(vm.host.lines).containsExactly("CRITICAL 2 abort: it broke at assembly/index.ts:12:7");
    }

    @Test
    void abort_withoutUsableStrings_isStillAnAbort() {
        assertAborts("abort:  at :12:7", 0, 0);
        assertAborts("abort:  at :12:7", 3, FAR);
        assertAborts("abort:  at :12:7", vm.guest.size() + 4, -1);
        int tooLong = vm.guest.putU32(0x7FFF_FFFF) + 4;
        assertAborts("abort:  at :12:7", tooLong, tooLong);
    }

    @Test
    void abort_withAHugeString_isCut() {
        String text = "x".repeat(Limits.ABORT_TEXT_SIZE);

        assertAborts("abort: " + "x".repeat(Limits.ABORT_TEXT_SIZE / 2) + "… at :12:7", string(text), 0);
    }

    @Test
    void trace_logsTheGivenValues() {
        int message = string("sum");
        double[] values = {1.5, 2, Double.NaN, 4, 5};

        trace(message, 2, values);
        trace(message, 0, values);
        trace(message, 99, values);
        trace(message, -1, values);

        assertThat(vm.host.lines)
                .containsExactly(
                        "TRACE 2 trace: sum 1.5, 2.0",
                        "TRACE 2 trace: sum",
                        "TRACE 2 trace: sum 1.5, 2.0, NaN, 4.0, 5.0",
                        "TRACE 2 trace: sum");
    }

    @Test
    void trace_belowTheHostsLevel_isSilent() {
        vm.host.level = LogLevel.DEBUG;
        trace(string("sum"), 0, new double[5]);
        assertThat(vm.host.lines).isEmpty();
    }

    @Test
    void seed_isADoubleFrom0To1() {
        double seed = Double.longBitsToDouble(vm.environment("seed"));

        assertThat(seed).isBetween(0.0, 1.0).isEqualTo((0x5A5A_5A5A_5A5A_5A5AL >>> 11) / 0x1.0p53);
    }

    @Test
    void threads_areEqualToThemselves() {
        assertThat(vm.environment("pthread_equal", 1, 1)).isEqualTo(1);
        assertThat(vm.environment("pthread_equal", 1, 2)).isZero();
    }

    @Test
    void memoryGrowth_isNoted() {
        assertThat(vm.environment("emscripten_notify_memory_growth", 0)).isZero();
    }

    private void assertAborts(String message, int text, int file) {
        assertThatThrownBy(() -> vm.environment("abort", text, file, 12, 7))
                .isInstanceOf(GuestAbort.class)
                .hasMessage(message);
    }

    private void trace(int message, int count, double[] values) {
        long[] arguments = new long[7];
        arguments[0] = message;
        arguments[1] = count;
        for (int i = 0; i < values.length; i++) {
            arguments[2 + i] = Double.doubleToRawLongBits(values[i]);
        }
        EnvironmentFunctions.of("trace").call(vm.call, arguments);
    }

    /** A string as AssemblyScript keeps it; the address is that of its first character. */
    private int string(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_16LE);
        int address = vm.guest.putU32(bytes.length);
        vm.guest.put(bytes);
        return address + 4;
    }
}
