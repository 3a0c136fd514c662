package dev.portafilter.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.PluginLimits;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.test.FakeClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A plugin that fails when a request asks for it. */
class MisbehaveTest {
    private static final PluginLimits LIMITS =
            PluginLimits.DEFAULT.withDeadlineMillis(300).withMemoryPages(128);

    @ParameterizedTest
    @CsvSource({
        "trap, misbehave_trap",
        "panic, misbehave_panic",
        "divide, misbehave_divide",
        "recurse, faults::recurse",
        "memory, misbehave_memory",
        "loop, misbehave_loop",
        "bad-pointer, misbehave_bad_pointer"
    })
    void faultInRequestHeaders_failsTheRequestAndLaterOnes_andIsNamed(String fault, String function) throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                EndToEnd test = misbehaving(upstream).start()) {
            assertThat(test.get("/").header("x-behaved")).isEqualTo("yes");
            upstream.request();

            for (Message answer : new Message[] {test.get("/", "x-misbehave: " + fault), test.get("/")}) {
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.text()).isEmpty();
            }
            assertThat(test.log.take()).first().isEqualTo("asked to misbehave: " + fault);
            assertThat(test.hostLog.errors()).singleElement().asString().contains(function);
            assertThat(upstream.requestCount()).isZero();
            PluginStatus status = test.status(SamplePlugin.MISBEHAVE);
            assertThat(status.state()).isEqualTo(PluginStatus.State.FAILED);
            assertThat(status.vmCount()).isZero();
            assertThat(status.memoryBytes()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"trap-body, misbehave_trap", "trap-response, misbehave_trap", "loop-response, misbehave_loop"})
    void faultInALaterCallback_failsTheRequestAndLaterOnes(String fault, String function) throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                EndToEnd test = misbehaving(upstream).start()) {
            Message answer =
                    test.ask(EndToEnd.head("POST", "/", "x-misbehave: " + fault, "content-length: 4") + "body");

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.text()).isEmpty();
            assertThat(test.get("/").status()).isEqualTo(503);
            assertThat(test.hostLog.errors()).singleElement().asString().contains(function);
        }
    }

    @Test
    void trapInTheLogCallback_failsOnlyLaterRequests() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                EndToEnd test = misbehaving(upstream).start()) {
            assertThat(test.get("/", "x-misbehave: trap-log").text()).isEqualTo("/");
            assertThat(test.get("/").status()).isEqualTo(503);
            assertThat(test.hostLog.errors()).singleElement().asString().contains("misbehave_trap");
        }
    }

    @Test
    void badArgument_isAStatus() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                EndToEnd test = misbehaving(upstream).start()) {
            assertThat(test.get("/", "x-misbehave: bad-argument").status()).isEqualTo(200);
            assertThat(test.log.take())
                    .containsExactly(
                            "asked to misbehave: bad-argument", "proxy_log of an address outside memory returned 6");
        }
    }

    @Test
    void heldRequest_waits_whileOthersPass_untilItsClientIsGone() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                EndToEnd test = misbehaving(upstream).start();
                Wire held = test.connect()) {
            held.send(EndToEnd.head("POST", "/held", "x-misbehave: hold", "transfer-encoding: chunked"))
                    .chunk("some of the body");
            test.logged("asked to misbehave: hold");

            assertThat(test.get("/other").header("x-behaved")).isEqualTo("yes");
            assertThat(WorkerCounts.of(test.host)).isEqualTo(new WorkerCounts(1, 2, true));
            held.reset();
            test.quiet();
            assertThat(upstream.request().path()).isEqualTo("/other");
            assertThat(upstream.requestCount()).isZero();
        }
    }

    @Test
    void floodOfLogLines_isCut_andCounted() throws Exception {
        FakeClock clock = new FakeClock();
        PluginLimits limits = PluginLimits.DEFAULT
                .withMemoryPages(128)
                .withDeadlineMillis(60_000)
                .withStartDeadlineMillis(60_000)
                .withLogLinesPerSecond(100);
        try (ScriptedServer upstream = ScriptedServer.ok();
                EndToEnd test = misbehaving(
                                upstream, SamplePlugin.MISBEHAVE.spec().limits(limits))
                        .clock(clock)
                        .start()) {
            assertThat(test.get("/", "x-misbehave: log-flood").status()).isEqualTo(200);
            assertThat(test.log.take())
                    .hasSize(100)
                    .startsWith("asked to misbehave: log-flood", "line 1 of 100000")
                    .endsWith("line 99 of 100000");

            clock.advanceMillis(1_000);
            assertThat(test.get("/", "x-misbehave: trap-body").status()).isEqualTo(200);
            assertThat(test.log.take())
                    .containsExactly("99901 lines dropped (limit: 100 per second)", "asked to misbehave: trap-body");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"huge-header", "header-flood"})
    void floodOfHeaders_isRefused_asTheMapIsFull(String fault) throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                EndToEnd test =
                        misbehaving(upstream, SamplePlugin.MISBEHAVE.spec()).start()) {
            assertThat(test.get("/", "x-misbehave: " + fault).status()).isEqualTo(503);

            assertThat(test.log.messages())
                    .anySatisfy(line -> assertThat(line)
                            .contains("the map is full")
                            .contains("expected: at most 1024 entries and 1048576 bytes"));
            // The SDK takes any refusal for the end of the world.
            assertThat(test.hostLog.errors()).singleElement().asString().contains("rust_panic");
            assertThat(upstream.requestCount()).isZero();
        }
    }

    @Test
    void manyHeaders_passWhereTheyFit() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.ok();
                EndToEnd test = misbehaving(upstream).start()) {
            test.get("/", "x-misbehave: header-flood", "x-misbehave-size: 1000");
            test.get("/", "x-misbehave: huge-header", "x-misbehave-size: 100000");

            assertThat(upstream.request().all("x-flood")).hasSize(1_000).startsWith("0", "1");
            assertThat(upstream.request().header("x-huge")).hasSize(100_000);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"trap", "loop", "memory", "trap-response"})
    void pluginThatFailsOpen_isLeftOut(String fault) throws Exception {
        PluginSpec.Builder open = SamplePlugin.MISBEHAVE.spec().limits(LIMITS).failurePolicy(FailurePolicy.FAIL_OPEN);
        try (ScriptedServer upstream = ScriptedServer.ok();
                EndToEnd test = misbehaving(upstream, open).start()) {
            for (String[] headers : new String[][] {{"x-misbehave: " + fault}, {}}) {
                Message answer = test.get("/goods", headers);
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.text()).isEqualTo("/goods");
                assertThat(answer.all("x-behaved")).isEmpty();
            }
            assertThat(test.hostLog.errors()).hasSize(1);
        }
    }

    private static EndToEnd.Builder misbehaving(ScriptedServer upstream) {
        return misbehaving(upstream, SamplePlugin.MISBEHAVE.spec().limits(LIMITS));
    }

    private static EndToEnd.Builder misbehaving(ScriptedServer upstream, PluginSpec.Builder spec) {
        return EndToEnd.before(upstream).plugin(spec);
    }
}
