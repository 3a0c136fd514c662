package dev.portafilter.benchmarks;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The same request through the same plugin in the other Java host, its header maps made from strings. Before it is
 * measured, its outcome must be the same as ours.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(jvmArgsAppend = "-XX:-DontCompileHugeMethods")
@State(Scope.Benchmark)
@SuppressWarnings("NullAway") // JMH sets parameters before it calls anything.
public class PeerLifecycleBenchmark {
    /** What the request goes through. */
    @Param
    public Scenario scenario;

    /** How the other host is set up. */
    @Param("PER_THREAD")
    public PeerSetUp setUp;

    private Peer host;

    @Setup
    public void load() {
        Outcomes.compare(scenario, setUp, OurHost.cacheOfThisRun());
        host = new Peer(scenario, setUp);
    }

    @TearDown
    public void close() {
        host.close();
    }

    /** One thread's way into the host. */
    @State(Scope.Thread)
    public static class Client {
        private Runnable lifecycle;

        @Setup(Level.Trial)
        public void start(PeerLifecycleBenchmark benchmark) {
            Callable<String> fromPeer = benchmark.host.newLifecycle();
            lifecycle = (Runnable) fromPeer;
            lifecycle.run();
        }
    }

    @Benchmark
    public void peer(Client client) {
        client.lifecycle.run();
    }
}
