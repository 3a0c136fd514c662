package dev.portafilter.test.conformance;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_QUEUE_READY;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_VM_START;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.note;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.param;
import static dev.portafilter.test.guest.Ops.raw;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.SharedData;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.service.SharedDataStore;
import dev.portafilter.runtime.service.SharedQueueStore;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestWorker;
import dev.portafilter.test.guest.GuestModule;
import dev.portafilter.test.guest.Op;
import dev.portafilter.test.guest.Ops.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Section 8.13: shared data and queues. */
class SharedVectorsTest extends VectorSuite {
    /** Appends a byte to the value of "k" until nobody has come in between. */
    private static final String APPEND = """
            (func $append (local $size i32) (local $status i32)
              (loop $again
                (i32.store (i32.const 50008) (i32.const 0))
                (i32.store (i32.const 50016) (i32.const 0))
                (drop (call $proxy_get_shared_data (i32.const 49999) (i32.const 1)
                  (i32.const 50000) (i32.const 50008) (i32.const 50016)))
                (local.set $size (i32.load (i32.const 50008)))
                (memory.copy (i32.const 51000) (i32.load (i32.const 50000)) (local.get $size))
                (i32.store8 (i32.add (i32.const 51000) (local.get $size)) (i32.const 120))
                (local.set $status (call $proxy_set_shared_data (i32.const 49999) (i32.const 1)
                  (i32.const 51000) (i32.add (local.get $size) (i32.const 1)) (i32.load (i32.const 50016))))
                (br_if $again (i32.eq (local.get $status) (i32.const 8)))))
            (data (i32.const 49999) "k")
            """;

    private static Call get(String key) {
        return call("get_shared_data", key, outBytes(), outWord());
    }

    private static Call set(String key, Object value, int cas) {
        return call("set_shared_data", key, value, cas);
    }

    private static Call register(String name) {
        return call("register_shared_queue", name, outWord());
    }

    private static Call resolve(String vmId, String name) {
        return call("resolve_shared_queue", vmId, name, outWord());
    }

    private static Call enqueue(Object token, Object data) {
        return call("enqueue_shared_queue", token, data);
    }

    private static Call dequeue(Object token) {
        return call("dequeue_shared_queue", token, outBytes());
    }

    private List<String> started(Op... ops) {
        return play(guest().on(ON_VM_START, ops)).calls();
    }

    private static PluginSpec inVm(String name, String vmId, GuestModule module) {
        return builder(name, module).vmId(vmId).build();
    }

    private static GuestModule onRequest(Op... ops) {
        return guest().on(ON_REQUEST_HEADERS, ops);
    }

    /** A guest that appends a byte to the value of "k" at each request. */
    private static GuestModule appender() {
        // The functions of the host that it calls are imported by calls that are never made.
        return onRequest(
                        raw("(call $append)"),
                        raw("(return (i32.const 0))"),
                        get("k").silently(),
                        set("k", "", 0).silently())
                .fields(APPEND);
    }

    /** Does something on each worker at once, each on a thread of its own. */
    private static void atOnce(TestHost host, java.util.function.Consumer<TestWorker> work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                TestWorker worker = host.worker(i);
                all.add(threads.submit(() -> work.accept(worker)));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            threads.shutdown();
        }
    }

    @Vector({226, 227})
    void compareAndSwap_takesTheLatestNumberOnly() {
        assertThat(started(
                        set("k", "one", 0),
                        set("k", "two", 0),
                        get("k"),
                        set("k", "three", 2),
                        get("k"),
                        set("k", "four", 100),
                        set("k", "four", 2),
                        get("k")))
                .containsExactly(
                        "set_shared_data OK",
                        "set_shared_data OK",
                        "get_shared_data OK \"two\" 2",
                        "set_shared_data OK",
                        "get_shared_data OK \"three\" 3",
                        "set_shared_data CAS_MISMATCH",
                        "set_shared_data CAS_MISMATCH",
                        "get_shared_data OK \"three\" 3");
    }

    @Vector({228, 229, 230})
    void data_absentOrEmpty_isToldApart() {
        assertThat(started(
                        get("k"),
                        set("k", "v", 5),
                        get("k"),
                        set("k", NONE, 0),
                        get("k"),
                        set("", "empty key", 0),
                        get("")))
                .containsExactly(
                        "get_shared_data NOT_FOUND - -",
                        "set_shared_data OK",
                        "get_shared_data OK \"v\" 1",
                        "set_shared_data OK",
                        "get_shared_data OK null 2",
                        "set_shared_data OK",
                        "get_shared_data OK \"empty key\" 3");
    }

    @Vector(231)
    void appends_fromTwoThreads_areAllKept() throws Exception {
        Play play = play(TestHost.builder().workers(2), spec("p", appender()));
        // An absent value has no number to compare with, so one is there from the start.
        SharedData data = play.host().host().services().sharedData().open("");
        data.set(bytes("k"), new byte[0], 0);
        atOnce(play.host(), worker -> {
            for (int i = 0; i < 10; i++) {
                worker.open().get("/").respond(200, "");
            }
        });
        assertThat(data.get(bytes("k")).value()).isEqualTo(bytes("x".repeat(20)));
        play.host().host().services().sharedData().release("");
    }

    @Vector(232)
    void vmIds_haveTheirOwnData() {
        Play play = play(
                inVm("a", "A", onRequest(set("k", "from A", 0))),
                inVm("b", "A", onRequest(get("k"))),
                inVm("c", "B", onRequest(get("k"))));
        play.get();
        assertThat(play.calls())
                .containsExactly(
                        "set_shared_data OK", "get_shared_data OK \"from A\" 1", "get_shared_data NOT_FOUND - -");
    }

    @Vector(233)
    void data_ofAVmIdWithoutVms_isGone() {
        SharedDataStore store = new SharedDataStore();
        GuestModule writer = guest().on(ON_VM_START, set("k", "v", 0));
        PluginSpec reader = inVm("r", "A", onRequest(get("k")));
        Play first = play(TestHost.builder().services(services -> services.sharedData(store)), inVm("w", "A", writer));
        Play second = play(TestHost.builder().services(services -> services.sharedData(store)), reader);
        first.host().close();
        second.get();
        assertThat(second.takeCalls()).containsExactly("get_shared_data OK \"v\" 1");
        second.host().close();
        Play third = play(TestHost.builder().services(services -> services.sharedData(store)), reader);
        third.get();
        assertThat(third.calls()).containsExactly("get_shared_data NOT_FOUND - -");
    }

    @Vector(234)
    void counter_afterTenRequests_isTen() {
        Play play = play(appender().on(ON_QUEUE_READY));
        for (int i = 0; i < 10; i++) {
            play.get();
        }
        assertThat(play.host()
                        .host()
                        .services()
                        .sharedData()
                        .open("")
                        .get(bytes("k"))
                        .value())
                .hasSize(10);
        play.host().host().services().sharedData().release("");
    }

    @Vector({235, 236, 237})
    void queues_areFoundByName() {
        PluginSpec plugin = inVm(
                "p",
                "vm",
                guest().on(
                                ON_VM_START,
                                register("a"),
                                register("b"),
                                register("a"),
                                resolve("", "none"),
                                resolve("other", "a"),
                                resolve("", "b"),
                                resolve("vm", "a")));
        assertThat(play(plugin).calls())
                .containsExactly(
                        "register_shared_queue OK 1",
                        "register_shared_queue OK 2",
                        "register_shared_queue OK 1",
                        "resolve_shared_queue NOT_FOUND -",
                        "resolve_shared_queue NOT_FOUND -",
                        "resolve_shared_queue OK 2",
                        "resolve_shared_queue OK 1");
    }

    @Vector({238, 239})
    void queue_unknownOrEmpty_isToldApart() {
        assertThat(started(register("q"), enqueue(999, "x"), dequeue(999), enqueue(0, "x"), dequeue(1)))
                .containsExactly(
                        "register_shared_queue OK 1",
                        "enqueue_shared_queue NOT_FOUND",
                        "dequeue_shared_queue NOT_FOUND -",
                        "enqueue_shared_queue NOT_FOUND",
                        "dequeue_shared_queue EMPTY -");
    }

    @Vector(240)
    void items_fromTwoThreads_comeOutInOrder() throws Exception {
        Play play = play(
                TestHost.builder().workers(2),
                spec(
                        "p",
                        guest().on(ON_CONFIGURE, register("q").into("queue").silently())
                                .on(
                                        ON_REQUEST_HEADERS,
                                        call("get_header_map_value", 0, "x-item", outBytes())
                                                .silently(),
                                        raw("(drop (call $proxy_enqueue_shared_queue (global.get $queue)"
                                                + " (i32.load (i32.const 512)) (i32.load (i32.const 520))))"))
                                .on(ON_QUEUE_READY, dequeue(param(1)))
                                .on(ON_VM_START, enqueue(0, "").silently())));
        atOnce(play.host(), worker -> {
            for (int i = 0; i < 100; i++) {
                String item = System.identityHashCode(worker) + ":" + i;
                worker.open().get("/", "x-item", item).respond(200, "");
            }
        });
        play.host().runAll();
        List<String> items = play.calls().stream()
                .filter(line -> line.startsWith("dequeue_shared_queue OK "))
                .toList();
        assertThat(items).hasSize(200).doesNotHaveDuplicates();
    }

    @Vector(241)
    void item_fromAStream_isAnnouncedLater() {
        Play play = play(onRequest(register("q"), enqueue(1, "item"), note("returns"))
                .on(ON_QUEUE_READY, dequeue(param(1)), dequeue(param(1))));
        play.get();
        assertThat(play.lines())
                .containsExactly(
                        "on_request_headers 2 4 1",
                        "register_shared_queue OK 1",
                        "enqueue_shared_queue OK",
                        "returns",
                        "on_queue_ready 1 1",
                        "dequeue_shared_queue OK \"item\"",
                        "dequeue_shared_queue EMPTY -");
    }

    @Vector(242)
    void receiver_inAnotherVm_isTold() {
        Play play = play(
                inVm("consumer", "c", guest().on(ON_CONFIGURE, register("mail")).on(ON_QUEUE_READY, dequeue(param(1)))),
                inVm("producer", "p", onRequest(resolve("c", "mail"), enqueue(1, "letter"))));
        play.forget().get();
        assertThat(play.lines("producer"))
                .containsExactly("on_request_headers 2 4 1", "resolve_shared_queue OK 1", "enqueue_shared_queue OK");
        assertThat(play.lines("consumer")).containsExactly("on_queue_ready 1 1", "dequeue_shared_queue OK \"letter\"");
    }

    @Vector(243)
    void queue_ofAVmIdWithoutVms_isGone() {
        SharedQueueStore store = new SharedQueueStore();
        Play first = play(
                TestHost.builder().services(services -> services.sharedQueues(store)),
                inVm("c", "A", guest().on(ON_VM_START, register("q"))));
        Play second = play(
                TestHost.builder().services(services -> services.sharedQueues(store)),
                inVm("p", "B", onRequest(resolve("A", "q"), enqueue(1, "x"))));
        second.get();
        assertThat(second.takeCalls()).containsExactly("resolve_shared_queue OK 1", "enqueue_shared_queue OK");
        first.host().close();
        second.get();
        assertThat(second.takeCalls())
                .containsExactly("resolve_shared_queue NOT_FOUND -", "enqueue_shared_queue NOT_FOUND");
    }
}
