package dev.portafilter.runtime.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portafilter.abi.Callback;
import dev.portafilter.runtime.vm.GuestFailure.Kind;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors 288, 290, 292, 293 and 295. */
class GuestFailureTest {
    private final Trial trial = new Trial();

    @AfterEach
    void close() {
        trial.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "unreachable | unreachable",
                "memory access out of bounds | (i32.load (i32.const 65533))",
                "memory access out of bounds | (i32.load offset=4294967295 (i32.const 1))",
                "memory access out of bounds | (i32.load offset=2147483647 (i32.const 2147483647))",
                "memory access out of bounds | (i32.load offset=2147483646 (i32.const 2147483647))",
                "memory access out of bounds | (i32.load (i32.const -1))",
                "memory access out of bounds | (i32.store8 (i32.const 65536) (i32.const 1)) (i32.const 0)",
                "memory access out of bounds | (memory.copy (i32.const 0) (i32.const 1) (i32.const 65536)) (i32.const 0)",
                "memory access out of bounds | (memory.copy (i32.const 1) (i32.const 0) (i32.const -1)) (i32.const 0)",
                "memory access out of bounds | (memory.fill (i32.const 1) (i32.const 0) (i32.const -1)) (i32.const 0)",
                "memory access out of bounds | (memory.fill (i32.const 65537) (i32.const 0) (i32.const 0)) (i32.const 0)",
                "memory access out of bounds | (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 5)) (i32.const 0)",
                "memory access out of bounds | (memory.init 0 (i32.const 0) (i32.const -1) (i32.const 4)) (i32.const 0)",
                "divide by zero | (i32.div_u (i32.const 1) (local.get 2))",
                "divide result unrepresentable | (i32.div_s (i32.const 0x80000000) (i32.sub (i32.const -1) (local.get 2)))",
                "float unrepresentable in integer range | (i32.trunc_f32_s (f32.const 1e30))",
                "float unrepresentable in integer range | (i32.trunc_f64_u (f64.const nan))",
                "function signature mismatch | (call_indirect (type $other) (i32.const 0))",
                "table index is out of bounds | (call_indirect (type $same) (i32.const 9))",
                "null function or function signature mismatch | (call_indirect (type $same) (i32.const 1))",
            })
    void trap_ofEachKind_isNamedAsEnvoyNamesIt(String text, String body) throws Exception {
        String fields = "(type $same (func (result i32))) (type $other (func (result i64)))"
                + "(table 2 funcref) (elem (i32.const 0) $f) (func $f (type $same) (i32.const 1))"
                + "(data \"four\")";
        String wrapped = body.contains("$other") ? "(i32.wrap_i64 " + body + ")" : body;
        byte[] code = Wat.plugin(fields, Wat.onRequestHeaders(wrapped));
        for (Trial each : new Trial[] {trial, Trial.interpreted()}) {
            Vm vm = each.start(code);

            GuestFailure failure = catchThrowableOfType(
                    GuestFailure.class, () -> vm.call(Callback.ON_REQUEST_HEADERS, each.stream, 2, 3, 0));

            assertThat(failure.kind()).isEqualTo(Kind.TRAP);
            assertThat(failure).hasMessage("vm \"trial\" proxy_on_request_headers(2): " + text + " (in function 1)");
            assertThat(vm.failed()).isTrue();
            assertThat(vm.failure()).isSameAs(failure);
        }
    }

    @Test
    void failedVm_calledAgain_throwsTheSameAtOnce() throws Exception {
        Vm vm = trial.start(Wat.plugin(
                Wat.onRequestHeaders("unreachable"), Wat.export("proxy_on_done", 1, "(result i32) (i32.const 1)")));
        GuestFailure failure = trial.failure(vm);

        assertThat(catchThrowableOfType(GuestFailure.class, () -> vm.call(Callback.ON_DONE, trial.stream, 2)))
                .isSameAs(failure);
        assertThat(catchThrowableOfType(GuestFailure.class, () -> vm.call(Callback.ON_TICK, trial.stream, 2)))
                .isSameAs(failure);
    }

    @Test
    void failure_withNameSection_namesFunctionsInnermostFirst() throws Exception {
        byte[] code = Wat.plugin(
                "(func $_ZN4core9panicking5panic17h0123456789abcdefE unreachable)",
                "(func $_RNvMNtCs1_4demo4ruleNtB2_4Rule5apply"
                        + " (call $_ZN4core9panicking5panic17h0123456789abcdefE))",
                "(func $_ZN7example6Filter3runEi (param i32) (call $_RNvMNtCs1_4demo4ruleNtB2_4Rule5apply))",
                Wat.onRequestHeaders("(call $_ZN7example6Filter3runEi (i32.const 1)) (i32.const 0)"));
        VmModule module = trial.engine.load(TestSections.withNames(
                code,
                "_ZN4core9panicking5panic17h0123456789abcdefE",
                "_RNvMNtCs1_4demo4ruleNtB2_4Rule5apply",
                "_ZN7example6Filter3runEi"));
        Vm vm = module.instantiate(Trial.OPTIONS, trial.host, trial.vmContext);

        GuestFailure failure = trial.failure(vm);

        assertThat(failure.functions())
                .containsExactly(
                        "core::panicking::panic", "<demo::rule::Rule>::apply", "example::Filter::run", "function 3");
        assertThat(failure)
                .hasMessage("vm \"trial\" proxy_on_request_headers(2): unreachable (in core::panicking::panic)");
        assertThat(failure.report())
                .contains("guest functions, innermost first:", " 0: core::panicking::panic", " 3: function 3");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void recursion_endless_isAStackOverflow(boolean interpreter) throws Exception {
        try (Trial each = interpreter ? Trial.interpreted() : new Trial()) {
            GuestFailure failure = each.failure(
                    "(func $f (param i32) (result i32) (i32.add (i32.const 1) (call $f (local.get 0))))",
                    Wat.onRequestHeaders("(call $f (i32.const 0))"));

            assertThat(failure.kind()).isEqualTo(Kind.STACK_OVERFLOW);
            assertThat(failure).hasMessageContaining("Maximum call stack size exceeded");
            assertThat(failure.functions()).hasSize(20).containsOnly("function 0");
        }
    }

    @Test
    void hostCalls_beforeTheFailure_areListedWithStatuses() throws Exception {
        GuestFailure failure = trial.failure(
                Wat.proxy("log", 3),
                Wat.proxy("get_current_time_nanoseconds", 1),
                "(import \"wasi_unstable\" \"fd_close\" (func $close (param i32) (result i32)))",
                "(import \"wasi_unstable\" \"fd_read\" (func $read (param i32 i32 i32 i32) (result i32)))",
                "(import \"env\" \"proxy_done\" (func $done (result i32)))",
                Wat.onRequestHeaders("(local $i i32) (loop (drop (call $done))"
                        + " (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 20))))"
                        + "(drop (call $close (i32.const 1)))"
                        + "(drop (call $read (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)))"
                        + "(drop (call $log (i32.const 9) (i32.const 0) (i32.const 0)))"
                        + "(drop (call $get_current_time_nanoseconds (i32.const 65535))) unreachable"));

        assertThat(failure.hostCalls())
                .hasSize(16)
                .endsWith(
                        "proxy_done -> OK",
                        "fd_close -> 0",
                        "fd_read -> 52",
                        "proxy_log -> BAD_ARGUMENT",
                        "proxy_get_current_time_nanoseconds -> INVALID_MEMORY_ACCESS");
        assertThat(failure.report()).contains("last host calls, newest last:\n    proxy_done -> OK");
        assertThat(failure.callback()).isEqualTo("proxy_on_request_headers");
        assertThat(failure.contextId()).isEqualTo(2);
    }

    @Test
    void exit_inACallback_isAFailure() throws Exception {
        GuestFailure failure = trial.failure(
                "(import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))",
                Wat.onRequestHeaders("(call $exit (i32.const 0)) (i32.const 0)"));

        assertThat(failure.kind()).isEqualTo(Kind.EXIT);
        assertThat(failure).hasMessageContaining("proc_exit(0)");
    }

    @Test
    void exception_inTheHost_isAFailureWithItsCause() throws Exception {
        GuestFailure failure = trial.failure(
                Wat.proxy("define_metric", 4),
                Wat.onRequestHeaders("(call $define_metric (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0))"));

        assertThat(failure.kind()).isEqualTo(Kind.HOST_ERROR);
        assertThat(failure)
                .hasMessageContaining("proxy_define_metric failed in the host")
                .hasCauseInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void memory_grownBeyondTheCap_staysAsItIs() throws Exception {
        Vm vm = trial.start(
                Wat.plugin(
                        Wat.onRequestHeaders(
                                "(i32.add (memory.grow (i32.const 15)) (i32.add"
                                        + " (memory.grow (i32.const 1)) (i32.add (memory.grow (i32.const -1)) (memory.grow (i32.const 0)))))")));

        assertThat(trial.requestHeaders(vm)).isEqualTo(1 - 1 - 1 + 16);
        assertThat(vm.memorySize()).isEqualTo(16 * 65536);
    }

    @Test
    void table_grownBeyondItsCap_staysAsItIs() throws Exception {
        byte[] code = Wat.plugin(
                "(table 2 funcref)",
                Wat.onRequestHeaders("(i32.add (table.grow 0 (ref.null func) (i32.const 99998))"
                        + " (i32.add (table.grow 0 (ref.null func) (i32.const 1))"
                        + " (table.grow 0 (ref.null func) (i32.const 2147483647))))"));

        assertThat(trial.requestHeaders(trial.start(code))).isEqualTo(2 - 1 - 1);
        // The engine would begin the second instance with the first one's size.
        assertThat(trial.requestHeaders(trial.start(code))).isEqualTo(2 - 1 - 1);
    }

    @Test
    void passiveData_dropped_isDroppedForOneVmOnly() throws Exception {
        byte[] code = Wat.plugin(
                "(data $d \"four\")",
                Wat.onRequestHeaders("(memory.init $d (i32.const 8) (i32.const 0) (i32.const 4)) (data.drop $d)"
                        + " (i32.load8_u (i32.const 8))"));
        Vm first = trial.start(code);
        Vm second = trial.start(code);

        assertThat(trial.requestHeaders(first)).isEqualTo('f');
        assertThat(trial.requestHeaders(second)).isEqualTo('f');
        assertThat(trial.failure(first)).hasMessageContaining("memory access out of bounds");
    }

    @Test
    void activeData_initializedAgain_isGone() throws Exception {
        assertThat(trial.failure(
                        "(data (i32.const 0) \"four\")",
                        Wat.onRequestHeaders(
                                "(memory.init 0 (i32.const 0) (i32.const 0) (i32.const 1)) (i32.const 0)")))
                .hasMessageContaining("memory access out of bounds");
    }

    @Test
    void capabilities_listed_areAllThatWorks() throws Exception {
        byte[] code = Wat.plugin(
                Wat.proxy("done", 0),
                Wat.proxy("get_current_time_nanoseconds", 1),
                "(import \"wasi_unstable\" \"fd_write\" (func $write (param i32 i32 i32 i32) (result i32)))",
                "(import \"wasi_unstable\" \"proc_exit\" (func $exit (param i32)))",
                "(import \"env\" \"pthread_equal\" (func $equal (param i32 i32) (result i32)))",
                Wat.export("proxy_on_tick", 1, "unreachable"),
                Wat.onRequestHeaders(
                        "(call $exit (i32.const 1)) (i32.add (call $get_current_time_nanoseconds (i32.const 0))"
                                + " (i32.add (i32.mul (i32.const 100) (call $write (i32.const 1) (i32.const 0) (i32.const 0)"
                                + " (i32.const 0))) (i32.add (call $done) (call $equal (i32.const 1) (i32.const 2)))))"));
        VmOptions options = new VmOptions("trial", 16, 0, 0, Set.of("proxy_on_request_headers", "proxy_done"));

        Vm vm = trial.start(code, options);

        assertThat(vm.exports(Callback.ON_TICK)).isFalse();
        assertThat(vm.call(Callback.ON_TICK, trial.stream, 2)).isZero();
        assertThat(trial.requestHeaders(vm)).isEqualTo(10 + 100 * 76);
        assertThat(trial.stream.asked).containsExactly("done");
    }

    @Test
    void callback_missing_givesItsDefault() throws Exception {
        Vm vm = trial.start(Wat.plugin());

        assertThat(vm.call(Callback.ON_VM_START, trial.stream, 1, 0)).isEqualTo(1);
        assertThat(vm.call(Callback.ON_REQUEST_BODY, trial.stream, 1, 0, 0)).isZero();
        assertThat(vm.exports(Callback.ON_VM_START)).isFalse();
    }

    @Test
    void callback_ofFiveParameters_getsThemAll() throws Exception {
        Vm vm = trial.start(Wat.plugin(
                "(global $sum (mut i32) (i32.const 0))",
                Wat.export(
                        "proxy_on_http_call_response",
                        5,
                        "(global.set $sum (i32.sub (local.get 4) (i32.sub (local.get 3) (i32.sub (local.get 2)"
                                + " (i32.sub (local.get 1) (local.get 0))))))"),
                Wat.onRequestHeaders("(global.get $sum)")));

        assertThat(vm.call(Callback.ON_HTTP_CALL_RESPONSE, trial.stream, 1, 20, 300, 4000, 50000))
                .isZero();
        assertThat(trial.requestHeaders(vm)).isEqualTo(50000 - (4000 - (300 - (20 - 1))));
    }

    @Test
    void exception_ofTheGuest_uncaught_isAFailure() throws Exception {
        assertThat(new GuestStop(Kind.TRAP, "x").what()).isEqualTo("x");
        FailureCause cause =
                FailureCause.of(new com.dylibso.chicory.runtime.WasmException(null, 0, new long[0]), false, 0);

        assertThat(cause.kind()).isEqualTo(Kind.TRAP);
        assertThat(cause.text()).isEqualTo("uncaught exception");
    }

    @Test
    void outOfMemory_inTheJvm_isAMemoryFailure() {
        assertThat(FailureCause.of(new OutOfMemoryError(), false, 0).kind()).isEqualTo(Kind.MEMORY_LIMIT);
    }
}
