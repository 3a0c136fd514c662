package dev.portafilter.abi;

import static dev.portafilter.abi.FakeVm.FAR;
import static dev.portafilter.abi.FakeVm.OUT;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LogFunctionsTest {
    private final FakeVm vm = new FakeVm();

    @Test
    void levels0To5_areTraceToCritical() {
        for (int level = 0; level <= 5; level++) {
            assertThat(vm.call("proxy_log", level, "m")).isEqualTo(Status.OK);
        }

        assertThat(vm.host.lines)
                .containsExactly("TRACE 2 m", "DEBUG 2 m", "INFO 2 m", "WARN 2 m", "ERROR 2 m", "CRITICAL 2 m");
    }

    @Test
    void levelAbove5_isBadArgument_evenWithABadRange() {
        assertThat(vm.call("proxy_log", 6, FAR, 1)).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(vm.call("proxy_log", -1, "m")).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(vm.host.lines).isEmpty();
    }

    @Test
    void emptyMessage_atAddress0_isLogged() {
        assertThat(vm.call("proxy_log", 2, 0, 0)).isEqualTo(Status.OK);
        assertThat(vm.host.lines).containsExactly("INFO 2 ");
    }

    @Test
    void range_pastTheEnd_isInvalidMemoryAccess() {
        assertThat(vm.call("proxy_log", 2, vm.guest.size() - 2, 3)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
        assertThat(vm.host.lines).isEmpty();
    }

    @Test
    void malformedUtf8_isReplaced() {
        assertThat(vm.call("proxy_log", 2, new byte[] {'a', (byte) 0xC3, '(', (byte) 0xFF}))
                .isEqualTo(Status.OK);
        assertThat(vm.host.lines).containsExactly("INFO 2 a\uFFFD(\uFFFD");
    }

    @Test
    void utf8_isDecoded() {
        vm.call("proxy_log", 2, new byte[] {(byte) 0xC3, (byte) 0xA4});
        assertThat(vm.host.lines).containsExactly("INFO 2 ä");
    }

    @Test
    void levelBelowTheHosts_isNotDecoded_butOk() {
        vm.host.level = LogLevel.WARN;

        assertThat(vm.call("proxy_log", 2, "m")).isEqualTo(Status.OK);

        assertThat(vm.host.lines).isEmpty();
    }

    @Test
    void effectiveContext_doesNotChangeWhoLogs() {
        vm.call("proxy_set_effective_context", FakeVm.ROOT);
        vm.call("proxy_log", 2, "m");

        assertThat(vm.host.lines).containsExactly("INFO 2 m");
    }

    @Test
    void hugeMessage_isCut() {
        byte[] message = new byte[Limits.LOG_MESSAGE_SIZE + 1];
        Arrays.fill(message, (byte) 'x');

        assertThat(vm.call("proxy_log", 2, message)).isEqualTo(Status.OK);

        assertThat(vm.host.lines.get(0))
                .hasSizeLessThan(Limits.LOG_MESSAGE_SIZE + 40)
                .endsWith("x… (cut; 1048577 bytes)");
    }

    @Test
    void getLogLevel_isTheHosts() {
        vm.host.level = LogLevel.WARN;

        assertThat(vm.call("proxy_get_log_level", OUT)).isEqualTo(Status.OK);

        assertThat(vm.guest.u32(OUT)).isEqualTo(3);
        assertThat(vm.call("proxy_get_log_level", FAR)).isEqualTo(Status.INVALID_MEMORY_ACCESS);
    }
}
