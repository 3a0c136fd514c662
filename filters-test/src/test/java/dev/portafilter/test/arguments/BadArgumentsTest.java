package dev.portafilter.test.arguments;

import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.memoryEnd;
import static dev.portafilter.test.guest.Ops.numbers;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.range;
import static dev.portafilter.test.guest.Ops.returns;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.BufferType;
import dev.portafilter.abi.Callback;
import dev.portafilter.abi.HostFunction;
import dev.portafilter.abi.HostFunctions;
import dev.portafilter.abi.LogLevel;
import dev.portafilter.abi.MapType;
import dev.portafilter.abi.Param;
import dev.portafilter.abi.Status;
import dev.portafilter.abi.StreamType;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.ScriptedHttpCalls.Call;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestHosts;
import dev.portafilter.test.arguments.GoodCalls.Row;
import dev.portafilter.test.guest.Arg;
import dev.portafilter.test.guest.Callbacks;
import dev.portafilter.test.guest.GuestLog;
import dev.portafilter.test.guest.GuestModule;
import dev.portafilter.test.guest.Op;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One bad argument at a time in a call that is good otherwise, for every function and every parameter. */
class BadArgumentsTest {
    /** Far below what the sizes in bad arguments announce. */
    private static final long MOST_ALLOCATED_BYTES = 256L << 20;

    private static final int FREE_CELL = 900;

    @RegisterExtension
    final TestHosts hosts = new TestHosts();

    /** A call with the status that it must give; null for any but a fault of memory. */
    private record Case(String what, Op op, Status status) {}

    static Stream<HostFunction> functions() {
        return HostFunctions.all().stream();
    }

    @Test
    void everyFunction_hasAGoodCall() {
        assertThat(GoodCalls.functions())
                .containsExactlyInAnyOrderElementsOf(
                        functions().map(HostFunction::name).toList());
    }

    @ParameterizedTest
    @MethodSource("functions")
    void badArgument_givesTheStatusOfTheReference_andAllocatesNothing(HostFunction function) {
        List<Case> cases = cases(function);
        List<Op> ops = new ArrayList<>();
        for (Case one : cases) {
            ops.add(GoodCalls.of(function.name()).before());
            ops.add(one.op());
        }
        TestHost host = start(GuestModule.guest().on(Callback.ON_REQUEST_HEADERS, ops.toArray(Op[]::new)));
        long before = allocatedBytes();
        InMemoryExchange exchange = host.open().get("/");
        long allocated = allocatedBytes() - before;

        List<String> statuses = statuses(host, function);
        assertThat(statuses).hasSameSizeAs(cases);
        for (int i = 0; i < cases.size(); i++) {
            Case one = cases.get(i);
            if (one.status() == null) {
                assertThat(statuses.get(i)).as(one.what()).isNotEqualTo(Status.INVALID_MEMORY_ACCESS.name());
            } else {
                assertThat(statuses.get(i))
                        .as(one.what())
                        .isEqualTo(one.status().name());
            }
        }
        assertThat(allocated).isLessThan(MOST_ALLOCATED_BYTES);
        assertThat(host.status("p").state()).isEqualTo(PluginStatus.State.LOADED);
        end(host, exchange);
    }

    @ParameterizedTest
    @MethodSource("functions")
    void goodCall_inAnyCallback_neitherFailsNorBreaksTheStream(HostFunction function) {
        GuestModule module = GuestModule.guest();
        Row row = GoodCalls.of(function.name());
        for (Callback callback : Callbacks.HTTP) {
            Op after = returns(callback.defaultResult());
            module.on(callback, row.before(), call(function.name(), row.arguments()), after);
        }
        TestHost host = start(module);
        InMemoryExchange exchange = host.open().post("/").requestBody("body", false);
        exchange.requestTrailers("x-t", "1");
        assertThat(exchange.upstream().headers()).isNotNull();
        exchange.responseHeaders(InMemoryExchange.responseHead(200), false)
                .responseBody("body", false)
                .responseTrailers("x-t", "1");
        assertThat(exchange.client().status()).isEqualTo(200);
        assertThat(exchange.client().ended()).isTrue();
        assertThat(host.status("p").state()).isEqualTo(PluginStatus.State.LOADED);
        assertThat(statuses(host, function))
                .isNotEmpty()
                .doesNotContain(Status.INVALID_MEMORY_ACCESS.name(), Status.UNIMPLEMENTED.name());
        end(host, exchange);
    }

    @Test
    void contexts_thatAreNotAlive_cannotBeEffective() {
        int deadStream = 2;
        TestHost host = start(GuestModule.guest()
                .on(
                        Callback.ON_REQUEST_HEADERS,
                        call("set_effective_context", deadStream),
                        call("set_effective_context", 3),
                        call("set_effective_context", 4),
                        call("set_effective_context", -1),
                        call("set_effective_context", 1),
                        call("set_effective_context", 0)));
        host.open().get("/").respond(204, "");
        host.log().take();
        host.open().get("/").respond(204, "");
        assertThat(GuestLog.calls(GuestLog.read(host.log().take())))
                .containsExactly(
                        "set_effective_context BAD_ARGUMENT",
                        "set_effective_context OK",
                        "set_effective_context BAD_ARGUMENT",
                        "set_effective_context BAD_ARGUMENT",
                        "set_effective_context OK",
                        "set_effective_context OK");
    }

    @Test
    void tokensAndIds_thatNobodyGave_areToldByTheirKind() {
        TestHost host = start(GuestModule.guest()
                .on(
                        Callback.ON_REQUEST_HEADERS,
                        call("enqueue_shared_queue", 0, "item"),
                        call("enqueue_shared_queue", 99, "item"),
                        call("enqueue_shared_queue", -1, "item"),
                        call("dequeue_shared_queue", 99, outBytes()),
                        call("grpc_cancel", 4),
                        call("grpc_cancel", 5),
                        call("grpc_cancel", 6),
                        call("grpc_cancel", 7),
                        call("grpc_close", -1),
                        call("grpc_send", 5, "message", 1),
                        call("grpc_send", 6, "message", 1)));
        host.open().get("/").respond(204, "");
        assertThat(GuestLog.calls(GuestLog.read(host.log().take())))
                .containsExactly(
                        "enqueue_shared_queue NOT_FOUND",
                        "enqueue_shared_queue NOT_FOUND",
                        "enqueue_shared_queue NOT_FOUND",
                        "dequeue_shared_queue NOT_FOUND -",
                        "grpc_cancel BAD_ARGUMENT",
                        "grpc_cancel NOT_FOUND",
                        "grpc_cancel NOT_FOUND",
                        "grpc_cancel BAD_ARGUMENT",
                        "grpc_close BAD_ARGUMENT",
                        "grpc_send BAD_ARGUMENT",
                        "grpc_send NOT_FOUND");
    }

    private static List<Case> cases(HostFunction function) {
        Row row = GoodCalls.of(function.name());
        List<Case> cases = new ArrayList<>();
        cases.add(new Case("good", call(function.name(), row.arguments()), row.status()));
        for (int i = 0; i < function.params().size(); i++) {
            Param param = function.params().get(i);
            switch (param.kind()) {
                case BYTES, LATE_BYTES -> badInputs(cases, function, i);
                case RETURN_U32 -> badWord(cases, function, i, 4);
                case RETURN_U64 -> badWord(cases, function, i, 8);
                case RETURN_BYTES -> badBlock(cases, function, i);
                case LOG_LEVEL -> badChoice(cases, function, i, LogLevel.values().length);
                case MAP_TYPE -> badChoice(cases, function, i, MapType.values().length);
                case BUFFER_TYPE -> badChoice(cases, function, i, BufferType.values().length);
                case STREAM_TYPE -> badChoice(cases, function, i, StreamType.values().length);
                default -> {}
            }
        }
        return cases;
    }

    private static void badChoice(List<Case> cases, HostFunction function, int i, int count) {
        for (int value : new int[] {count, 0x7fff_ffff, 0x8000_0000, -1}) {
            add(cases, function, i, Integer.toString(value), numbers(value), Status.BAD_ARGUMENT);
        }
    }

    private static void badInputs(List<Case> cases, HostFunction function, int i) {
        Status fault = Status.INVALID_MEMORY_ACCESS;
        add(cases, function, i, "nothing at the end", both(memoryEnd(0), numbers(0)), null);
        add(cases, function, i, "nothing past the end", both(memoryEnd(1), numbers(0)), fault);
        add(cases, function, i, "one byte past the end", both(memoryEnd(-4), numbers(5)), fault);
        add(cases, function, i, "all there is and more", range(0, 0x7fff_ffff), fault);
        add(cases, function, i, "as much as a number can say", range(0, -1), fault);
        add(cases, function, i, "a sum that overflows", range(-1, 2), fault);
        add(cases, function, i, "another", range(0x8000_0000, 0x8000_0000), fault);
    }

    private static void badWord(List<Case> cases, HostFunction function, int i, int size) {
        if (GoodCalls.of(function.name()).status() == null) {
            return;
        }
        Status fault = Status.INVALID_MEMORY_ACCESS;
        add(
                cases,
                function,
                i,
                "at the last place",
                memoryEnd(-size),
                GoodCalls.of(function.name()).status());
        add(cases, function, i, "across the end", memoryEnd(1 - size), fault);
        add(cases, function, i, "at the end", memoryEnd(0), fault);
        add(cases, function, i, "far outside", numbers(0x8000_0000), fault);
        add(cases, function, i, "where a sum overflows", numbers(-1), fault);
    }

    private static void badBlock(List<Case> cases, HostFunction function, int i) {
        Status fault = Status.INVALID_MEMORY_ACCESS;
        Status good = GoodCalls.of(function.name()).status();
        add(cases, function, i, "pointer at the last place", both(memoryEnd(-4), numbers(FREE_CELL)), good);
        add(cases, function, i, "size at the last place", both(numbers(FREE_CELL), memoryEnd(-4)), good);
        for (Arg bad : new Arg[] {memoryEnd(-3), memoryEnd(0), numbers(0x8000_0000), numbers(-1)}) {
            add(cases, function, i, "bad pointer", both(bad, numbers(FREE_CELL)), fault);
            add(cases, function, i, "bad size", both(numbers(FREE_CELL), bad), fault);
        }
    }

    private static void add(List<Case> cases, HostFunction function, int i, String what, Arg bad, Status status) {
        Object[] arguments = GoodCalls.of(function.name()).arguments().clone();
        arguments[i] = bad;
        String name = function.params().get(i).name() + ": " + what;
        cases.add(new Case(name, call(function.name(), arguments), status));
    }

    private static Arg both(Arg first, Arg second) {
        return call -> {
            first.addTo(call);
            second.addTo(call);
        };
    }

    private TestHost start(GuestModule module) {
        TestHost host = hosts.start(TestHost.builder()
                .cluster("callout")
                .plugin(PluginSpec.builder("p", ModuleSource.of(module.wasm()))
                        .configuration("plugin".getBytes(StandardCharsets.UTF_8))
                        .vmConfiguration("vm".getBytes(StandardCharsets.UTF_8))
                        .build()));
        assertThat(host.status("p").state()).isEqualTo(PluginStatus.State.LOADED);
        return host;
    }

    /** The statuses that the calls of a function gave, in order. */
    private static List<String> statuses(TestHost host, HostFunction function) {
        String name = function.name().substring("proxy_".length()) + " ";
        return GuestLog.read(host.log().take()).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.split(" ")[1])
                .toList();
    }

    private static void end(TestHost host, InMemoryExchange exchange) {
        if (!exchange.finished()) {
            exchange.clientReset();
        }
        for (List<Call> calls = host.httpCalls().waiting();
                !calls.isEmpty();
                calls = host.httpCalls().waiting()) {
            calls.forEach(call -> call.answer(204, ""));
            host.runAll();
        }
    }

    private static long allocatedBytes() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
