package dev.portafilter.abi;

import static dev.portafilter.abi.FakeVm.FAR;
import static dev.portafilter.abi.FakeVm.OUT;
import static dev.portafilter.abi.FakeVm.OUT2;
import static dev.portafilter.abi.FakeVm.OUT3;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class WasiFunctionsTest {
    private final FakeVm vm = new FakeVm();

    @Test
    void clocks_areRealtimeAndMonotonic_andNoOthers() {
        assertThat(vm.wasi("clock_time_get", 0, 0L, OUT)).isZero();
        assertThat(vm.guest.u64(OUT)).isEqualTo(vm.host.currentTimeNanos);
        assertThat(vm.wasi("clock_time_get", 1, 1000L, OUT)).isZero();
        assertThat(vm.wasi("clock_time_get", 1, 1000L, OUT2)).isZero();
        assertThat(vm.guest.u64(OUT2)).isGreaterThanOrEqualTo(vm.guest.u64(OUT));
        for (int clock : new int[] {2, 3, -1}) {
            assertThat(vm.wasi("clock_time_get", clock, 0L, FAR)).isEqualTo(58);
        }
        assertThat(vm.wasi("clock_time_get", 0, 0L, FAR)).isEqualTo(21);
    }

    @Test
    void clockResolution_isOneNanosecond() {
        assertThat(vm.wasi("clock_res_get", 0, OUT)).isZero();
        assertThat(vm.guest.u64(OUT)).isEqualTo(1);
        assertThat(vm.wasi("clock_res_get", 1, FAR)).isEqualTo(21);
        assertThat(vm.wasi("clock_res_get", 2, OUT2)).isEqualTo(58);
    }

    @Test
    void random_isGivenUpTo64KiB() {
        vm.guest.growBy(128 * 1024);
        int buffer = 64 * 1024;

        assertThat(vm.wasi("random_get", buffer, 0)).isZero();
        assertThat(vm.guest.unwritten(buffer, 1)).isTrue();
        assertThat(vm.wasi("random_get", buffer, 32)).isZero();
        assertThat(vm.guest.bytes(buffer, 32)).containsOnly(0x5A);
        assertThat(vm.guest.unwritten(buffer + 32, 1)).isTrue();
        assertThat(vm.wasi("random_get", buffer, 65536)).isZero();
        assertThat(vm.wasi("random_get", buffer, 65537)).isEqualTo(28);
        assertThat(vm.wasi("random_get", buffer, -1)).isEqualTo(28);
        assertThat(vm.wasi("random_get", FAR, 8)).isEqualTo(21);
        assertThat(vm.wasi("random_get", FAR, 0)).isZero();
    }

    @Test
    void environment_isWhatWasConfigured() {
        vm.host.environment.addAll(List.of("KEY1=VALUE1", "KEY2=ä"));

        assertThat(vm.wasi("environ_sizes_get", OUT, OUT2)).isZero();
        assertThat(vm.words()).isEqualTo("2/20");
        assertThat(vm.wasi("environ_get", 1000, 2000)).isZero();
        assertThat(vm.guest.u32(1000)).isEqualTo(2000);
        assertThat(vm.guest.u32(1004)).isEqualTo(2012);
        assertThat(vm.guest.text(2000, 20)).isEqualTo("KEY1=VALUE1\0KEY2=Ã¤\0");
        assertThat(vm.guest.unwritten(1008, 8)).isTrue();
        assertThat(vm.guest.unwritten(2020, 8)).isTrue();
    }

    @Test
    void environment_toBadAddresses_is21() {
        vm.host.environment.add("A=B");

        assertThat(vm.wasi("environ_get", FAR, 2000)).isEqualTo(21);
        assertThat(vm.wasi("environ_get", 1000, FAR)).isEqualTo(21);
        assertThat(vm.wasi("environ_get", 1000, vm.guest.size() - 3)).isEqualTo(21);
        assertThat(vm.wasi("environ_sizes_get", FAR, OUT)).isEqualTo(21);
        assertThat(vm.wasi("environ_sizes_get", OUT, FAR)).isEqualTo(21);
    }

    @Test
    void noEnvironment_is0And0_andAddressesAreNotLookedAt() {
        assertThat(vm.wasi("environ_sizes_get", OUT, OUT2)).isZero();
        assertThat(vm.words()).isEqualTo("0/0");
        assertThat(vm.wasi("environ_get", FAR, FAR)).isZero();
    }

    @Test
    void arguments_areNone() {
        assertThat(vm.wasi("args_sizes_get", OUT, OUT2)).isZero();
        assertThat(vm.words()).isEqualTo("0/0");
        assertThat(vm.wasi("args_sizes_get", FAR, OUT2)).isEqualTo(21);
        assertThat(vm.wasi("args_get", FAR, FAR)).isZero();
    }

    @Test
    void write_toStandardOutput_isAnInfoLine() {
        assertThat(write(1, "hello\n")).isZero();
        assertThat(vm.guest.u32(OUT)).isEqualTo(6);
        assertThat(vm.host.lines).containsExactly("INFO 2 hello");
    }

    @Test
    void write_ofSeveralParts_isOneLine() {
        assertThat(write(2, "ab", "c")).isZero();
        assertThat(write(2, "", "a", "", "b\n", "")).isZero();
        assertThat(vm.host.lines).containsExactly("ERROR 2 abc", "ERROR 2 ab");
        assertThat(vm.guest.u32(OUT)).isEqualTo(3);
    }

    @Test
    void write_toOtherDescriptors_is8_andWritesNothing() {
        for (int descriptor : new int[] {0, 3, -1}) {
            assertThat(vm.wasi("fd_write", descriptor, FAR, 1, OUT)).isEqualTo(8);
        }
        assertThat(vm.unwritten()).isTrue();
        assertThat(vm.host.lines).isEmpty();
    }

    @Test
    void write_losesExactlyOneNewline() {
        write(1, "x\n\n");
        write(1, "\n");
        write(1, "y\r\n");
        assertThat(vm.host.lines).containsExactly("INFO 2 x\n", "INFO 2 ", "INFO 2 y\r");
    }

    @Test
    void write_ofBadRanges_is21_withoutALine() {
        assertThat(vm.wasi("fd_write", 1, FAR, 1, OUT)).isEqualTo(21);
        assertThat(vm.wasi("fd_write", 1, 640, -1, OUT)).isEqualTo(21);
        assertThat(vm.wasi("fd_write", 1, 640, 0x2000_0001, OUT)).isEqualTo(21);
        assertThat(vm.wasi("fd_write", 1, vm.guest.putU32(FAR, 1), 1, OUT)).isEqualTo(21);
        assertThat(vm.wasi("fd_write", 1, vm.guest.putU32(640, -1), 1, OUT)).isEqualTo(21);
        assertThat(vm.wasi("fd_write", 1, vm.guest.putU32(640, 1, FAR, 1), 2, OUT))
                .isEqualTo(21);
        assertThat(vm.wasi("fd_write", 1, vm.guest.size() - 7, 1, OUT)).isEqualTo(21);
        assertThat(vm.unwritten()).isTrue();
        assertThat(vm.host.lines).isEmpty();
    }

    @Test
    void write_withABadCountAddress_is21() {
        assertThat(vm.wasi("fd_write", 1, 640, 0, FAR)).isEqualTo(21);
        assertThat(vm.wasi("fd_write", 1, vm.guest.putU32(640, 1), 1, FAR)).isEqualTo(21);
    }

    @Test
    void write_ofNothing_isNoLine() {
        assertThat(vm.wasi("fd_write", 1, 640, 0, OUT)).isZero();
        assertThat(vm.guest.u32(OUT)).isZero();
        assertThat(write(1, "", "")).isZero();
        assertThat(vm.host.lines).isEmpty();
    }

    @Test
    void write_ofOverlappingParts_keepsOnlySoMuch() {
        int part = 60 * 1024;
        int[] iovecs = new int[2 * 100];
        for (int i = 0; i < iovecs.length; i += 2) {
            iovecs[i + 1] = part;
        }

        assertThat(vm.wasi("fd_write", 1, vm.guest.putU32(iovecs), 100, OUT)).isZero();

        assertThat(vm.guest.u32(OUT)).isEqualTo(100 * part);
        assertThat(vm.host.lines).singleElement().asString().hasSizeLessThan(Limits.LOG_MESSAGE_SIZE + 40);
    }

    @Test
    void write_ofMoreThan2GiB_is28() {
        vm.guest.growBy(1 << 20);
        int[] iovecs = new int[2 * 4096];
        for (int i = 0; i < iovecs.length; i += 2) {
            iovecs[i + 1] = 1 << 20;
        }

        assertThat(vm.wasi("fd_write", 1, vm.guest.putU32(iovecs), 4096, OUT)).isEqualTo(28);
        assertThat(vm.host.lines).isEmpty();
    }

    @Test
    void write_belowTheHostsLevel_stillCounts() {
        vm.host.level = LogLevel.ERROR;

        assertThat(write(1, "hello")).isZero();

        assertThat(vm.guest.u32(OUT)).isEqualTo(5);
        assertThat(vm.host.lines).isEmpty();
    }

    @Test
    void writeAtOffset_isAWrite() {
        int text = vm.guest.put(FakeVm.latin1("hi"));

        assertThat(vm.wasi("fd_pwrite", 1, vm.guest.putU32(text, 2), 1, 77L, OUT))
                .isZero();

        assertThat(vm.guest.u32(OUT)).isEqualTo(2);
        assertThat(vm.host.lines).containsExactly("INFO 2 hi");
    }

    @Test
    void descriptors_areAsGoExpectsAtStart() {
        for (int descriptor = 0; descriptor < 5; descriptor++) {
            assertThat(vm.wasi("fd_prestat_get", descriptor, OUT)).isEqualTo(8);
        }
        assertThat(vm.wasi("fd_prestat_dir_name", 3, OUT, 4)).isEqualTo(52);
        assertThat(vm.wasi("fd_fdstat_set_flags", 1, 0)).isEqualTo(52);
    }

    @Test
    void descriptorStatus_isAStreamThatCanBeWritten() {
        assertThat(vm.wasi("fd_fdstat_get", 1, 1000)).isZero();
        assertThat(vm.guest.u64(1000)).isZero();
        assertThat(vm.guest.u64(1008)).isEqualTo(64);
        assertThat(vm.guest.u64(1016)).isZero();
        assertThat(vm.guest.unwritten(1024, 8)).isTrue();
        assertThat(vm.wasi("fd_fdstat_get", 0, 1100)).isEqualTo(8);
        assertThat(vm.guest.unwritten(1100, 24)).isTrue();
        assertThat(vm.wasi("fd_fdstat_get", 2, FAR)).isZero();
        assertThat(vm.wasi("fd_fdstat_get", 1, vm.guest.size() - 23)).isZero();
        assertThat(vm.guest.unwritten(vm.guest.size() - 23, 23)).isTrue();
    }

    @Test
    void poll_returnsAtOnceWithNothing() {
        assertThat(vm.wasi("poll_oneoff", FAR, FAR, 1, OUT)).isZero();
        assertThat(vm.guest.u32(OUT)).isZero();
        assertThat(vm.wasi("poll_oneoff", 900, 1000, 1, FAR)).isEqualTo(21);
    }

    @Test
    void filesAndSockets_areNotThere() {
        assertThat(vm.wasi("path_open", 3, 0, "path", 0, 0L, 0L, 0, OUT)).isEqualTo(44);
        assertThat(vm.wasi("fd_read", 0, 640, 1, OUT)).isEqualTo(52);
        assertThat(vm.wasi("fd_pread", 1, 640, 1, 0L, OUT)).isEqualTo(52);
        assertThat(vm.wasi("fd_seek", 9, 5L, 0, OUT)).isZero();
        assertThat(vm.wasi("fd_close", 9)).isZero();
        assertThat(vm.wasi("fd_filestat_get", 1, OUT)).isEqualTo(8);
        assertThat(vm.wasi("fd_advise", 9, 0L, 0L, 0)).isZero();
        assertThat(vm.wasi("path_link", 3, 0, "a", 3, "b")).isEqualTo(58);
        assertThat(vm.wasi("path_symlink", "a", 3, "b")).isEqualTo(58);
        assertThat(vm.wasi("sock_shutdown", 1, 0)).isEqualTo(58);
        assertThat(vm.wasi("proc_raise", 9)).isEqualTo(52);
        assertThat(vm.wasi("sched_yield")).isZero();
        assertThat(vm.unwritten()).isTrue();
    }

    @Test
    void descriptorCalls_knowOnlyOutputs() {
        for (String function : List.of("fd_sync", "fd_datasync")) {
            assertThat(vm.wasi(function, 1)).isZero();
            assertThat(vm.wasi(function, 3)).isEqualTo(8);
        }
        for (String function : List.of("fd_allocate", "fd_fdstat_set_rights")) {
            assertThat(vm.wasi(function, 2, 0L, 0L)).isZero();
            assertThat(vm.wasi(function, 0, 0L, 0L)).isEqualTo(8);
        }
        assertThat(vm.wasi("fd_filestat_set_size", 1, 0L)).isZero();
        assertThat(vm.wasi("fd_filestat_set_times", 3, 0L, 0L, 0)).isEqualTo(8);
        assertThat(vm.wasi("fd_renumber", 1, 2)).isEqualTo(58);
        assertThat(vm.wasi("fd_renumber", 3, 2)).isEqualTo(8);
        assertThat(vm.wasi("fd_tell", 1, OUT)).isZero();
        assertThat(vm.guest.u64(OUT)).isZero();
        assertThat(vm.wasi("fd_tell", 3, OUT2)).isEqualTo(8);
        assertThat(vm.wasi("fd_tell", 1, FAR)).isEqualTo(21);
    }

    @Test
    void outWords_areZeroedWhereTheReferenceHostDoes() {
        assertThat(vm.wasi("fd_readdir", 3, 900, 100, 0L, OUT)).isEqualTo(20);
        assertThat(vm.guest.u32(OUT)).isZero();
        assertThat(vm.wasi("path_readlink", 3, "p", 1000, 10, OUT2)).isEqualTo(58);
        assertThat(vm.guest.u32(OUT2)).isZero();
        assertThat(vm.wasi("sock_accept", 1, 0, OUT3)).isEqualTo(58);
        assertThat(vm.guest.u32(OUT3)).isZero();
        assertThat(vm.wasi("sock_send", 1, 640, 0, 0, 600)).isEqualTo(58);
        assertThat(vm.guest.u32(600)).isZero();
        assertThat(vm.wasi("sock_recv", 1, 640, 0, 0, 604, 608)).isEqualTo(58);
        assertThat(vm.guest.u32(604)).isZero();
        assertThat(vm.guest.u32(608)).isEqualTo(0xEEEE_0000);
        assertThat(vm.wasi("sock_recv", 1, 640, 0, 0, 604, FAR)).isEqualTo(21);
    }

    @Test
    void exit_isThrown_withItsCode() {
        assertThatThrownBy(() -> vm.wasi("proc_exit", 3))
                .isInstanceOf(GuestExit.class)
                .hasMessage("the guest called proc_exit(3)")
                .satisfies(thrown -> assertThat(((GuestExit) thrown).code()).isEqualTo(3));
        assertThat(WasiFunctions.of("proc_exit").hasResult()).isFalse();
    }

    @Test
    void refusal_is76() {
        assertThat(WasiFunction.REFUSED).isEqualTo(76);
    }

    private int write(int descriptor, String... parts) {
        int[] iovecs = new int[2 * parts.length];
        for (int i = 0; i < parts.length; i++) {
            iovecs[2 * i] = vm.guest.put(FakeVm.latin1(parts[i]));
            iovecs[2 * i + 1] = parts[i].length();
        }
        return vm.wasi("fd_write", descriptor, vm.guest.putU32(iovecs), parts.length, OUT);
    }
}
