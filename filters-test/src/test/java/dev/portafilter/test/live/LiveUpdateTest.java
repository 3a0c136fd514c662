package dev.portafilter.test.live;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_DELETE;
import static dev.portafilter.abi.Callback.ON_DONE;
import static dev.portafilter.abi.Callback.ON_QUEUE_READY;
import static dev.portafilter.abi.Callback.ON_REQUEST_BODY;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_TICK;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.note;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.param;
import static dev.portafilter.test.guest.Ops.returns;
import static dev.portafilter.test.guest.Ops.set;
import static dev.portafilter.test.guest.Ops.trap;
import static dev.portafilter.test.guest.Ops.var;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.PluginStatus.State;
import dev.portafilter.runtime.UpdateResult;
import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.Phase;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.plugin.PluginType;
import dev.portafilter.runtime.stream.WorkerOptions;
import dev.portafilter.test.InMemoryConnection;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestHosts;
import dev.portafilter.test.guest.GuestLog;
import dev.portafilter.test.guest.GuestModule;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a change of plugins does to those that run, and to the requests under way. */
class LiveUpdateTest {
    @RegisterExtension
    final TestHosts hosts = new TestHosts();

    private TestHost start(PluginSpec... specs) {
        return start(TestHost.builder(), specs);
    }

    private TestHost start(TestHost.Builder builder, PluginSpec... specs) {
        for (PluginSpec spec : specs) {
            builder.plugin(spec);
        }
        return hosts.start(builder);
    }

    private static PluginSpec.Builder spec(String name, GuestModule module) {
        return PluginSpec.builder(name, ModuleSource.of(module.wasm()));
    }

    /** Adds a header with its version to each request. */
    private static GuestModule marks(String header, String version) {
        return guest().on(
                        ON_REQUEST_HEADERS,
                        call("add_header_map_value", 0, header, version).silently());
    }

    private static PluginSpec configured(PluginSpec.Builder spec, String configuration) {
        return spec.configuration(configuration.getBytes(StandardCharsets.UTF_8))
                .build();
    }

    private static @Nullable String upstreamSaw(TestHost host, String header) {
        InMemoryExchange exchange = host.open().get("/");
        if (!exchange.finished()) {
            exchange.respond(200, "");
        }
        host.runAll();
        return exchange.upstream().headers() == null
                ? null
                : exchange.upstream().header(header);
    }

    private static List<String> lines(TestHost host) {
        return GuestLog.read(host.log().messages());
    }

    @Test
    void update_ofThePlugin_isSeenByTheNextRequest() {
        TestHost host = start(spec("a", marks("v", "1")).build());
        assertThat(upstreamSaw(host, "v")).isEqualTo("1");

        UpdateResult result = host.update(spec("a", marks("v", "2")).build());

        assertThat(result.started()).containsExactly("default.a");
        assertThat(result.failures()).isEmpty();
        assertThat(upstreamSaw(host, "v")).isEqualTo("2");
        assertThat(host.host().plugins()).hasSize(1);
        assertThat(host.status("a").vmCount()).isEqualTo(1);
    }

    /** A module of an image that lists its root ids. */
    private static ModuleSource listing(GuestModule module, String rootId, String... rootIds) {
        return new ModuleSource() {
            @Override
            public byte[] load() {
                return module.wasm();
            }

            @Override
            public String location() {
                return "an image";
            }

            @Override
            public List<String> rootIds() {
                return List.of(rootIds);
            }

            @Override
            public String rootId() {
                return rootId;
            }
        };
    }

    @Test
    void plugin_thatNamesNoRootId_hasThatOfItsModule_andKeepsIt() {
        ModuleSource source = listing(marks("v", "1"), "only", "only");
        PluginSpec silent = PluginSpec.builder("a", source).build();
        PluginSpec named = PluginSpec.builder("b", source).rootId("mine").build();
        TestHost host = start(silent, named);
        assertThat(host.status("a").spec().rootId()).isEqualTo("only");
        assertThat(host.status("b").spec().rootId()).isEqualTo("mine");

        assertThat(host.update(silent).kept()).contains("default.a");
        assertThat(host.status("a").spec().rootId()).isEqualTo("only");
        assertThat(upstreamSaw(host, "v")).isNotNull();
    }

    @Test
    void requestUnderWay_endsOnTheChainThatItBeganWith() {
        GuestModule paused = guest().on(
                        ON_REQUEST_HEADERS,
                        call("add_header_map_value", 0, "v", "1").silently())
                .on(ON_REQUEST_BODY, call("set_buffer_bytes", 0, 0, 1000, "old").silently());
        TestHost host = start(spec("a", paused).build());
        InMemoryExchange early = host.open().post("/");
        assertThat(early.upstream().header("v")).isEqualTo("1");

        host.update(spec("a", marks("v", "2")).build());
        assertThat(upstreamSaw(host, "v")).isEqualTo("2");
        early.requestBody("body", true).respond(200, "");

        assertThat(early.upstream().bodyText()).isEqualTo("old");
        assertThat(early.client().status()).isEqualTo(200);
        host.runAll();
        assertThat(host.host().plugins()).extracting(PluginStatus::state).containsExactly(State.LOADED);
    }

    @Test
    void pluginThatLeft_isToldOnceItsLastStreamIsOver() {
        GuestModule ends = guest().on(ON_REQUEST_HEADERS).on(ON_DONE).on(ON_DELETE);
        TestHost host = start(spec("a", ends).build());
        InMemoryExchange early = host.open().get("/");
        host.delete("a");
        assertThat(host.status("a").state()).isEqualTo(State.DRAINING);
        assertThat(lines(host)).noneMatch(line -> line.equals("on_done 1"));

        early.respond(200, "");
        host.runAll();

        assertThat(lines(host)).endsWith("on_done 2", "on_delete 2", "on_done 1", "on_delete 1");
        assertThat(host.host().plugins()).isEmpty();
        assertThat(host.worker().worker().contextCount()).isZero();
        assertThat(host.worker().worker().memoryBytes()).isZero();
    }

    @Test
    void pluginThatLeft_ticksUntilItEnds() {
        GuestModule ticks = guest().on(
                        ON_CONFIGURE, call("set_tick_period_milliseconds", 10).silently())
                .on(ON_TICK)
                .on(ON_REQUEST_HEADERS);
        TestHost host = start(spec("a", ticks).build());
        InMemoryExchange early = host.open().get("/");
        host.delete("a");
        host.log().take();
        host.advanceMillis(10);
        assertThat(lines(host)).containsExactly("on_tick 1");

        early.respond(200, "");
        host.runAll();
        host.log().take();
        host.advanceMillis(100);

        assertThat(lines(host)).isEmpty();
    }

    @Test
    void pluginThatLeft_withAStreamThatDoesNotEnd_isCutOffAfterTheDrainTime() {
        for (FailurePolicy policy : List.of(FailurePolicy.FAIL_CLOSED, FailurePolicy.FAIL_OPEN)) {
            GuestModule holds = guest().on(ON_REQUEST_HEADERS, returns(1));
            TestHost host = start(
                    TestHost.builder().options(WorkerOptions.DEFAULT.withRetireMillis(500)),
                    spec("a", holds).failurePolicy(policy).build());
            InMemoryExchange held = host.open().get("/");
            host.delete("a");
            host.advanceMillis(499);
            assertThat(held.finished()).isFalse();
            host.advanceMillis(1);

            if (policy == FailurePolicy.FAIL_OPEN) {
                assertThat(held.upstream().ended()).isTrue();
                held.respond(200, "");
                assertThat(held.client().status()).isEqualTo(200);
            } else {
                assertThat(held.client().status()).isEqualTo(503);
            }
            host.runAll();
            assertThat(host.host().plugins()).isEmpty();
            assertThat(host.worker().worker().contextCount()).isZero();
        }
    }

    @Test
    void pluginThatLeft_thatWantsTime_getsItOnce() {
        GuestModule slow = guest().on(ON_DONE, returns(0)).on(ON_DELETE);
        TestHost host = start(
                TestHost.builder().options(WorkerOptions.DEFAULT.withDrainMillis(200)),
                spec("a", slow).build());
        host.delete("a");
        assertThat(host.status("a").state()).isEqualTo(State.DRAINING);
        host.advanceMillis(199);
        assertThat(lines(host)).containsExactly("on_done 1");
        host.advanceMillis(1);

        assertThat(lines(host)).containsExactly("on_done 1", "on_delete 1");
        assertThat(host.host().plugins()).isEmpty();
    }

    @Test
    void connectionUnderWay_endsOnTheChainThatItBeganWith() {
        GuestModule listener = GuestModule.connectionListener();
        TestHost host = start(spec("a", listener).type(PluginType.NETWORK).build());
        InMemoryConnection connection = host.openConnection().connect();
        host.delete("a");
        host.log().take();
        connection.send("x");
        assertThat(lines(host)).anyMatch(line -> line.startsWith("on_downstream_data"));
        assertThat(host.status("a").state()).isEqualTo(State.DRAINING);

        connection.clientReset();
        host.runAll();

        assertThat(host.host().plugins()).isEmpty();
    }

    @Test
    void update_ofOnePlugin_leavesTheOthersAlone() {
        GuestModule counts = guest().on(
                        ON_REQUEST_HEADERS,
                        set("n", "(i32.add (global.get $n) (i32.const 1))"),
                        note("b", "(global.get $n)"))
                .on(ON_CONFIGURE);
        TestHost host =
                start(spec("a", marks("v", "1")).build(), spec("b", counts).build());
        upstreamSaw(host, "v");
        host.log().take();

        UpdateResult result =
                host.apply(spec("a", marks("v", "2")).build(), spec("b", counts).build());
        assertThat(upstreamSaw(host, "v")).isEqualTo("2");

        assertThat(result.started()).containsExactly("default.a");
        assertThat(result.kept()).containsExactly("default.b");
        assertThat(lines(host)).contains("b 2").noneMatch(line -> line.startsWith("on_configure"));
    }

    @Test
    void change_ofThePlaceOnly_movesThePluginThatRuns() {
        GuestModule first = marks("v", "a");
        GuestModule second = marks("v", "b");
        TestHost host = start(
                spec("a", first).priority(2).build(),
                spec("b", second).priority(1).build());
        assertThat(upstreamValues(host)).containsExactly("a", "b");

        UpdateResult result = host.apply(
                spec("a", first).priority(2).build(),
                spec("b", second).phase(Phase.AUTHN).priority(1).build());

        assertThat(result.started()).isEmpty();
        assertThat(upstreamValues(host)).containsExactly("b", "a");
        assertThat(host.status("b").position()).isZero();
        assertThat(host.status("b").reason()).contains("phase AUTHN is before UNSPECIFIED");
    }

    private static List<String> upstreamValues(TestHost host) {
        InMemoryExchange exchange = host.open().get("/");
        exchange.respond(200, "");
        host.runAll();
        HeaderMap headers = exchange.upstream().headers();
        return headers == null
                ? List.of()
                : IntStream.range(0, headers.count())
                        .filter(i -> headers.nameText(i).equals("v"))
                        .mapToObj(headers::valueText)
                        .toList();
    }

    @Test
    void change_ofTheConfiguration_keepsTheVmAndMakesAnotherRoot() {
        GuestModule module = guest().on(
                        ON_REQUEST_HEADERS,
                        set("n", "(i32.add (global.get $n) (i32.const 1))"),
                        note("n", "(global.get $n)"));
        TestHost host = start(configured(spec("a", module), "1"));
        upstreamSaw(host, "v");

        host.update(configured(spec("a", module), "2"));
        upstreamSaw(host, "v");

        assertThat(lines(host)).containsSubsequence("n 1", "n 2");
        assertThat(host.status("a").vmCount()).isEqualTo(1);
        assertThat(host.worker().worker().contextCount()).isEqualTo(1);
    }

    @Test
    void update_thatDoesNotStart_leavesWhatRuns() {
        TestHost host = start(spec("a", marks("v", "1")).build());
        GuestModule refuses = marks("v", "2").on(ON_CONFIGURE, returns(0));

        UpdateResult result = host.update(spec("a", refuses).build());

        assertThat(result.failures().get("default.a")).contains("proxy_on_configure returned false");
        assertThat(upstreamSaw(host, "v")).isEqualTo("1");
        assertThat(host.status("a").state()).isEqualTo(State.LOADED);
        assertThat(host.status("a").problem()).contains("proxy_on_configure returned false");
        assertThat(updates(host, "failure")).isEqualTo(1);

        host.update(spec("a", marks("v", "3")).build());
        assertThat(upstreamSaw(host, "v")).isEqualTo("3");
        assertThat(host.status("a").problem()).isNull();
        assertThat(updates(host, "success")).isEqualTo(1);
    }

    private static long updates(TestHost host, String result) {
        return host.host().services().metrics().hostSamples().stream()
                .filter(sample -> sample.name().equals("portafilter_plugin_updates_total")
                        && result.equals(sample.labels().get("result")))
                .mapToLong(sample -> sample.value())
                .sum();
    }

    @Test
    void update_thatDoesNotStart_failsWhenNothingIsToBeKept() {
        TestHost host = start(
                TestHost.builder().keepLastGood(false),
                spec("a", marks("v", "1")).build());
        host.update(spec("a", guest().on(ON_CONFIGURE, trap())).build());

        assertThat(host.open().get("/").client().status()).isEqualTo(503);
        assertThat(host.status("a").state()).isEqualTo(State.FAILED);
    }

    @Test
    void update_thatIsNoModule_leavesWhatRuns() {
        TestHost host = start(spec("a", marks("v", "1")).build());
        UpdateResult result = host.update(
                PluginSpec.builder("a", ModuleSource.of(new byte[] {1, 2, 3})).build());

        assertThat(result.failures()).containsKey("default.a");
        assertThat(upstreamSaw(host, "v")).isEqualTo("1");
    }

    @Test
    void trial_takesNoQueueAway() {
        GuestModule consumer = guest().on(
                        ON_CONFIGURE,
                        call("register_shared_queue", "jobs", outWord()).silently(),
                        returns(1))
                .on(ON_QUEUE_READY, call("dequeue_shared_queue", param(1), outBytes()));
        GuestModule refusing = guest().on(
                        ON_CONFIGURE,
                        call("register_shared_queue", "jobs", outWord()).silently(),
                        returns(0));
        GuestModule producer = guest().on(
                        ON_REQUEST_HEADERS,
                        call("resolve_shared_queue", "", "jobs", outWord())
                                .silently()
                                .into("q"),
                        call("enqueue_shared_queue", var("q"), "job").silently());
        TestHost host = start(
                spec("consumer", consumer).build(), spec("producer", producer).build());
        host.update(spec("consumer", refusing).build());
        host.log().take();

        upstreamSaw(host, "v");

        assertThat(lines(host)).contains("dequeue_shared_queue OK \"job\"");
    }

    @Test
    void sharedData_outlivesTheUpdateOfItsOnlyPlugin() {
        TestHost host = start(spec("a", guest().on(ON_REQUEST_HEADERS, call("set_shared_data", "k", "kept", 0)))
                .build());
        upstreamSaw(host, "v");
        host.update(spec("a", guest().on(ON_REQUEST_HEADERS, call("get_shared_data", "k", outBytes(), outWord())))
                .build());
        upstreamSaw(host, "v");

        assertThat(lines(host)).contains("get_shared_data OK \"kept\" 1");
    }

    @Test
    void moduleThatCannotBeFetched_isTriedAgainUntilItIsThere() {
        FlakySource source = new FlakySource();
        TestHost host = start(PluginSpec.builder("a", source).build());
        assertThat(host.open().get("/").client().status()).isEqualTo(503);
        assertThat(host.status("a").reason()).isEqualTo("not there yet");
        host.advanceMillis(1_000);
        source.brings(marks("v", "1").wasm());
        host.advanceMillis(1_999);
        assertThat(host.status("a").state()).isEqualTo(State.FAILED);
        host.advanceMillis(1);

        assertThat(upstreamSaw(host, "v")).isEqualTo("1");
        assertThat(host.status("a").state()).isEqualTo(State.LOADED);
    }

    @Test
    void pluginThatJoinsWhenReady_letsRequestsPassUntilThen() {
        FlakySource source = new FlakySource();
        TestHost host = start(
                spec("first", marks("w", "1")).build(),
                PluginSpec.builder("a", source).joinsWhenReady(true).build());
        assertThat(host.host().plugins())
                .filteredOn(status -> status.spec().name().equals("a"))
                .extracting(PluginStatus::state)
                .containsExactly(State.PENDING);
        assertThat(upstreamSaw(host, "w")).isEqualTo("1");
        assertThat(host.status("a").state()).isEqualTo(State.FAILED);
        assertThat(host.status("a").position()).isEqualTo(-1);
        long failedMillis = host.status("a").sinceMillis();
        assertThat(host.status("a").nextTryMillis()).isEqualTo(failedMillis + 1_000);
        assertThat(host.status("first").nextTryMillis()).isZero();
        host.advanceMillis(1_000);
        assertThat(host.status("a").nextTryMillis()).isEqualTo(failedMillis + 3_000);

        source.brings(marks("v", "1").wasm());
        host.advanceMillis(2_000);

        assertThat(upstreamSaw(host, "v")).isEqualTo("1");
        assertThat(host.status("a").position()).isZero();
        assertThat(host.status("a").nextTryMillis()).isZero();
    }

    @Test
    void update_ofAFailedPlugin_mendsIt() {
        TestHost host = start(spec("a", guest().on(ON_REQUEST_HEADERS, trap())).build());
        assertThat(host.open().get("/").client().status()).isEqualTo(503);
        host.runAll();
        assertThat(host.status("a").state()).isEqualTo(State.FAILED);

        host.update(spec("a", marks("v", "2")).build());

        assertThat(upstreamSaw(host, "v")).isEqualTo("2");
        assertThat(host.status("a").state()).isEqualTo(State.LOADED);
        assertThat(host.host().plugins()).hasSize(1);
    }

    @Test
    void workers_allRunTheChange_alsoThoseMadeLater() {
        TestHost host =
                start(TestHost.builder().workers(2), spec("a", marks("v", "1")).build());
        host.update(spec("a", marks("v", "2")).build());
        host.addWorker();
        host.runAll();
        for (int worker = 0; worker < 3; worker++) {
            InMemoryExchange exchange = host.worker(worker).open().get("/").respond(200, "");
            assertThat(exchange.upstream().header("v")).isEqualTo("2");
        }
        assertThat(host.status("a").vmCount()).isEqualTo(3);
    }

    @Test
    void workerEnded_underAPluginThatIsNeverDone_leavesNoVmBehind() {
        GuestModule never = guest().on(ON_DONE, returns(0));
        TestHost host = start(TestHost.builder().workers(2), spec("a", never).build());
        host.runAll();
        assertThat(host.status("a").vmCount()).isEqualTo(2);
        host.endWorker(host.worker(1));
        assertThat(host.status("a").vmCount()).isEqualTo(1);
    }

    @Test
    void hostClosed_whileAPluginDrains_tellsItToo() {
        GuestModule ends = guest().on(ON_REQUEST_HEADERS).on(ON_DONE).on(ON_DELETE);
        TestHost host = start(spec("a", ends).build());
        InMemoryExchange early = host.open().get("/");
        host.delete("a");
        host.log().take();

        host.close();
        early.clientReset();

        assertThat(lines(host)).contains("on_done 1", "on_delete 1");
    }

    @Test
    void change_afterTheHostIsClosed_isRefused() {
        TestHost host = start(spec("a", marks("v", "1")).build());
        host.close();
        CompletionStage<UpdateResult> late = host.host().delete("default.a");
        host.runAll();

        assertThat(late.toCompletableFuture()).isCompletedExceptionally();
    }

    @Test
    void manyChanges_leaveNothingBehind() {
        TestHost host = start();
        for (int i = 0; i < 200; i++) {
            InMemoryExchange early = host.open().get("/");
            host.update(configured(spec("a", marks("v", i % 2 == 0 ? "even" : "odd")), String.valueOf(i % 3)));
            host.update(spec("b", marks("w", String.valueOf(i % 4))).build());
            if (i % 5 == 0) {
                host.delete("b");
            }
            early.respond(200, "");
            assertThat(upstreamSaw(host, "v")).isEqualTo(i % 2 == 0 ? "even" : "odd");
        }
        assertThat(host.host().plugins()).hasSize(2);
        assertThat(host.worker().worker().contextCount()).isEqualTo(2);
        assertThat(host.host().services().metrics().hostSamples())
                .filteredOn(sample -> sample.name().equals("portafilter_vms"))
                .singleElement()
                .satisfies(sample -> assertThat(sample.value()).isEqualTo(2));
    }
}
