package dev.portafilter.test.limits;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_LOG;
import static dev.portafilter.abi.Callback.ON_QUEUE_READY;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.atCall;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.note;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.param;
import static dev.portafilter.test.guest.Ops.set;
import static dev.portafilter.test.guest.Ops.steps;
import static dev.portafilter.test.guest.Ops.trap;
import static dev.portafilter.test.guest.Ops.var;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.ProxyWasmHost;
import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.service.HostServices;
import dev.portafilter.runtime.service.SingleThreadWorkerExecutor;
import dev.portafilter.runtime.stream.HttpStream;
import dev.portafilter.runtime.stream.Worker;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.RecordingPluginLog;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestHosts;
import dev.portafilter.test.conformance.Exchanges;
import dev.portafilter.test.guest.GuestLog;
import dev.portafilter.test.guest.GuestModule;
import dev.portafilter.test.guest.Op;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What plugins, VMs and workers share, and what they do not. */
class SharingTest {
    /** Counts in a variable of the VM, whoever asks. */
    private static final Op COUNT =
            steps(set("count", "(i32.add (global.get $count) (i32.const 1))"), note("count", "(global.get $count)"));

    /** Registers a queue and takes out one item at each notice. */
    private static final GuestModule CONSUMER = guest().on(
                    ON_CONFIGURE,
                    call("register_shared_queue", "jobs", outWord()).silently())
            .on(ON_QUEUE_READY, call("dequeue_shared_queue", param(1), outBytes()));

    /** Puts one item into the queue of the consumer at each request. */
    private static final GuestModule PRODUCER = guest().on(
                    ON_REQUEST_HEADERS,
                    call("resolve_shared_queue", "consumers", "jobs", outWord())
                            .silently()
                            .into("q"),
                    call("enqueue_shared_queue", var("q"), "job"));

    @RegisterExtension
    final TestHosts hosts = new TestHosts();

    private static PluginSpec.Builder spec(String name, GuestModule module) {
        return PluginSpec.builder(name, ModuleSource.of(module.wasm()));
    }

    private TestHost start(int workers, PluginSpec.Builder... specs) {
        TestHost.Builder builder = TestHost.builder().workers(workers);
        for (PluginSpec.Builder spec : specs) {
            builder.plugin(spec.build());
        }
        return hosts.start(builder);
    }

    private static int get(TestHost host, int worker) {
        InMemoryExchange exchange = host.worker(worker).open().get("/");
        if (!exchange.finished()) {
            exchange.respond(200, "");
        }
        host.runAll();
        return exchange.client().status();
    }

    private static List<String> lines(TestHost host, String plugin) {
        return GuestLog.read(host.log().lines().stream()
                .filter(line -> line.plugin().equals("default." + plugin))
                .map(RecordingPluginLog.Line::message)
                .toList());
    }

    private static long notices(TestHost host) {
        return host.log().messages().stream()
                .filter(line -> line.startsWith("on_queue_ready"))
                .count();
    }

    @Test
    void plugins_ofOneModule_shareAVmOnEachWorker() {
        GuestModule module = guest().on(ON_REQUEST_HEADERS, COUNT);
        TestHost host = start(2, spec("a", module), spec("b", module));
        get(host, 0);
        get(host, 1);
        get(host, 0);
        assertThat(lines(host, "a"))
                .filteredOn(line -> line.startsWith("count"))
                .containsExactly("count 1", "count 1", "count 3");
        assertThat(lines(host, "b"))
                .filteredOn(line -> line.startsWith("count"))
                .containsExactly("count 2", "count 2", "count 4");
        assertThat(host.status("a").vmCount()).isEqualTo(2);
        assertThat(host.status("b").vmCount()).isEqualTo(2);
        assertThat(host.worker(0).worker().contextCount()).isEqualTo(2);
    }

    @Test
    void plugins_thatAreIsolated_haveTheirOwnVm() {
        GuestModule module = guest().on(ON_REQUEST_HEADERS, COUNT);
        TestHost host =
                start(1, spec("a", module).isolated(true), spec("b", module).isolated(true));
        get(host, 0);
        assertThat(lines(host, "a")).contains("count 1");
        assertThat(lines(host, "b")).contains("count 1");
    }

    @Test
    void plugins_thatDifferInEnvironmentOrCapabilitiesOrLimits_haveTheirOwnVm() {
        GuestModule module = guest().on(ON_REQUEST_HEADERS, COUNT);
        TestHost host = start(
                1,
                spec("a", module),
                spec("b", module).environment(java.util.Map.of("A", "1")),
                spec("c", module).vmConfiguration(new byte[1]),
                spec("d", module).vmId("other"));
        get(host, 0);
        for (String plugin : List.of("a", "b", "c", "d")) {
            assertThat(lines(host, plugin)).as(plugin).contains("count 1");
        }
    }

    @Test
    void trap_inASharedVm_failsEachOfItsPlugins_onThatWorker() {
        GuestModule module = guest().on(ON_REQUEST_HEADERS, COUNT).on(ON_LOG, atCall(3, trap()));
        TestHost host = start(2, spec("a", module), spec("b", module));
        assertThat(get(host, 0)).isEqualTo(200);
        assertThat(get(host, 0)).isEqualTo(200);
        host.log().take();
        assertThat(get(host, 0)).isEqualTo(503);
        assertThat(host.log().messages()).isEmpty();
        assertThat(get(host, 1)).isEqualTo(200);
    }

    @Test
    void trap_inAnIsolatedVm_leavesTheOthers() {
        GuestModule module = guest().on(ON_REQUEST_HEADERS, COUNT).on(ON_LOG, trap());
        TestHost host = start(
                1,
                spec("a", module).isolated(true).failurePolicy(FailurePolicy.FAIL_OPEN),
                spec("b", guest().on(ON_REQUEST_HEADERS, COUNT)).isolated(true));
        get(host, 0);
        host.log().take();
        assertThat(get(host, 0)).isEqualTo(200);
        assertThat(lines(host, "b")).contains("count 2");
        assertThat(lines(host, "a")).isEmpty();
    }

    @Test
    void reload_ofASharedVm_startsEachOfItsPlugins() {
        GuestModule module = guest().on(ON_REQUEST_HEADERS, COUNT).on(ON_LOG, atCall(1, trap()));
        TestHost host = start(
                1,
                spec("a", module).failurePolicy(FailurePolicy.FAIL_RELOAD),
                spec("b", module).failurePolicy(FailurePolicy.FAIL_RELOAD));
        host.advanceMillis(2_000);
        get(host, 0);
        host.log().take();
        assertThat(get(host, 0)).isEqualTo(200);
        assertThat(lines(host, "a")).contains("count 1");
        assertThat(lines(host, "b")).contains("count 2");
    }

    @Test
    void queueNotice_forAnItemOfAnotherVmAndWorker_comesOnce() {
        TestHost host = start(
                2,
                spec("consumer", CONSUMER).vmId("consumers"),
                spec("producer", PRODUCER).vmId("producers"));
        for (int i = 0; i < 3; i++) {
            get(host, 0);
            get(host, 1);
        }
        assertThat(notices(host)).isEqualTo(6);
        assertThat(lines(host, "consumer"))
                .filteredOn(line -> line.startsWith("dequeue"))
                .hasSize(6)
                .containsOnly("dequeue_shared_queue OK \"job\"");
    }

    @Test
    void queueNotice_whenItsReceiverHasFailed_isDropped_andTheItemStays() {
        GuestModule consumer = guest().on(
                        ON_CONFIGURE,
                        call("register_shared_queue", "jobs", outWord()).silently())
                .on(ON_LOG, atCall(1, trap()))
                .on(
                        ON_QUEUE_READY,
                        call("dequeue_shared_queue", param(1), outBytes()),
                        call("dequeue_shared_queue", param(1), outBytes()));
        TestHost host = start(
                1,
                spec("consumer", consumer).vmId("consumers").failurePolicy(FailurePolicy.FAIL_RELOAD),
                spec("producer", PRODUCER).vmId("producers"));
        host.advanceMillis(2_000);
        // The notice for the first request's item would come after its callback; the VM has failed by then.
        HttpStream stream = host.worker().open().stream();
        stream.requestHeaders(InMemoryExchange.requestHead("GET", "/"), true);
        stream.responseHeaders(HeaderMap.of(":status", "200"), true);
        host.runAll();
        assertThat(notices(host)).isZero();
        get(host, 0);
        assertThat(lines(host, "consumer"))
                .filteredOn(line -> line.startsWith("dequeue"))
                .containsExactly("dequeue_shared_queue OK \"job\"", "dequeue_shared_queue OK \"job\"");
    }

    @Test
    void queueNotices_fromManyThreads_comeOnceForEachItem() throws Exception {
        RecordingPluginLog log = new RecordingPluginLog(dev.portafilter.abi.LogLevel.INFO);
        int each = 200;
        try (SingleThreadWorkerExecutor first = new SingleThreadWorkerExecutor("test-first");
                SingleThreadWorkerExecutor second = new SingleThreadWorkerExecutor("test-second");
                ProxyWasmHost host = ProxyWasmHost.builder()
                        .plugin(spec("consumer", CONSUMER).vmId("consumers").build())
                        .plugin(spec("producer", PRODUCER).vmId("producers").build())
                        .services(HostServices.builder().log(log).build())
                        .build()) {
            Worker one = host.newWorker(first);
            Worker two = host.newWorker(second);
            for (Worker worker : List.of(one, two)) {
                worker.started().toCompletableFuture().get(20, TimeUnit.SECONDS);
            }
            for (int i = 0; i < each; i++) {
                first.execute(() -> Exchanges.get(one));
                second.execute(() -> Exchanges.get(two));
            }
            // Each worker has put in its items, then each has heard of those that the other put in.
            for (int round = 0; round < 2; round++) {
                for (SingleThreadWorkerExecutor thread : List.of(first, second)) {
                    java.util.concurrent.CompletableFuture<Void> reached =
                            new java.util.concurrent.CompletableFuture<>();
                    thread.execute(() -> reached.complete(null));
                    reached.get(20, TimeUnit.SECONDS);
                }
            }
            List<String> lines = GuestLog.read(log.messages());
            assertThat(lines.stream().filter(line -> line.startsWith("on_queue_ready")))
                    .hasSize(2 * each);
            assertThat(lines.stream().filter(line -> line.equals("dequeue_shared_queue OK \"job\"")))
                    .hasSize(2 * each);
        }
    }
}
