package dev.portafilter.test.stream;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_CONTEXT_CREATE;
import static dev.portafilter.abi.Callback.ON_DELETE;
import static dev.portafilter.abi.Callback.ON_HTTP_CALL_RESPONSE;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_TICK;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.raw;
import static dev.portafilter.test.guest.Ops.returns;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.LogLevel;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.ScriptedHttpCalls;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestHosts;
import dev.portafilter.test.guest.GuestModule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many streams that wait at once. */
class ConcurrentStreamsTest {
    private static final int STREAMS = 1_000;
    private static final HeaderMap CALL = HeaderMap.of(":method", "GET", ":path", "/", ":authority", "x");

    @RegisterExtension
    final TestHosts hosts = new TestHosts();

    private TestHost start(GuestModule module) {
        return hosts.start(TestHost.builder()
                .cluster("callout")
                .logLevel(LogLevel.CRITICAL)
                .plugin("p", module.wasm(), ""));
    }

    private static List<InMemoryExchange> posts(TestHost host) {
        List<InMemoryExchange> exchanges = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            exchanges.add(host.open().post("/" + i).requestBody("body " + i, true));
        }
        return exchanges;
    }

    private static void expectArrived(List<InMemoryExchange> exchanges) {
        for (int i = 0; i < exchanges.size(); i++) {
            InMemoryExchange exchange = exchanges.get(i);
            assertThat(exchange.upstream().header(":path")).isEqualTo("/" + i);
            assertThat(exchange.upstream().bodyText()).isEqualTo("body " + i);
            assertThat(exchange.upstream().ended()).isTrue();
            exchange.respond(200, "");
            assertThat(exchange.client().status()).isEqualTo(200);
        }
    }

    @Test
    void streams_pausedTogether_areResumedByOneTick() {
        TestHost host = start(guest().on(
                        ON_CONFIGURE, call("set_tick_period_milliseconds", 10).silently())
                .on(ON_REQUEST_HEADERS, returns(1))
                .on(
                        ON_TICK,
                        raw("(local.set $status (i32.const 2))"),
                        raw("(loop $next"
                                + " (drop (call $proxy_set_effective_context (local.get $status)))"
                                + " (drop (call $proxy_continue_stream (i32.const 0)))"
                                + " (local.set $status (i32.add (local.get $status) (i32.const 1)))"
                                + " (br_if $next (i32.lt_u (local.get $status) (i32.const 1100))))"),
                        raw("(return)"),
                        call("set_effective_context", 0).silently(),
                        call("continue_stream", 0).silently()));
        List<InMemoryExchange> exchanges = posts(host);
        assertThat(host.worker().worker().contextCount()).isEqualTo(1 + STREAMS);
        assertThat(host.worker().worker().streamCount()).isEqualTo(STREAMS);
        assertThat(exchanges).allMatch(exchange -> exchange.upstream().headers() == null);
        host.advanceMillis(10);
        expectArrived(exchanges);
    }

    @Test
    void streams_waitingForCalls_areResumedInAnyOrder() {
        // The guest keeps the stream of each token (a multiple of 4) at 40000 + token.
        TestHost host = start(guest().on(
                        ON_REQUEST_HEADERS,
                        call("http_call", "callout", CALL, NONE, NONE, 0, outWord())
                                .silently(),
                        raw("(i32.store offset=40000 (i32.load (i32.const 512)) (local.get 0))"),
                        returns(1))
                .on(
                        ON_HTTP_CALL_RESPONSE,
                        raw("(drop (call $proxy_set_effective_context (i32.load offset=40000 (local.get 1))))"),
                        raw("(drop (call $proxy_continue_stream (i32.const 0)))"),
                        raw("(return)"),
                        call("set_effective_context", 0).silently(),
                        call("continue_stream", 0).silently()));
        List<InMemoryExchange> exchanges = posts(host);
        List<ScriptedHttpCalls.Call> calls = new ArrayList<>(host.httpCalls().calls());
        assertThat(calls).hasSize(STREAMS);
        Collections.shuffle(calls, new Random(1));
        calls.forEach(call -> call.answer(200, ""));
        host.runAll();
        expectArrived(exchanges);
    }

    @Test
    void streams_pausedTogether_canAllBeLeft() {
        TestHost host = start(guest().on(ON_CONTEXT_CREATE).on(ON_DELETE).on(ON_REQUEST_HEADERS, returns(1)));
        posts(host).forEach(InMemoryExchange::clientReset);
        assertThat(host.worker().worker().contextCount()).isEqualTo(1);
    }
}
