package dev.portafilter.test.stream;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_QUEUE_READY;
import static dev.portafilter.abi.Callback.ON_REQUEST_BODY;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_RESPONSE_HEADERS;
import static dev.portafilter.abi.Callback.ON_TICK;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.GuestModule.listener;
import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.atCall;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.keep;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.param;
import static dev.portafilter.test.guest.Ops.raw;
import static dev.portafilter.test.guest.Ops.returns;
import static dev.portafilter.test.guest.Ops.returnsInTurn;
import static dev.portafilter.test.guest.Ops.trap;
import static dev.portafilter.test.guest.Ops.var;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.Callback;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.Phase;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestHosts;
import dev.portafilter.test.guest.GuestLog;
import dev.portafilter.test.guest.GuestModule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Several plugins on one stream. Source: ABI reference, section 4.7, and WasmPlugin reference, section 7. */
class ChainTest {
    @RegisterExtension
    final TestHosts hosts = new TestHosts();

    private static PluginSpec.Builder plugin(String name, GuestModule module) {
        return PluginSpec.builder(name, ModuleSource.of(module.wasm()));
    }

    private TestHost start(PluginSpec... specs) {
        TestHost.Builder builder = TestHost.builder().cluster("callout");
        for (PluginSpec spec : specs) {
            builder.plugin(spec);
        }
        TestHost host = hosts.start(builder);
        host.log().take();
        return host;
    }

    /** Who heard what, such as {@code a on_log}. */
    private static List<String> heard(TestHost host) {
        return host.log().lines().stream()
                .filter(line -> line.message().startsWith("on_"))
                .map(line -> line.plugin().substring("default.".length()) + " "
                        + line.message().split(" ")[0])
                .toList();
    }

    private static List<String> calls(TestHost host, String plugin) {
        return GuestLog.calls(GuestLog.read(host.log().lines().stream()
                .filter(line -> line.plugin().equals("default." + plugin))
                .map(line -> line.message())
                .toList()));
    }

    @Test
    void threePlugins_areAskedInOrderAndAnsweredInReverse() {
        TestHost host = start(
                plugin("c", listener()).build(),
                plugin("a", listener()).build(),
                plugin("b", listener()).build());
        host.open().post("/").requestBody("x", true).respond(200, "y");
        assertThat(heard(host))
                .containsExactly(
                        "a on_context_create",
                        "a on_request_headers",
                        "b on_context_create",
                        "b on_request_headers",
                        "c on_context_create",
                        "c on_request_headers",
                        "a on_request_body",
                        "b on_request_body",
                        "c on_request_body",
                        "c on_response_headers",
                        "b on_response_headers",
                        "a on_response_headers",
                        "c on_response_body",
                        "b on_response_body",
                        "a on_response_body",
                        "a on_log",
                        "b on_log",
                        "c on_log",
                        "a on_done",
                        "a on_delete",
                        "b on_done",
                        "b on_delete",
                        "c on_done",
                        "c on_delete");
    }

    @Test
    void order_followsPhaseThenPriorityThenName() {
        TestHost host = start(
                plugin("a", listener()).build(),
                plugin("b", listener()).priority(10).build(),
                plugin("c", listener()).phase(Phase.STATS).build(),
                plugin("d", listener()).phase(Phase.AUTHN).priority(-5).build());
        host.open().get("/").respond(200, "");
        assertThat(heard(host).stream().filter(line -> line.endsWith("on_request_headers")))
                .containsExactly(
                        "d on_request_headers", "c on_request_headers", "b on_request_headers", "a on_request_headers");
    }

    @Test
    void edits_ofOnePlugin_areSeenByTheNext() {
        TestHost host = start(
                plugin(
                                "a",
                                guest().on(
                                                ON_REQUEST_HEADERS,
                                                call("add_header_map_value", 0, "x-one", "1")
                                                        .silently())
                                        .on(
                                                ON_REQUEST_BODY,
                                                call("set_buffer_bytes", 0, 0, 0, "a+")
                                                        .silently())
                                        .on(ON_RESPONSE_HEADERS, call("get_header_map_value", 2, "x-two", outBytes())))
                        .build(),
                plugin(
                                "b",
                                guest().on(ON_REQUEST_HEADERS, call("get_header_map_value", 0, "x-one", outBytes()))
                                        .on(ON_REQUEST_BODY, call("get_buffer_bytes", 0, 0, -1, outBytes()))
                                        .on(
                                                ON_RESPONSE_HEADERS,
                                                call("add_header_map_value", 2, "x-two", "2")
                                                        .silently()))
                        .build());
        InMemoryExchange exchange = host.open().post("/").requestBody("b", true).respond(200, "");
        assertThat(calls(host, "a")).containsExactly("get_header_map_value OK \"2\"");
        assertThat(calls(host, "b")).containsExactly("get_header_map_value OK \"1\"", "get_buffer_bytes OK \"a+b\"");
        assertThat(exchange.upstream().bodyText()).isEqualTo("a+b");
        assertThat(exchange.client().header("x-two")).isEqualTo("2");
    }

    @Test
    void pluginsBeforeAPause_keepSeeingTheBody() {
        TestHost host = start(
                plugin("a", listener()).build(),
                plugin("b", listener().on(ON_REQUEST_HEADERS, returns(1))).build(),
                plugin("c", listener()).build());
        InMemoryExchange exchange =
                host.open().post("/").requestBody("x", false).requestBody("y", true);
        assertThat(heard(host))
                .containsExactly(
                        "a on_context_create", "a on_request_headers",
                        "b on_context_create", "b on_request_headers",
                        "a on_request_body", "a on_request_body");
        exchange.clientReset();
        assertThat(heard(host)).contains("c on_context_create", "c on_log", "c on_done", "c on_delete");
    }

    @Test
    void reply_ofAnyPlugin_isSeenByThoseThatSawTheRequest() {
        String[] names = {"a", "b", "c"};
        for (int replying = 0; replying < names.length; replying++) {
            PluginSpec[] specs = new PluginSpec[names.length];
            for (int i = 0; i < names.length; i++) {
                GuestModule module = listener();
                if (i == replying) {
                    module.on(
                            ON_REQUEST_HEADERS,
                            call("send_local_response", 403, NONE, "no", NONE, -1)
                                    .silently());
                }
                specs[i] = plugin(names[i], module).build();
            }
            TestHost host = start(specs);
            InMemoryExchange exchange = host.open().get("/");
            assertThat(exchange.client().status()).isEqualTo(403);
            List<String> heard = heard(host);
            for (int i = 0; i < names.length; i++) {
                String name = names[i];
                assertThat(heard.contains(name + " on_request_headers")).isEqualTo(i <= replying);
                assertThat(heard.contains(name + " on_response_headers")).isEqualTo(i <= replying);
                assertThat(heard.contains(name + " on_response_body")).isEqualTo(i <= replying);
                assertThat(heard)
                        .containsSubsequence(
                                name + " on_context_create", name + " on_log", name + " on_done", name + " on_delete");
            }
            assertThat(heard.stream()
                            .filter(line -> line.endsWith("on_response_headers"))
                            .findFirst())
                    .contains(names[replying] + " on_response_headers");
        }
    }

    @Test
    void resourcesOfOneModule_shareItsVmAndData() {
        GuestModule module = listener()
                .on(
                        ON_REQUEST_HEADERS,
                        call("get_shared_data", "k", outBytes(), outWord()),
                        call("set_shared_data", "k", "v", 0).silently());
        TestHost host = start(
                plugin("a", module).vmId("vm").build(),
                plugin("b", module).vmId("vm").build());
        host.open().get("/").respond(200, "");
        assertThat(host.log().messages()).contains("on_context_create 3 1", "on_context_create 4 2");
        assertThat(calls(host, "a")).containsExactly("get_shared_data NOT_FOUND - -");
        assertThat(calls(host, "b")).containsExactly("get_shared_data OK \"v\" 1");
        assertThat(host.status("a").vmCount()).isEqualTo(1);
        assertThat(host.host().plugins()).allMatch(status -> status.memoryBytes() == 8 * 65_536);
    }

    @Test
    void resourcesOfTwoModules_shareDataByVmIdOnly() {
        TestHost host = start(
                plugin("a", listener().on(ON_REQUEST_HEADERS, call("set_shared_data", "k", "v", 0)))
                        .vmId("vm")
                        .build(),
                plugin("b", listener().on(ON_REQUEST_HEADERS, call("get_shared_data", "k", outBytes(), outWord())))
                        .vmId("vm")
                        .build());
        host.open().get("/").respond(200, "");
        assertThat(calls(host, "b")).containsExactly("get_shared_data OK \"v\" 1");
        assertThat(host.log().messages().stream().filter(line -> line.equals("on_context_create 2 1")))
                .hasSize(2);
    }

    @Test
    void trap_ofOneOfTwoInAVm_failsBothUnlessIsolated() {
        // The plugin that has a root id traps; both have the same module.
        GuestModule module = guest().on(ON_CONFIGURE)
                .on(
                        ON_REQUEST_HEADERS,
                        call("get_property", "plugin_root_id", outBytes()).silently(),
                        raw("(if (i32.load (i32.const 520)) (then unreachable))"));
        for (boolean isolated : new boolean[] {false, true}) {
            TestHost host = start(
                    plugin("fine", module).isolated(isolated).build(),
                    plugin("trapping", module)
                            .rootId("trap")
                            .failurePolicy(FailurePolicy.FAIL_OPEN)
                            .isolated(isolated)
                            .build());
            host.open().get("/").respond(200, "");
            assertThat(host.status("trapping").state()).isEqualTo(PluginStatus.State.FAILED);
            assertThat(host.status("fine").state())
                    .isEqualTo(isolated ? PluginStatus.State.LOADED : PluginStatus.State.FAILED);
            InMemoryExchange next = host.open().get("/").respond(200, "");
            assertThat(next.client().status()).isEqualTo(isolated ? 200 : 503);
        }
    }

    @Test
    void configureThatFails_underReload_isNotTriedAgain() {
        TestHost host = start(plugin("p", listener().on(ON_CONFIGURE, returns(0)))
                .failurePolicy(FailurePolicy.FAIL_RELOAD)
                .build());
        for (int i = 0; i < 3; i++) {
            host.advanceMillis(10_000);
            assertThat(host.open().get("/").client().status()).isEqualTo(503);
        }
        assertThat(host.log().messages()).isEmpty();
    }

    @Test
    void moduleThatCannotLoad_goesByPolicy() {
        for (FailurePolicy policy : FailurePolicy.values()) {
            TestHost host = start(
                    PluginSpec.builder("bad", ModuleSource.of(new byte[] {1, 2, 3}))
                            .failurePolicy(policy)
                            .build(),
                    plugin("good", listener()).build());
            InMemoryExchange exchange = host.open().get("/").respond(200, "");
            assertThat(exchange.client().status()).isEqualTo(policy == FailurePolicy.FAIL_OPEN ? 200 : 503);
            assertThat(host.status("bad").reason()).contains("3 bytes");
        }
    }

    @Test
    void bodyHeldByAPlugin_thatTrapsAtItsNextChunk_goesOnWhenItFailsOpen() {
        TestHost host = start(
                plugin("a", guest().on(ON_REQUEST_BODY, atCall(3, trap()), returnsInTurn(1, 2)))
                        .failurePolicy(FailurePolicy.FAIL_OPEN)
                        .build(),
                plugin("b", listener()).build());
        InMemoryExchange exchange =
                host.open().post("/").requestBody("a", false).requestBody("b", false);
        assertThat(exchange.upstream().chunks()).isEmpty();
        exchange.requestBody("c", false).requestBody("d", true).respond(200, "");
        assertThat(exchange.upstream().bodyText()).isEqualTo("abcd");
        assertThat(heard(host)).containsSubsequence("b on_request_body", "b on_log", "b on_done", "b on_delete");
    }

    @Test
    void queue_registeredOnTwoWorkers_tellsTheOneThatCameLast() {
        GuestModule module = guest().on(
                        ON_CONFIGURE,
                        call("register_shared_queue", "q", outWord()).into("queue"))
                .on(ON_REQUEST_HEADERS, call("enqueue_shared_queue", var("queue"), "item"))
                .on(ON_QUEUE_READY, call("dequeue_shared_queue", param(1), outBytes()));
        TestHost host = start(plugin("p", module).build());
        host.addWorker();
        host.log().take();
        host.worker(0).open().get("/").respond(200, "");
        assertThat(host.worker(1).executor().taskCount()).isEqualTo(1);
        assertThat(host.log().messages()).doesNotContain("on_queue_ready 1 1");
        host.runAll();
        assertThat(host.log().messages()).contains("on_queue_ready 1 1", "dequeue_shared_queue 0 \"item\"");
        host.worker(1).worker().close();
        host.runAll();
        host.log().take();
        host.worker(0).open().get("/").respond(200, "");
        host.runAll();
        assertThat(host.log().messages()).doesNotContain("on_queue_ready 1 1").contains("enqueue_shared_queue 0");
        // The other worker has ended alone, so the check of what is alive is of no use here.
        host.close();
    }

    @Test
    void ticks_onTwoWorkers_comeOnEach() {
        TestHost host = start(plugin(
                        "p",
                        guest().on(
                                        ON_CONFIGURE,
                                        call("set_tick_period_milliseconds", 10).silently())
                                .on(ON_TICK, keep("unused", 0)))
                .build());
        host.addWorker();
        host.log().take();
        host.advanceMillis(30);
        assertThat(host.log().messages()).hasSize(6).containsOnly("on_tick 1");
    }

    @Test
    void host_closedWhileStreamsAreOpen_letsThemEnd() {
        for (FailurePolicy policy : FailurePolicy.values()) {
            TestHost host = start(plugin("p", listener().on(Callback.ON_REQUEST_HEADERS, returns(1)))
                    .failurePolicy(policy)
                    .build());
            InMemoryExchange exchange = host.open().get("/");
            host.close();
            exchange.clientReset();
            assertThat(exchange.finished()).isTrue();
        }
    }
}
