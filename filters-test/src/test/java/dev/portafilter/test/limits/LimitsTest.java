package dev.portafilter.test.limits;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_DONE;
import static dev.portafilter.abi.Callback.ON_QUEUE_READY;
import static dev.portafilter.abi.Callback.ON_REQUEST_BODY;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_TICK;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.keep;
import static dev.portafilter.test.guest.Ops.note;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.raw;
import static dev.portafilter.test.guest.Ops.returns;
import static dev.portafilter.test.guest.Ops.var;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginLimits;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.service.ServiceLimits;
import dev.portafilter.runtime.stream.WorkerOptions;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestHosts;
import dev.portafilter.test.guest.GuestLog;
import dev.portafilter.test.guest.GuestModule;
import dev.portafilter.test.guest.Op;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a plugin may use ends where its settings say, and only the plugin notices. */
class LimitsTest {
    private static final String LOOP = "(loop $again (br $again))";

    @RegisterExtension
    final TestHosts hosts = new TestHosts();

    private TestHost start(GuestModule module, UnaryOperator<PluginLimits> limits) {
        return start(TestHost.builder(), module, limits);
    }

    private TestHost start(TestHost.Builder builder, GuestModule module, UnaryOperator<PluginLimits> limits) {
        PluginSpec spec = PluginSpec.builder("p", ModuleSource.of(module.wasm()))
                .limits(limits.apply(PluginLimits.DEFAULT))
                .build();
        return hosts.start(builder.plugin(spec).cluster("callout"));
    }

    private TestHost start(ServiceLimits limits, GuestModule module) {
        return start(
                TestHost.builder().services(services -> services.limits(limits)), module, UnaryOperator.identity());
    }

    private static GuestModule onRequest(Op... ops) {
        return guest().on(ON_REQUEST_HEADERS, ops);
    }

    private static InMemoryExchange get(TestHost host) {
        InMemoryExchange exchange = host.open().get("/");
        return exchange.finished() ? exchange : exchange.respond(200, "");
    }

    private static List<String> calls(TestHost host) {
        return GuestLog.calls(GuestLog.read(host.log().take()));
    }

    private static Op httpCall() {
        return call(
                "http_call",
                "callout",
                HeaderMap.of(":method", "GET", ":path", "/", ":authority", "a"),
                "",
                "",
                1_000,
                outWord());
    }

    @Test
    void memory_growsUpToItsPages() {
        TestHost host = start(
                onRequest(note("grown", "(memory.grow (i32.const 1))", "(memory.grow (i32.const 1))")),
                limits -> limits.withMemoryPages(9));
        get(host);
        assertThat(calls(host)).containsExactly("grown 8 4294967295");
    }

    @Test
    void callback_beyondItsDeadline_isEnded() {
        TestHost host = start(onRequest(raw(LOOP)), limits -> limits.withDeadlineMillis(20));
        assertThat(get(host).client().status()).isEqualTo(503);
    }

    @Test
    void start_beyondItsDeadline_isEnded() {
        TestHost host =
                start(guest().function("_initialize", "", raw(LOOP)), limits -> limits.withStartDeadlineMillis(20));
        assertThat(host.status("p").state()).isEqualTo(PluginStatus.State.FAILED);
        assertThat(host.status("p").reason()).contains("20 ms");
    }

    @Test
    void heldBody_beyondItsBytes_isTooLarge() {
        TestHost host = start(guest().on(ON_REQUEST_BODY, returns(1)), limits -> limits.withBufferBytes(4));
        InMemoryExchange exchange = host.open().post("/").requestBody("four", false);
        assertThat(exchange.finished()).isFalse();
        assertThat(exchange.requestBody("!", false).client().status()).isEqualTo(413);
    }

    @Test
    void calls_beyondTheirCount_areRefused_untilOneIsAnswered() {
        TestHost host = start(onRequest(httpCall(), httpCall()), limits -> limits.withHttpCalls(1));
        get(host);
        assertThat(calls(host)).containsExactly("http_call OK 4", "http_call INTERNAL_FAILURE 0");
        host.httpCalls().last().answer(200, "");
        host.runAll();
        get(host);
        assertThat(calls(host)).startsWith("http_call OK 8");
        host.httpCalls().last().answer(200, "");
        host.runAll();
    }

    @Test
    void properties_beyondTheirBytes_areRefused_onThatStream() {
        TestHost host = start(
                onRequest(
                        call("set_property", "k", "0123456789"),
                        call("set_property", "k", "0123456789+"),
                        call("set_property", "l", ""),
                        call("get_property", "k", outBytes())),
                limits -> limits.withPropertyBytes(64 + "wasm.k".length() + 10));
        get(host);
        List<String> first = calls(host);
        assertThat(first)
                .containsExactly(
                        "set_property OK",
                        "set_property INTERNAL_FAILURE",
                        "set_property INTERNAL_FAILURE",
                        "get_property OK \"0123456789\"");
        get(host);
        assertThat(calls(host)).isEqualTo(first);
    }

    @Test
    void logLines_beyondTheirRate_areCounted() {
        TestHost host =
                start(onRequest(note("a"), note("b"), note("c"), note("d")), limits -> limits.withLogLinesPerSecond(3));
        get(host);
        host.advanceMillis(1_000);
        get(host);
        assertThat(host.log().messages())
                .containsExactly(
                        "on_request_headers 2 4 1",
                        "a",
                        "b",
                        "2 lines dropped (limit: 3 per second)",
                        "on_request_headers 3 4 1",
                        "a",
                        "b");
    }

    @Test
    void sharedData_beyondItsBytes_isRefused() {
        TestHost host = start(
                new ServiceLimits(64 + 1 + 4, 0, 0, 0, 0, 0),
                onRequest(
                        call("set_shared_data", "k", "four", 0),
                        call("set_shared_data", "k", "fives", 0),
                        call("get_shared_data", "k", outBytes(), outWord())));
        get(host);
        assertThat(calls(host))
                .containsExactly(
                        "set_shared_data OK", "set_shared_data INTERNAL_FAILURE", "get_shared_data OK \"four\" 1");
    }

    @Test
    void queues_beyondTheirNumbers_areRefused() {
        GuestModule module = onRequest(
                call("register_shared_queue", "a", outWord()).into("a"),
                call("register_shared_queue", "b", outWord()),
                call("enqueue_shared_queue", var("a"), "1"),
                call("enqueue_shared_queue", var("a"), "22"),
                call("enqueue_shared_queue", var("a"), "3"));
        String[] registered = {"register_shared_queue OK 1", "register_shared_queue INTERNAL_FAILURE -"};
        TestHost byItems = start(new ServiceLimits(0, 1, 2, 1_000, 0, 0), module);
        get(byItems);
        assertThat(calls(byItems))
                .startsWith(registered)
                .endsWith(
                        "enqueue_shared_queue OK", "enqueue_shared_queue OK", "enqueue_shared_queue INTERNAL_FAILURE");
        TestHost byBytes = start(new ServiceLimits(0, 1, 9, 65 + 65 + 65, 0, 0), module);
        get(byBytes);
        assertThat(calls(byBytes))
                .startsWith(registered)
                .endsWith(
                        "enqueue_shared_queue OK", "enqueue_shared_queue INTERNAL_FAILURE", "enqueue_shared_queue OK");
    }

    @Test
    void metrics_beyondTheirCount_areRefused() {
        TestHost host = start(
                new ServiceLimits(0, 0, 0, 0, 1, 0),
                onRequest(
                        call("define_metric", 0, "a", outWord()),
                        call("define_metric", 0, "b", outWord()),
                        call("define_metric", 0, "a", outWord())));
        get(host);
        assertThat(calls(host))
                .containsExactly("define_metric OK 4", "define_metric INTERNAL_FAILURE -", "define_metric OK 8");
    }

    @Test
    void uncompressedBytes_beyondTheirNumber_areRefused() {
        Op uncompress = call(
                "call_foreign_function",
                "uncompress",
                // "hello", compressed.
                new byte[] {
                    0x78, (byte) 0x9c, (byte) 0xcb, 0x48, (byte) 0xcd, (byte) 0xc9, (byte) 0xc9, 7, 0, 6, 0x2c, 2, 0x15
                },
                outBytes());
        TestHost enough = start(new ServiceLimits(0, 0, 0, 0, 0, 5), onRequest(uncompress));
        get(enough);
        assertThat(calls(enough)).containsExactly("call_foreign_function OK \"hello\"");
        TestHost tooFew = start(new ServiceLimits(0, 0, 0, 0, 0, 4), onRequest(uncompress));
        get(tooFew);
        assertThat(calls(tooFew)).containsExactly("call_foreign_function INTERNAL_FAILURE null");
    }

    @Test
    void pluginThatWantsTimeToEnd_getsSoMuch() {
        TestHost host = start(
                TestHost.builder().options(WorkerOptions.DEFAULT.withDrainMillis(50)),
                guest().on(
                                ON_CONFIGURE,
                                call("set_tick_period_milliseconds", 20).silently())
                        .on(ON_DONE, returns(0)),
                UnaryOperator.identity());
        host.close();
        host.advanceMillis(49);
        assertThat(host.host().closed().toCompletableFuture()).isNotDone();
        host.advanceMillis(1);
        assertThat(host.host().closed().toCompletableFuture()).isDone();
    }

    @Test
    void whatIsAskedForAgainAndAgain_isKeptOnce() {
        String often = "(local.set $status (i32.const 1000000)) (loop $again"
                + " (drop (call $proxy_continue_stream (i32.const 0)))"
                + " (drop (call $proxy_close_stream (i32.const 1)))"
                + " (drop (call $proxy_done))"
                + " (br_if $again (local.tee $status (i32.sub (local.get $status) (i32.const 1)))))";
        Op imports = raw("(if (i32.const 0) (then" + " (drop (call $proxy_continue_stream (i32.const 0)))))");
        TestHost host = start(
                guest().on(
                                ON_REQUEST_HEADERS,
                                keep("stream", 0),
                                call("continue_stream", 1).silently(),
                                call("close_stream", 3).silently(),
                                call("done").silently(),
                                call("set_tick_period_milliseconds", 10).silently(),
                                returns(1))
                        .on(
                                ON_TICK,
                                imports,
                                call("set_effective_context", var("stream")).silently(),
                                raw(often),
                                call("set_tick_period_milliseconds", 0).silently()),
                limits -> limits.withDeadlineMillis(60_000));
        InMemoryExchange exchange = host.open().get("/");
        assertThat(exchange.finished()).isFalse();
        host.advanceMillis(10);
        assertThat(exchange.isReset()).isTrue();
        assertThat(exchange.events()).hasSizeLessThan(10);
    }

    @Test
    void queueNotices_comeOnceForEachItem() {
        TestHost host = start(
                guest().on(
                                ON_CONFIGURE,
                                call("register_shared_queue", "q", outWord())
                                        .silently()
                                        .into("q"))
                        .on(
                                ON_REQUEST_HEADERS,
                                call("enqueue_shared_queue", var("q"), "1").silently(),
                                call("enqueue_shared_queue", var("q"), "2").silently())
                        .on(ON_QUEUE_READY, call("dequeue_shared_queue", var("q"), outBytes())),
                UnaryOperator.identity());
        get(host);
        host.runAll();
        assertThat(calls(host)).containsExactly("dequeue_shared_queue OK \"1\"", "dequeue_shared_queue OK \"2\"");
    }
}
