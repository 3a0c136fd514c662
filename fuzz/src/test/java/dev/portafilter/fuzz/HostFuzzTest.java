package dev.portafilter.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.portafilter.abi.LogLevel;
import dev.portafilter.abi.Status;
import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginLimits;
import dev.portafilter.runtime.plugin.PluginSpec;
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
        for (int events = data.consumeInt(0, MOST_EVENTS); events > 0; events--) {
            event(data, worker, exchanges);
        }
        for (FuzzedExchange exchange : exchanges) {
            exchange.finish();
        }
        HOST.endWorker(worker);
        for (String line : HOST.log().take()) {
            if (line.equals(TapeGuest.LIFE_FAULT)) {
                throw new AssertionError("a callback for a context that is not alive");
            }
        }
    }

    private static void event(FuzzedDataProvider data, TestWorker worker, List<FuzzedExchange> exchanges) {
        int kind = data.consumeInt(0, 12);
        if (kind == 0) {
            HOST.advanceMillis(data.consumeInt(1, 3_000));
        } else if (kind == 1 && HOST.httpCalls().inFlight() > 0) {
            FuzzedExchange.answer(data, HOST.httpCalls().waiting());
            HOST.runAll();
        } else if (exchanges.isEmpty() || kind == 2 && exchanges.size() < MOST_EXCHANGES) {
            exchanges.add(new FuzzedExchange(worker.open()));
        } else {
            exchanges.get(data.consumeInt(0, exchanges.size() - 1)).event(data);
        }
    }

    /** Two plugins that share a VM and fail closed, one that has its own and is made anew, one that lets pass. */
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
                .build();
    }

    private static PluginSpec.Builder spec(String name, ModuleSource module, PluginLimits limits) {
        return PluginSpec.builder(name, module).limits(limits).configuration(TapeGuest.ascii("configuration"));
    }
}
