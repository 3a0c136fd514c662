package dev.portafilter.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.portafilter.abi.LogLevel;
import dev.portafilter.abi.Status;
import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginLimits;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.plugin.PluginType;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.TestWorker;
import java.util.ArrayList;
import java.util.List;

/**
 * Guests that call any host functions in any order, with any arguments and results, while clients and upstreams do
 * anything: nothing is thrown through the host, what leaves it is well formed, and in the end nothing is left.
 */
class HostFuzzTest {
    private static final int MOST_EVENTS = 40;
    private static final int MOST_EXCHANGES = 3;
    private static final int BUFFER_BYTES = 2_000;

    private static byte[] tape = {};
    private static final TestHost HOST = start();

    @FuzzTest(maxDuration = "15s")
    void guests_ofAnyBehaviour_leaveNothingBehind(FuzzedDataProvider data) {
        tape = Tape.write(data);
        TestWorker worker = HOST.addWorker();
        List<FuzzedExchange> exchanges = new ArrayList<>();
        List<FuzzedConnection> connections = new ArrayList<>();
        for (int events = data.consumeInt(0, MOST_EVENTS); events > 0; events--) {
            event(data, worker, exchanges, connections);
        }
        for (FuzzedExchange exchange : exchanges) {
            exchange.finish();
        }
        for (FuzzedConnection connection : connections) {
            connection.finish();
        }
        HOST.endWorker(worker);
        int calls =
                HOST.httpCalls().waiting().size() + HOST.grpcCalls().waiting().size();
        if (calls > 0) {
            throw new AssertionError(calls + " calls are in flight");
        }
        for (String line : HOST.log().take()) {
            if (line.equals(TapeGuest.LIFE_FAULT)) {
                throw new AssertionError("a callback for a context that is not alive");
            }
        }
    }

    private static void event(
            FuzzedDataProvider data,
            TestWorker worker,
            List<FuzzedExchange> exchanges,
            List<FuzzedConnection> connections) {
        int kind = data.consumeInt(0, 15);
        if (kind == 0) {
            HOST.advanceMillis(data.consumeInt(1, 3_000));
        } else if (kind == 1 && HOST.httpCalls().inFlight() > 0) {
            FuzzedExchange.answer(data, HOST.httpCalls().waiting());
            HOST.runAll();
        } else if (kind == 13 && HOST.grpcCalls().inFlight() > 0) {
            FuzzedConnection.answer(data, HOST.grpcCalls().waiting());
            HOST.runAll();
        } else if (kind == 14 && connections.size() < MOST_EXCHANGES) {
            connections.add(new FuzzedConnection(worker.openConnection()));
        } else if (kind == 15 && !connections.isEmpty()) {
            connections.get(data.consumeInt(0, connections.size() - 1)).event(data);
        } else if (exchanges.isEmpty() || kind == 2 && exchanges.size() < MOST_EXCHANGES) {
            exchanges.add(new FuzzedExchange(worker.open()));
        } else {
            exchanges.get(data.consumeInt(0, exchanges.size() - 1)).event(data);
        }
    }

    /**
     * Two plugins that share a VM and fail closed, one that has its own and is made anew, one that lets pass; and two for
     * TCP connections.
     */
    private static TestHost start() {
        ModuleSource module = ModuleSource.of(TapeGuest.module(Tape.dictionaryBytes()));
        PluginLimits limits = PluginLimits.DEFAULT.withMemoryPages(32).withBufferBytes(BUFFER_BYTES);
        return TestHost.builder()
                .workers(0)
                .logLevel(LogLevel.CRITICAL)
                .cluster("callout")
                .services(services -> services.foreignFunction(TapeGuest.TAPE, (context, arguments, result) -> {
                    result.set(tape);
                    return Status.OK;
                }))
                .plugin(spec("a", module, limits).build())
                .plugin(spec("b", module, limits).build())
                .plugin(spec("c", module, limits)
                        .vmId("vm")
                        .failurePolicy(FailurePolicy.FAIL_RELOAD)
                        .build())
                .plugin(spec("d", module, limits)
                        .vmId("open")
                        .failurePolicy(FailurePolicy.FAIL_OPEN)
                        .allowOnHeadersStopIteration(true)
                        .build())
                .plugin(spec("e", module, limits).type(PluginType.NETWORK).build())
                .plugin(spec("f", module, limits)
                        .type(PluginType.NETWORK)
                        .vmId("vm")
                        .failurePolicy(FailurePolicy.FAIL_OPEN)
                        .build())
                .build();
    }

    private static PluginSpec.Builder spec(String name, ModuleSource module, PluginLimits limits) {
        return PluginSpec.builder(name, module).limits(limits).configuration(TapeGuest.ascii("configuration"));
    }
}
