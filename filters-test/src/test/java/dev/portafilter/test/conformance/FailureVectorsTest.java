package dev.portafilter.test.conformance;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_CONTEXT_CREATE;
import static dev.portafilter.abi.Callback.ON_LOG;
import static dev.portafilter.abi.Callback.ON_REQUEST_BODY;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_RESPONSE_HEADERS;
import static dev.portafilter.abi.Callback.ON_TICK;
import static dev.portafilter.abi.Callback.ON_VM_START;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.GuestModule.listener;
import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.atCall;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.note;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outLong;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.raw;
import static dev.portafilter.test.guest.Ops.returns;
import static dev.portafilter.test.guest.Ops.set;
import static dev.portafilter.test.guest.Ops.steps;
import static dev.portafilter.test.guest.Ops.trap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.LogLevel;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.PluginLimits;
import dev.portafilter.runtime.service.SingleThreadWorkerExecutor;
import dev.portafilter.runtime.stream.Worker;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.guest.GuestModule;
import dev.portafilter.test.guest.Op;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Section 8.17: failure and limits. */
class FailureVectorsTest extends VectorSuite {
    /** Traps when the request asks for it. */
    private static final Op TRAP_WHEN_ASKED = steps(
            call("get_header_map_value", 0, "x-trap", outBytes()).silently(),
            raw("(if (i32.ne (i32.load (i32.const 520)) (i32.const 0xEEEEEEEE)) (then unreachable))"));

    private Play play(FailurePolicy policy, GuestModule module) {
        return play(module, spec -> spec.failurePolicy(policy));
    }

    private static long hostCounter(Play play, String name) {
        return play.host().host().services().metrics().hostSamples().stream()
                .filter(sample -> sample.name().equals(name))
                .mapToLong(sample -> sample.value())
                .sum();
    }

    @Vector(281)
    void trap_failClosed_isAServiceUnavailable() {
        Play play = play(
                spec("a", guest().on(ON_REQUEST_HEADERS, trap())),
                spec("b", guest().on(ON_LOG, call("get_property", "response\0code_details", outBytes()))));
        InMemoryExchange exchange = play.get();
        assertThat(exchange.client().status()).isEqualTo(503);
        assertThat(exchange.client().body()).isEmpty();
        assertThat(exchange.upstream().headers()).isNull();
        assertThat(play.lines("b")).containsExactly("on_log 2", "get_property OK \"wasm_fail_stream\"");
        InMemoryExchange grpc = play.open().post("/s/m", "content-type", "application/grpc");
        assertThat(grpc.client().header("grpc-status")).isEqualTo("14");
    }

    @Vector(282)
    void trap_failOpen_keepsEarlierEdits() {
        Play play = play(
                FailurePolicy.FAIL_OPEN,
                guest().on(ON_REQUEST_HEADERS, call("add_header_map_value", 0, "x-before", "1"), trap()));
        InMemoryExchange exchange = play.get();
        assertThat(exchange.client().status()).isEqualTo(200);
        assertThat(exchange.upstream().header("x-before")).isEqualTo("1");
        assertThat(play.get().upstream().header("x-before")).isNull();
    }

    @Vector(283)
    void reply_beforeATrap_isLostOrSentByPolicy() {
        GuestModule module =
                guest().on(ON_REQUEST_HEADERS, call("send_local_response", 418, NONE, "tea", NONE, -1), trap());
        assertThat(play(FailurePolicy.FAIL_CLOSED, module).get().client().status())
                .isEqualTo(503);
        InMemoryExchange open = play(FailurePolicy.FAIL_OPEN, module).get();
        assertThat(open.client().status()).isEqualTo(418);
        assertThat(open.client().bodyText()).isEqualTo("tea");
    }

    @Vector(284)
    void failedVm_hearsNothingMore() {
        GuestModule module = listener()
                .on(ON_CONFIGURE, call("set_tick_period_milliseconds", 10).silently())
                .on(ON_TICK)
                .on(ON_REQUEST_HEADERS, trap());
        for (FailurePolicy policy : FailurePolicy.values()) {
            Play play = play(policy, module).forget();
            play.get();
            play.host().advanceMillis(100);
            assertThat(play.lines()).containsExactly("on_context_create 2 1", "on_request_headers 2 4 1");
        }
    }

    @Vector(285)
    void laterStreams_goByPolicyWithoutTheGuest() {
        GuestModule module = listener().on(ON_REQUEST_HEADERS, trap());
        Play closed = play(FailurePolicy.FAIL_CLOSED, module);
        closed.get();
        assertThat(closed.forget().get().client().status()).isEqualTo(503);
        assertThat(closed.lines()).isEmpty();
        Play open = play(FailurePolicy.FAIL_OPEN, module);
        open.get();
        assertThat(open.forget().get().client().status()).isEqualTo(200);
        assertThat(open.lines()).isEmpty();
    }

    @Vector(286)
    void reload_givesANewInstanceWhenTheBackOffAllows() {
        Play play = play(
                FailurePolicy.FAIL_RELOAD,
                listener()
                        .on(
                                ON_REQUEST_HEADERS,
                                set("seen", "(i32.add (global.get $seen) (i32.const 1))"),
                                note("seen", "(global.get $seen)"),
                                call("get_shared_data", "k", outBytes(), outWord()),
                                call("set_shared_data", "k", "v", 0).silently(),
                                TRAP_WHEN_ASKED));
        play.host().advanceMillis(2_500);
        assertThat(play.get("x-trap", "1").client().status()).isEqualTo(503);
        play.forget();
        assertThat(play.get().client().status()).isEqualTo(200);
        assertThat(play.lines())
                .startsWith(
                        "on_context_create 1 0",
                        "on_vm_start 1 0",
                        "on_configure 1 0",
                        "on_context_create 2 1",
                        "on_request_headers 2 4 1",
                        "seen 1",
                        "get_shared_data OK \"v\" 1");
        assertThat(play.get("x-trap", "1").client().status()).isEqualTo(503);
        play.host().advanceMillis(100);
        assertThat(play.get().client().status()).isEqualTo(503);
        play.host().advanceMillis(2_000);
        assertThat(play.get().client().status()).isEqualTo(200);
        assertThat(hostCounter(play, "portafilter_vm_reload_success_total")).isEqualTo(2);
        assertThat(hostCounter(play, "portafilter_vm_reload_back_off_total")).isEqualTo(1);
        String envoy = "wasm." + play.host().host().plugins().get(0).spec().qualifiedName() + ".vm_reload";
        assertThat(hostCounter(play, envoy + "_success")).isEqualTo(2);
        assertThat(hostCounter(play, envoy + "_backoff")).isEqualTo(1);
        assertThat(hostCounter(play, envoy + "_failure")).isZero();
        assertThat(hostCounter(play, "wasm.envoy.wasm.runtime.chicory.created")).isEqualTo(3);
        assertThat(hostCounter(play, "wasm.wasm_vm_count")).isEqualTo(1);
    }

    @Vector(286)
    void reload_soonAfterTheLoad_waits() {
        Play play = play(FailurePolicy.FAIL_RELOAD, guest().on(ON_REQUEST_HEADERS, TRAP_WHEN_ASKED));
        play.host().advanceMillis(100);
        play.get("x-trap", "1");
        play.host().advanceMillis(100);
        assertThat(play.get().client().status()).isEqualTo(503);
        play.host().advanceMillis(1_500);
        assertThat(play.get().client().status()).isEqualTo(200);
    }

    @Vector(287)
    void pausedStream_whenAnotherTraps_goesByPolicy() {
        GuestModule module = guest().on(ON_REQUEST_HEADERS, atCall(1, returns(1)), trap());
        for (FailurePolicy policy : FailurePolicy.values()) {
            Play play = play(policy, module);
            InMemoryExchange paused = play.open().get("/paused");
            play.open().get("/traps").respond(200, "");
            boolean open = policy == FailurePolicy.FAIL_OPEN;
            assertThat(paused.client().status()).isEqualTo(open ? 0 : 503);
            assertThat(paused.upstream().ended()).isEqualTo(open);
            paused.respond(200, "");
            assertThat(paused.finished()).isTrue();
        }
    }

    @Test
    void trapInTheResponse_failOpen_letsGoTheRequestBodyThatWasHeld() {
        Play play = play(
                FailurePolicy.FAIL_OPEN, guest().on(ON_REQUEST_BODY, returns(1)).on(ON_RESPONSE_HEADERS, trap()));
        InMemoryExchange exchange = play.open().post("/").requestBody("held", false);
        exchange.responseHeaders(InMemoryExchange.responseHead(200), false);
        assertThat(exchange.client().status()).isEqualTo(200);
        assertThat(exchange.upstream().bodyText()).isEqualTo("held");
        exchange.requestBody(", rest", true).responseBody("answer", true);
        assertThat(exchange.upstream().bodyText()).isEqualTo("held, rest");
        assertThat(exchange.finished()).isTrue();
    }

    @Vector(288)
    void trapsOfAnyKind_failTheVmOnly() {
        Map<String, String> kinds = new LinkedHashMap<>();
        kinds.put("unreachable", "unreachable");
        kinds.put("load", "(drop (i32.load (i32.const 0x7ffffff0)))");
        kinds.put("store", "(i32.store (i32.const -4) (i32.const 1))");
        kinds.put("copy", "(memory.copy (i32.const 0) (i32.const 0x7ffffff0) (i32.const 16))");
        kinds.put("division by zero", "(drop (i32.div_u (i32.const 1) (i32.load (i32.const 60000))))");
        kinds.put(
                "division overflow",
                "(drop (i32.div_s (i32.const 0x80000000) (i32.sub (i32.load (i32.const 60000)) (i32.const 1))))");
        kinds.put("conversion", "(drop (i32.trunc_f64_s (f64.const nan)))");
        kinds.put("indirect type", "(drop (call_indirect (type $other) (i32.const 1) (i32.const 0)))");
        kinds.put("indirect null", "(call_indirect (type $plain) (i32.const 1))");
        kinds.put("indirect outside", "(call_indirect (type $plain) (i32.const 99))");
        kinds.put("recursion", "(call $deeper (i32.const 1))");
        String fields = """
                (type $plain (func)) (type $other (func (param i32) (result i32)))
                (table 2 funcref) (elem (i32.const 0) $nothing) (func $nothing)
                (func $deeper (param i32) (call $deeper (i32.add (local.get 0) (i32.const 1)))
                  (drop (i32.load (local.get 0))))
                """;
        kinds.forEach((kind, wat) -> {
            Play play = play(guest().fields(fields).on(ON_REQUEST_HEADERS, raw(wat)));
            assertThat(play.get().client().status()).as(kind).isEqualTo(503);
            assertThat(play.host().status("p").state()).as(kind).isEqualTo(PluginStatus.State.FAILED);
        });
    }

    @Vector(289)
    void endlessLoop_isEndedByItsDeadline() {
        Play play = play(
                guest().on(ON_REQUEST_HEADERS, raw("(loop $for_ever (br $for_ever))")),
                spec -> spec.limits(PluginLimits.DEFAULT.withDeadlineMillis(20)));
        assertThat(play.get().client().status()).isEqualTo(503);
        assertThat(play.host().status("p").reason()).contains("20 ms");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Vector(289)
    void endlessLoop_closedByACondition_isEndedByItsDeadline() {
        Assumptions.assumeFalse(
                Boolean.getBoolean(TestHost.INTERPRETER_PROPERTY),
                "the engine's interpreter cannot be interrupted in a loop that br_if closes (vector 289 with br passes)");
        Play play = play(
                guest().on(ON_REQUEST_HEADERS, raw("(loop $for_ever (br_if $for_ever (i32.const 1)))")),
                spec -> spec.limits(PluginLimits.DEFAULT.withDeadlineMillis(20)));
        assertThat(play.get().client().status()).isEqualTo(503);
    }

    @Vector(290)
    void memory_beyondItsLimit_doesNotGrow() {
        Play play = play(
                guest().on(
                                ON_VM_START,
                                note("grow", "(memory.grow (i32.const 12))"),
                                note("grow", "(memory.grow (i32.const 1))"),
                                note("grow", "(memory.grow (i32.const 65536))")),
                spec -> spec.limits(PluginLimits.DEFAULT.withMemoryPages(20)));
        assertThat(play.calls()).containsExactly("grow 8", "grow " + 0xFFFF_FFFFL, "grow " + 0xFFFF_FFFFL);
    }

    @Vector(291)
    void memory_largerThanItsLimitAtOnce_isRefused() {
        Play play = play(guest(), spec -> spec.limits(PluginLimits.DEFAULT.withMemoryPages(7)));
        assertThat(play.host().status("p").state()).isEqualTo(PluginStatus.State.FAILED);
        assertThat(play.host().status("p").reason()).contains("8", "7");
    }

    @Vector({292, 293})
    void capabilities_notListed_areRefused() {
        GuestModule module = listener()
                .on(
                        ON_VM_START,
                        call("get_current_time_nanoseconds", outLong()),
                        call("fd_write", 1, 60_000, 0, outWord()));
        Play play = play(
                module,
                spec -> spec.allowedCapabilities(Set.of("proxy_on_context_create", "proxy_on_vm_start", "proxy_log")));
        play.get();
        assertThat(play.lines().stream().filter(line -> !line.startsWith("proxy_")))
                .containsExactly(
                        "on_context_create 1 0",
                        "on_vm_start 1 0",
                        "get_current_time_nanoseconds INTERNAL_FAILURE -",
                        "fd_write 76 -",
                        "on_context_create 2 1");
    }

    @Vector(294)
    void capabilities_noneListed_allAreAllowed() {
        Play play = play(
                guest().on(ON_VM_START, call("fd_write", 1, 60_000, 0, outWord())),
                spec -> spec.allowedCapabilities(Set.of()));
        assertThat(play.calls()).containsExactly("fd_write 0 0");
    }

    @Vector(295)
    void message_ofATrap_namesTheCallbackAndTheCause() {
        Play play = play(guest().on(ON_REQUEST_BODY, trap()));
        play.open().post("/").requestBody("x", true);
        assertThat(play.host().status("p").reason()).contains("proxy_on_request_body", "unreachable", "default.p");
    }

    @Vector(296)
    void failure_isToldOnce() {
        Play play = play(guest().on(ON_REQUEST_HEADERS, trap()));
        play.get();
        play.get();
        assertThat(hostCounter(play, "portafilter_plugin_failures_total")).isEqualTo(1);
    }

    @Vector(297)
    void memory_afterManyRequests_isFlat() {
        Play play = play(TestHost.builder().logLevel(LogLevel.CRITICAL), spec("p", listener()));
        play.get();
        Worker worker = play.host().worker().worker();
        long bytes = worker.memoryBytes();
        for (int i = 0; i < 10_000; i++) {
            play.get();
            if (i % 100 == 0) {
                play.host().verify();
            }
        }
        assertThat(worker.memoryBytes()).isEqualTo(bytes);
        assertThat(worker.contextCount()).isEqualTo(1);
        assertThat(worker.streamCount()).isZero();
    }

    /** A worker's executor takes tasks from any thread and runs them one by one. */
    @Vector(298)
    void tasks_fromManyThreads_enterTheGuestOneByOne() throws Exception {
        GuestModule module = guest().on(
                        ON_REQUEST_HEADERS,
                        raw("(if (global.get $inside) (then unreachable))"),
                        set("inside", "(i32.const 1)"),
                        set("turns", "(i32.const 1000)"),
                        raw("(loop $next (global.set $turns (i32.sub (global.get $turns) (i32.const 1)))"
                                + " (br_if $next (global.get $turns)))"),
                        set("inside", "(i32.const 0)"));
        Play play = play(module);
        CountDownLatch ended = new CountDownLatch(200);
        try (SingleThreadWorkerExecutor executor = new SingleThreadWorkerExecutor("vector-298")) {
            Worker worker = play.host().host().newWorker(executor);
            Runnable requests = () -> {
                for (int i = 0; i < 100; i++) {
                    executor.execute(() -> {
                        Exchanges.get(worker);
                        ended.countDown();
                    });
                }
            };
            Thread first = new Thread(requests);
            Thread second = new Thread(requests);
            first.start();
            second.start();
            assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
            first.join();
            second.join();
            play.host().close();
            worker.close().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
        assertThat(hostCounter(play, "portafilter_plugin_failures_total")).isZero();
    }

    @Vector(281)
    void trap_whileTheContextIsCreated_isAServiceUnavailable() {
        Play play = play(guest().on(ON_CONTEXT_CREATE, raw("(if (local.get 1) (then unreachable))")));
        assertThat(play.get().client().status()).isEqualTo(503);
    }
}
