package dev.portafilter.test.conformance;

import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_VM_START;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.OUTSIDE;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.memoryEnd;
import static dev.portafilter.test.guest.Ops.note;
import static dev.portafilter.test.guest.Ops.numbers;
import static dev.portafilter.test.guest.Ops.outLong;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.range;
import static dev.portafilter.test.guest.Ops.raw;
import static dev.portafilter.test.guest.Ops.var;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.portafilter.abi.LogLevel;
import dev.portafilter.resources.ReadOptions;
import dev.portafilter.resources.ResourceReader;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.test.FakeClock;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.RecordingPluginLog;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.guest.GuestModule;
import dev.portafilter.test.guest.Op;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Section 8.4: log, clock, random, environment, WASI. */
class SystemVectorsTest extends VectorSuite {
    /** Where these tests keep their own bytes in the guest's memory. */
    private static final int AREA = 50_000;

    /** What a guest gets when it does this in {@code on_vm_start}. */
    private Play started(Op... ops) {
        return play(guest().on(ON_VM_START, ops));
    }

    private Play started(GuestModule module, Op... ops) {
        return play(module.on(ON_VM_START, ops));
    }

    private static String data(int address, String wat) {
        return "(data (i32.const " + address + ") \"" + wat + "\")\n";
    }

    /** A table of addresses and sizes at {@link #AREA} + 1000. */
    private static String iovecs(int... words) {
        StringBuilder text = new StringBuilder();
        for (int word : words) {
            for (int shift = 0; shift < 32; shift += 8) {
                text.append(String.format("\\%02x", word >>> shift & 0xff));
            }
        }
        return data(AREA + 1000, text.toString());
    }

    private static Op write(int descriptor, int count) {
        return call("fd_write", descriptor, AREA + 1000, count, outWord());
    }

    private static List<RecordingPluginLog.Line> records(Play play) {
        return play.host().log().lines().stream()
                .filter(line -> !line.message().startsWith("on_")
                        && !line.message().startsWith("fd_")
                        && !line.message().startsWith("log "))
                .toList();
    }

    @Vector(56)
    void logLevels_areThoseOfTheRecords() {
        Op[] logs = new Op[6];
        for (int level = 0; level < logs.length; level++) {
            logs[level] = call("log", level, "level " + level);
        }
        assertThat(records(started(logs)))
                .extracting(RecordingPluginLog.Line::level, RecordingPluginLog.Line::message)
                .containsExactly(
                        tuple(LogLevel.TRACE, "level 0"),
                        tuple(LogLevel.DEBUG, "level 1"),
                        tuple(LogLevel.INFO, "level 2"),
                        tuple(LogLevel.WARN, "level 3"),
                        tuple(LogLevel.ERROR, "level 4"),
                        tuple(LogLevel.CRITICAL, "level 5"));
    }

    @Vector(57)
    void logLevel_unknown_isABadArgument() {
        Play play = started(call("log", 6, "no"), call("log", -1, "no"), call("log", 6, range(OUTSIDE, 4)));
        assertThat(play.calls()).containsExactly("log BAD_ARGUMENT", "log BAD_ARGUMENT", "log BAD_ARGUMENT");
    }

    @Vector(58)
    void log_ofNothing_isARecord() {
        Play play = started(call("log", 2, NONE));
        assertThat(play.calls()).containsExactly("", "log OK");
    }

    @Vector(59)
    void log_fromOutsideOfMemory_isRefused() {
        Play play = started(call("log", 2, range(OUTSIDE, 4)), call("log", 2, memoryEnd(-1), numbers(2)));
        assertThat(play.calls()).containsExactly("log INVALID_MEMORY_ACCESS", "log INVALID_MEMORY_ACCESS");
    }

    @Vector(60)
    void log_thatIsNotUtf8_isTakenWithReplacement() {
        Play play = started(call("log", 2, "a\u00ff\u00feb"));
        assertThat(play.calls()).containsExactly("a\ufffd\ufffdb", "log OK");
    }

    @Vector(61)
    void logLevel_ofTheHost_isTold() {
        GuestModule module =
                guest().logsAt(LogLevel.CRITICAL.ordinal()).on(ON_VM_START, call("get_log_level", outWord()));
        for (LogLevel level : LogLevel.values()) {
            Play play = play(TestHost.builder().logLevel(level), spec("p", module));
            assertThat(play.calls()).containsExactly("get_log_level OK " + level.ordinal());
        }
    }

    @Vector(62)
    void currentTime_isWrittenIntoEightBytes() {
        Play play =
                started(call("get_current_time_nanoseconds", outLong()), note("behind", "(i32.load (i32.const 520))"));
        assertThat(play.calls())
                .containsExactly(
                        "get_current_time_nanoseconds OK " + FakeClock.START_WALL_NANOS, "behind " + 0xEEEEEEEEL);
    }

    @Vector(63)
    void currentTime_thatDoesNotFit_isRefused() {
        Play play = started(
                call("get_current_time_nanoseconds", memoryEnd(-4)),
                call("get_current_time_nanoseconds", memoryEnd(-8)));
        assertThat(play.calls())
                .containsExactly(
                        "get_current_time_nanoseconds INVALID_MEMORY_ACCESS", "get_current_time_nanoseconds OK");
    }

    @Vector(64)
    void clocks_areTwo() {
        Play play = started(
                call("clock_time_get", 0, 0, outLong()),
                call("clock_time_get", 1, 0, outLong()),
                call("clock_time_get", 2, 0, outLong()));
        assertThat(play.calls())
                .containsExactly(
                        "clock_time_get 0 " + FakeClock.START_WALL_NANOS,
                        "clock_time_get 0 1000000000",
                        "clock_time_get 58 -");
    }

    @Vector(65)
    void monotonicClock_doesNotGoBack() {
        Play play = play(guest().on(ON_REQUEST_HEADERS, call("clock_time_get", 1, 0, outLong())));
        play.get();
        play.host().clock().advanceNanos(5);
        play.get();
        assertThat(play.calls()).containsExactly("clock_time_get 0 1000000000", "clock_time_get 0 1000000005");
    }

    @Vector(66)
    void random_hasALimit() {
        Play play = started(
                call("random_get", 131_072, 0),
                call("random_get", 131_072, 32),
                call("random_get", 131_072, 65_536),
                call("random_get", 131_072, 66_560));
        assertThat(play.calls()).containsExactly("random_get 0", "random_get 0", "random_get 0", "random_get 28");
    }

    @Vector(67)
    void random_outsideOfMemory_isAFault() {
        Play play = started(call("random_get", OUTSIDE, 32), call("random_get", OUTSIDE, 0));
        assertThat(play.calls()).containsExactly("random_get 21", "random_get 0");
    }

    @Vector(68)
    void environment_isWhatIsConfigured() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("KEY1", "VALUE1");
        environment.put("KEY2", "VALUE2");
        Play play = play(
                guest().on(
                                ON_VM_START,
                                call("environ_sizes_get", outWord(), outWord()),
                                call("environ_get", AREA, AREA + 100),
                                call("log", 2, range(AREA + 100, 24))),
                spec -> spec.environment(environment));
        assertThat(play.calls())
                .containsExactly("environ_sizes_get 0 2 24", "environ_get 0", "KEY1=VALUE1\0KEY2=VALUE2\0", "log OK");
    }

    @Vector(69)
    void environment_notConfigured_isEmpty() {
        Play play = started(call("environ_sizes_get", outWord(), outWord()));
        assertThat(play.calls()).containsExactly("environ_sizes_get 0 0 0");
    }

    /** Names of host variables are copied where resources are read; a name given twice is refused there. */
    @Vector(70)
    void environment_withANameTwice_isRefused() {
        String resource = """
                apiVersion: extensions.istio.io/v1alpha1
                kind: WasmPlugin
                metadata: {name: p}
                spec:
                  url: file:///plugin.wasm
                  vmConfig:
                    env:
                    - {name: HOME, valueFrom: HOST}
                    - {name: HOME, value: /tmp}
                """;
        assertThat(ResourceReader.read("p.yaml", bytes(resource), ReadOptions.DEFAULT)
                        .problems())
                .anyMatch(problem -> problem.toString().contains("stands twice"));
    }

    @Vector(71)
    void standardOutput_isLoggedAsInfo() {
        Play play = started(guest().fields(data(AREA, "hello\\0a") + iovecs(AREA, 6)), write(1, 1));
        assertThat(records(play)).containsExactly(new RecordingPluginLog.Line(LogLevel.INFO, "default.p", 1, "hello"));
        assertThat(play.calls()).contains("fd_write 0 6");
    }

    @Vector(72)
    void standardError_inTwoParts_isOneError() {
        Play play = started(guest().fields(data(AREA, "abc") + iovecs(AREA, 2, AREA + 2, 1)), write(2, 2));
        assertThat(records(play)).containsExactly(new RecordingPluginLog.Line(LogLevel.ERROR, "default.p", 1, "abc"));
        assertThat(play.calls()).contains("fd_write 0 3");
    }

    @Vector(73)
    void otherDescriptors_areNotThere() {
        Play play = started(guest().fields(data(AREA, "abc") + iovecs(AREA, 3)), write(3, 1), write(0, 1));
        assertThat(play.calls()).containsExactly("fd_write 8 -", "fd_write 8 -");
    }

    @Vector(74)
    void lineEnd_isTakenOffOnce() {
        Play play = started(guest().fields(data(AREA, "x\\0a\\0a") + iovecs(AREA, 3)), write(1, 1));
        assertThat(records(play)).extracting(RecordingPluginLog.Line::message).containsExactly("x\n");
    }

    @Vector(75)
    void write_fromOutsideOfMemory_isAFault() {
        Play play = started(
                guest().fields(iovecs(OUTSIDE, 1)),
                write(1, 1),
                call("fd_write", 1, OUTSIDE, 1, outWord()),
                call("fd_write", 1, AREA + 1000, 0x2000_0000, outWord()));
        assertThat(play.calls()).containsExactly("fd_write 21 -", "fd_write 21 -", "fd_write 21 -");
    }

    @Vector(76)
    void write_ofNothing_isNoRecord() {
        Play play = started(write(1, 0));
        assertThat(play.calls()).containsExactly("fd_write 0 0");
    }

    @Vector(77)
    void prestat_hasNoDirectories() {
        assertThat(started(call("fd_prestat_get", 3, AREA)).calls()).containsExactly("fd_prestat_get 8");
    }

    @Vector(78)
    void fdstat_ofStandardOutput_allowsWriting() {
        Play play = started(
                call("fd_fdstat_get", 1, AREA),
                note(
                        "fdstat",
                        "(i32.load8_u (i32.const 50000))",
                        "(i32.load16_u (i32.const 50002))",
                        "(i32.load (i32.const 50008))",
                        "(i32.load (i32.const 50012))",
                        "(i32.load (i32.const 50016))"),
                call("fd_fdstat_get", 0, AREA));
        assertThat(play.calls()).containsExactly("fd_fdstat_get 0", "fdstat 0 0 64 0 0", "fd_fdstat_get 8");
    }

    @Vector(79)
    void poll_doesNotWait() {
        // A subscription to the monotonic clock in ten seconds.
        GuestModule module = guest().fields(data(AREA + 16, "\\01") + data(AREA + 24, "\\00\\e4\\0b\\54\\02"));
        Play play = started(module, call("poll_oneoff", AREA, AREA + 500, 1, outWord()));
        assertThat(play.calls()).containsExactly("poll_oneoff 0 0");
    }

    @Vector(80)
    void files_areNotThere() {
        Play play = started(
                call("path_open", 3, 0, "etc", 0, 0, 0, 0, outWord()),
                call("fd_read", 0, AREA, 1, outWord()),
                call("fd_close", 1));
        assertThat(play.calls()).containsExactly("path_open 44 -", "fd_read 52 -", "fd_close 0");
    }

    @Vector(81)
    void exit_inACallback_failsTheVmOnly() {
        Play play = play(guest().on(ON_REQUEST_HEADERS, call("proc_exit", 1)));
        InMemoryExchange exchange = play.get();
        assertThat(exchange.client().status()).isEqualTo(503);
        assertThat(play.host().status("p").state()).isEqualTo(PluginStatus.State.FAILED);
        assertThat(play.host().status("p").reason()).contains("proc_exit");
    }

    @Vector(82)
    void arguments_areNone() {
        assertThat(started(call("args_sizes_get", outWord(), outWord())).calls())
                .containsExactly("args_sizes_get 0 0 0");
    }

    @Vector(83)
    void numbers_areLittleEndian() {
        Play play = started(
                call("define_metric", 1, "g", outWord()).into("gauge").silently(),
                raw("(drop (call $proxy_record_metric (global.get $gauge) (i64.const -7335632962598440505)))"),
                call("get_metric", var("gauge"), outLong()),
                note(
                        "bytes",
                        "(i32.load8_u (i32.const 512))",
                        "(i32.load8_u (i32.const 513))",
                        "(i32.load8_u (i32.const 518))",
                        "(i32.load8_u (i32.const 519))"),
                call("record_metric", var("gauge"), 3333333333L).silently(),
                call("get_metric", var("gauge"), outLong()));
        // 11111111111111111111 is 0x9A3298AFB5AC71C7.
        assertThat(play.calls())
                .containsExactly(
                        "get_metric OK 11111111111111111111", "bytes 199 113 50 154", "get_metric OK 3333333333");
    }
}
