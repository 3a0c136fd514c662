package dev.portafilter.runtime.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors 23 to 29, and 291. */
class StartTest {
    private static final String COUNTER = "(global $count (mut i32) (i32.const 0))"
            + "(func $note (param i32)"
            + " (global.set $count (i32.add (i32.mul (global.get $count) (i32.const 10)) (local.get 0))))"
            + Wat.onRequestHeaders("(global.get $count)");
    private static final String INITIALIZE = Wat.export("_initialize", 0, "(call $note (i32.const 1))");
    private static final String MAIN = Wat.export("main", 2, "(result i32) (call $note (i32.const 2)) (i32.const 5)");
    private static final String MAIN_VOID =
            Wat.export("__main_void", 0, "(result i32) (call $note (i32.const 3)) (i32.const 5)");
    private static final String START = Wat.export("_start", 0, "(call $note (i32.const 4))");

    private final Trial trial = new Trial();

    @AfterEach
    void close() {
        trial.close();
    }

    private GuestFailure failure(String... fields) throws ModuleException {
        VmModule module = trial.engine.load(Wat.plugin(fields));
        return catchThrowableOfType(
                GuestFailure.class, () -> module.instantiate(Trial.OPTIONS, trial.host, trial.vmContext));
    }

    @Test
    void initializeAndStart_onlyInitializeRuns() throws Exception {
        assertThat(trial.result(COUNTER, START, INITIALIZE)).isEqualTo(1);
    }

    @Test
    void initializeAndBothMains_mainRunsAfterwards() throws Exception {
        assertThat(trial.result(COUNTER, MAIN_VOID, MAIN, INITIALIZE)).isEqualTo(12);
    }

    @Test
    void initializeAndVoidMain_voidMainRunsAfterwards() throws Exception {
        assertThat(trial.result(COUNTER, MAIN_VOID, INITIALIZE)).isEqualTo(13);
    }

    @Test
    void main_ofAnotherType_isNotCalled() throws Exception {
        assertThat(trial.result(COUNTER, Wat.export("main", 0, "(call $note (i32.const 9))"), INITIALIZE))
                .isEqualTo(1);
    }

    @Test
    void main_withoutInitialize_isNotCalled() throws Exception {
        assertThat(trial.result(COUNTER, MAIN)).isZero();
        assertThat(trial.result(COUNTER, MAIN, START)).isEqualTo(4);
    }

    @Test
    void start_alone_runsOnce() throws Exception {
        assertThat(trial.result(COUNTER, START)).isEqualTo(4);
    }

    @Test
    void log_inInitialize_isAllowed() throws Exception {
        trial.start(Wat.plugin(
                Wat.proxy("log", 3),
                "(data (i32.const 0) \"hello\")",
                Wat.export("_initialize", 0, "(drop (call $log (i32.const 2) (i32.const 0) (i32.const 5)))")));

        assertThat(trial.host.log).containsExactly("INFO hello");
    }

    @Test
    void log_inStartSection_isAllowed() throws Exception {
        trial.start(Wat.plugin(
                Wat.proxy("log", 3),
                "(data (i32.const 0) \"hello\") (start $s)",
                "(func $s (drop (call $log (i32.const 2) (i32.const 0) (i32.const 5))))"));

        assertThat(trial.host.log).containsExactly("INFO hello");
    }

    @Test
    void logLevel_inStartSection_traps() throws Exception {
        GuestFailure failure = failure(
                Wat.proxy("get_log_level", 1), "(start $s) (func $s (drop (call $get_log_level (i32.const 0))))");

        assertThat(failure.kind()).isEqualTo(GuestFailure.Kind.RESTRICTED_CALL);
        assertThat(failure).hasMessageContaining("proxy_get_log_level may not be called in the start section");
        assertThat(failure.callback()).isEqualTo("start section");
    }

    @Test
    void logLevel_inInitialize_isAllowed() throws Exception {
        assertThat(failure(
                        Wat.proxy("get_log_level", 1),
                        Wat.export("_initialize", 0, "(drop (call $get_log_level (i32.const 0)))")))
                .isNull();
    }

    @Test
    void sharedData_inInitialize_traps() throws Exception {
        GuestFailure failure = failure(
                Wat.proxy("set_shared_data", 5),
                Wat.export(
                        "_initialize",
                        0,
                        "(drop (call $set_shared_data (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)"
                                + " (i32.const 0)))"));

        assertThat(failure.kind()).isEqualTo(GuestFailure.Kind.RESTRICTED_CALL);
        assertThat(failure)
                .hasMessage("vm \"trial\" _initialize(0): proxy_set_shared_data may not be called before the first"
                        + " callback (in function 1)");
        assertThat(failure.hostCalls()).containsExactly("proxy_set_shared_data");
    }

    @ParameterizedTest
    @ValueSource(strings = {"_start", "_initialize"})
    void exitWithZero_inTheStart_isItsEnd(String function) throws Exception {
        int result = trial.result(
                "(import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))",
                COUNTER,
                Wat.export(function, 0, "(call $note (i32.const 7)) (call $exit (i32.const 0)) unreachable"));

        assertThat(result).isEqualTo(7);
    }

    @Test
    void exitWithOther_inTheStart_isAFailure() throws Exception {
        GuestFailure failure = failure(
                "(import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))",
                Wat.export("_start", 0, "(call $exit (i32.const 3))"));

        assertThat(failure.kind()).isEqualTo(GuestFailure.Kind.EXIT);
        assertThat(failure).hasMessageContaining("_start(0): proc_exit(3)");
    }

    @Test
    void trap_inInitialize_isAFailure() throws Exception {
        GuestFailure failure = failure(Wat.export("_initialize", 0, "unreachable"));

        assertThat(failure.kind()).isEqualTo(GuestFailure.Kind.TRAP);
        assertThat(failure).hasMessageStartingWith("vm \"trial\" _initialize(0): unreachable");
    }

    @Test
    void trap_inStartSection_isAFailureThatNamesTheFunction() throws Exception {
        GuestFailure failure = failure("(start 0) (func unreachable)");

        assertThat(failure.kind()).isEqualTo(GuestFailure.Kind.TRAP);
        assertThat(failure).hasMessage("vm \"trial\" start section(0): unreachable (in function 0)");
    }

    @Test
    void data_thatDoesNotFit_isAFailure() throws Exception {
        GuestFailure failure = failure("(data (i32.const 65534) \"four\")");

        assertThat(failure.kind()).isEqualTo(GuestFailure.Kind.TRAP);
        assertThat(failure).hasMessageContaining("memory access out of bounds");
    }

    @Test
    void memory_largerThanTheCapAtStart_isAFailure() throws Exception {
        VmModule module = trial.engine.load(Wat.module(Wat.VERSION, Wat.ALLOCATOR, "(memory 17)"));

        GuestFailure failure = catchThrowableOfType(
                GuestFailure.class, () -> module.instantiate(Trial.OPTIONS, trial.host, trial.vmContext));

        assertThat(failure.kind()).isEqualTo(GuestFailure.Kind.MEMORY_LIMIT);
        assertThat(failure).hasMessageContaining("17 pages at start (expected: at most 16)");
    }

    @Test
    void loop_inTheStart_isEndedByItsDeadline() throws Exception {
        VmModule module = trial.engine.load(Wat.plugin(Wat.export("_start", 0, "(loop (br 0))")));
        VmOptions options = new VmOptions("trial", 16, 0, 20, Set.of());

        GuestFailure failure = catchThrowableOfType(
                GuestFailure.class, () -> module.instantiate(options, trial.host, trial.vmContext));

        assertThat(failure.kind()).isEqualTo(GuestFailure.Kind.DEADLINE);
        assertThat(failure).hasMessageContaining("_start(0): ran longer than its 20 ms");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
}
