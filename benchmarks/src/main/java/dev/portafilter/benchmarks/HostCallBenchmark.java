package dev.portafilter.benchmarks;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.stream.HttpStream;
import dev.portafilter.runtime.stream.Worker;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Single host calls: {@code host-calls.wat} makes one kind of them a thousand times in a callback. {@link HostCall#NONE}
 * is the loop and the stream around it alone, to be subtracted from the others.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(jvmArgsAppend = "-XX:-DontCompileHugeMethods")
@State(Scope.Benchmark)
@SuppressWarnings("NullAway") // JMH sets parameters before it calls anything.
public class HostCallBenchmark {
    private static final int CALLS = 1000;
    private static final int BODY_SIZE = 1024;

    /** The families, with the letter that the module knows them by. */
    public enum HostCall {
        /** No host call. */
        NONE('n'),
        /** {@code proxy_get_header_map_value}: the fifth of ten entries, 70 bytes. */
        GET_HEADER('g'),
        /** {@code proxy_replace_header_map_value}: the last of eleven entries. */
        REPLACE_HEADER('r'),
        /** {@code proxy_get_header_map_pairs}: ten entries. */
        GET_PAIRS('p'),
        /** {@code proxy_get_buffer_bytes}: 1 KiB of a request body. */
        GET_BUFFER('b'),
        /** {@code proxy_log} at a level that is not kept. */
        LOG_BELOW_LEVEL('l'),
        /** {@code proxy_get_property}: {@code request.path}. */
        GET_PROPERTY('o'),
        /** {@code proxy_get_shared_data}: 16 bytes. */
        GET_SHARED_DATA('s'),
        /** {@code proxy_increment_metric}: a counter. */
        INCREMENT_METRIC('m'),
        /** {@code proxy_get_current_time_nanoseconds}. */
        CURRENT_TIME('t'),
        /** {@code proxy_set_effective_context}: to the context it is anyway. */
        SET_EFFECTIVE_CONTEXT('e');

        private final char letter;

        HostCall(char letter) {
            this.letter = letter;
        }
    }

    /** What is called. */
    @Param
    public HostCall call;

    private OurHost host;

    @Setup
    public void load() {
        host = new OurHost(
                "host-calls",
                Scenario.resource("/dev/portafilter/benchmarks/host-calls.wasm"),
                String.valueOf(call.letter),
                new String[0],
                null);
    }

    @TearDown
    public void close() {
        host.close();
    }

    /** One thread's worker. */
    @State(Scope.Thread)
    public static class Client {
        private final HeaderMap headers = HeaderMap.of(Scenario.TINY.requestHeaders());
        private final byte[] body = new byte[BODY_SIZE];
        private Worker worker;
        private boolean bodyWanted;

        @Setup(Level.Trial)
        public void start(HostCallBenchmark benchmark) {
            worker = benchmark.host.newWorker(new CallerExecutor());
            bodyWanted = benchmark.call == HostCall.GET_BUFFER;
        }
    }

    @Benchmark
    @OperationsPerInvocation(CALLS)
    public void portafilter(Client client) {
        DroppingExchange exchange = new DroppingExchange();
        HttpStream stream = client.worker.openStream(exchange);
        stream.requestHeaders(client.headers.copy(), !client.bodyWanted);
        if (client.bodyWanted) {
            stream.requestBody(client.body, true);
        }
        if (exchange.requestHeaders == null) {
            throw new IllegalStateException("the request was not forwarded (expected: every host call gives OK)");
        }
        stream.clientReset();
    }
}
