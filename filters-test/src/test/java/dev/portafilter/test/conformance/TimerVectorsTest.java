package dev.portafilter.test.conformance;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_TICK;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.GuestModule.listener;
import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.atCall;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.keep;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outLong;
import static dev.portafilter.test.guest.Ops.returns;
import static dev.portafilter.test.guest.Ops.trap;
import static dev.portafilter.test.guest.Ops.var;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.Status;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.guest.GuestModule;
import dev.portafilter.test.guest.Op;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Section 8.16: timers. */
class TimerVectorsTest extends VectorSuite {
    private static Op period(int millis) {
        return call("set_tick_period_milliseconds", millis).silently();
    }

    private static int ticks(Play play) {
        int count = play.callbacks(ON_TICK).size();
        play.forget();
        return count;
    }

    @Vector(273)
    void ticks_comeUntilThePeriodIsZero() {
        Play play = play(guest().on(ON_CONFIGURE, period(10)).on(ON_TICK, atCall(5, period(0))));
        play.host().advanceMillis(9);
        assertThat(ticks(play)).isZero();
        play.host().advanceMillis(31);
        assertThat(ticks(play)).isEqualTo(4);
        play.host().advanceMillis(1000);
        assertThat(ticks(play)).isEqualTo(1);
    }

    @Vector(274)
    void ticks_withoutAPeriod_doNotCome() {
        Play play = play(guest().on(ON_TICK));
        play.host().advanceMillis(100_000);
        assertThat(ticks(play)).isZero();
    }

    @Vector(275)
    void tick_slowerThanItsPeriod_delaysTheNext() {
        AtomicReference<TestHost> host = new AtomicReference<>();
        TestHost.Builder builder = TestHost.builder()
                .services(services -> services.foreignFunction("spend_180_ms", (call, arguments, result) -> {
                    host.get().clock().advanceMillis(180);
                    return Status.OK;
                }));
        Play play = play(
                builder,
                spec(
                        "p",
                        guest().on(ON_CONFIGURE, period(50))
                                .on(
                                        ON_TICK,
                                        call("get_current_time_nanoseconds", outLong()),
                                        call("call_foreign_function", "spend_180_ms", NONE, outBytes())
                                                .silently())));
        host.set(play.host());
        long start = play.host().clock().wallNanos();
        play.host().advanceMillis(600);
        List<Long> millis = play.calls().stream()
                .map(line -> (Long.parseLong(line.split(" ")[2]) - start) / 1_000_000)
                .toList();
        assertThat(millis).containsExactly(50L, 280L, 510L);
    }

    @Vector(276)
    void period_setFromAStream_isTheRoots() {
        Play play = play(guest().on(ON_REQUEST_HEADERS, period(10)).on(ON_TICK));
        play.get();
        play.host().advanceMillis(20);
        assertThat(play.callbacks(ON_TICK)).containsExactly("on_tick 1", "on_tick 1");
    }

    @Vector(277)
    void roots_ofOneVm_tickEach() {
        GuestModule module = guest().on(
                        ON_CONFIGURE, call("set_tick_period_milliseconds", 10).silently())
                .on(ON_TICK);
        Play play = play(
                builder("a", module).vmId("v").rootId("a").build(),
                builder("b", module).vmId("v").rootId("b").build());
        play.host().advanceMillis(20);
        assertThat(play.callbacks(ON_TICK)).containsExactly("on_tick 1", "on_tick 2", "on_tick 1", "on_tick 2");
    }

    @Vector(278)
    void pausedRequest_isResumedByATick() {
        Play play = play(guest().on(ON_CONFIGURE, period(10))
                .on(ON_REQUEST_HEADERS, keep("stream", 0), returns(1))
                .on(ON_TICK, call("set_effective_context", var("stream")), call("continue_stream", 0)));
        InMemoryExchange exchange = play.open().get("/");
        assertThat(exchange.upstream().headers()).isNull();
        play.host().advanceMillis(10);
        assertThat(exchange.upstream().ended()).isTrue();
        exchange.respond(200, "");
    }

    @Vector(279)
    void ticks_afterTheEnd_doNotCome() {
        Play play = play(listener().on(ON_CONFIGURE, period(10)).on(ON_TICK));
        play.host().close();
        play.host().advanceMillis(100);
        assertThat(ticks(play)).isZero();
        assertThat(play.host().worker().executor().timerCount()).isZero();
    }

    @Vector(280)
    void trap_inATick_endsTheTicks() {
        Play play = play(guest().on(ON_CONFIGURE, period(10)).on(ON_TICK, atCall(3, trap())));
        play.host().advanceMillis(1000);
        assertThat(ticks(play)).isEqualTo(3);
        assertThat(play.host().status("p").state()).isEqualTo(PluginStatus.State.FAILED);
        assertThat(play.get().client().status()).isEqualTo(503);
    }
}
