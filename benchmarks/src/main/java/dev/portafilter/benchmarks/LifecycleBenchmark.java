package dev.portafilter.benchmarks;

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

/** One whole request through one plugin in our host; one worker per thread, shared data and metrics for all of them. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(jvmArgsAppend = "-XX:-DontCompileHugeMethods")
@State(Scope.Benchmark)
@SuppressWarnings("NullAway") // JMH sets parameters before it calls anything.
public class LifecycleBenchmark {
    /** What the request goes through. */
    @Param
    public Scenario scenario;

    private OurHost host;

    @Setup
    public void load() {
        host = OurHost.of(scenario, OurHost.cacheOfThisRun());
    }

    @TearDown
    public void close() {
        host.close();
    }

    /** One thread's worker. */
    @State(Scope.Thread)
    public static class Client {
        private Lifecycle lifecycle;

        @Setup(Level.Trial)
        public void start(LifecycleBenchmark benchmark) {
            lifecycle = new Lifecycle(benchmark.host, benchmark.scenario);
            lifecycle.run();
        }
    }

    /** Header maps made from strings for each request. */
    @Benchmark
    public void portafilter(Client client) {
        client.lifecycle.run();
    }

    /** Header maps copied from ones that are there: what the host itself costs. */
    @Benchmark
    public void portafilterBuiltMaps(Client client) {
        client.lifecycle.runWithBuiltMaps();
    }
}
