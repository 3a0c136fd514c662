package dev.portafilter.test;

import dev.portafilter.abi.LogLevel;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.ProxyWasmHost;
import dev.portafilter.runtime.UpdateResult;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.service.HostServices;
import dev.portafilter.runtime.stream.WorkerOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A host for tests: everything happens on the test's thread, time passes when the test says so, calls of plugins are
 * answered by the test, and nothing touches the network.
 *
 * <pre>{@code
 * try (TestHost host = TestHost.builder().plugin("auth", code, "{}").build()) {
 *     InMemoryExchange exchange = host.open().get("/admin");
 *     assertThat(exchange.client().status()).isEqualTo(403);
 *     host.verify();
 * }
 * }</pre>
 */
public final class TestHost implements AutoCloseable {
    /** Set to {@code true}, this system property makes hosts interpret modules instead of compiling them. */
    public static final String INTERPRETER_PROPERTY = "portafilter.test.interpreter";

    private static final long NANOS_PER_MILLI = 1_000_000L;
    private static final long RANDOM_SEED = 20_240_101L;

    private final FakeClock clock = new FakeClock();
    private final ManualWorkerExecutor loader = new ManualWorkerExecutor(clock);
    private final RecordingPluginLog log;
    private final ScriptedHttpCalls httpCalls;
    private final ScriptedGrpcCalls grpcCalls;
    private final ProxyWasmHost host;
    private final WorkerOptions options;
    private final List<TestWorker> workers = new ArrayList<>();
    private boolean closed;

    private TestHost(Builder builder) {
        log = new RecordingPluginLog(builder.logLevel);
        httpCalls = builder.httpCalls;
        grpcCalls = builder.grpcCalls;
        options = builder.options;
        HostServices.Builder services = HostServices.builder()
                .clock(clock)
                .random(new Random(RANDOM_SEED))
                .log(log)
                .httpCalls(httpCalls)
                .grpcCalls(grpcCalls);
        builder.services.forEach(change -> change.accept(services));
        host = ProxyWasmHost.builder()
                .plugins(builder.plugins)
                .services(services.build())
                .options(builder.options)
                .interpreter(builder.interpreter)
                .cacheDirectory(builder.cacheDirectory)
                .loader(loader)
                .keepLastGood(builder.keepLastGood)
                .build();
        for (int i = 0; i < builder.workers; i++) {
            addWorker();
        }
    }

    /** Starts with no plugin and one worker. */
    public static Builder builder() {
        return new Builder();
    }

    /** Adds a worker with VMs of its own. */
    public TestWorker addWorker() {
        ManualWorkerExecutor executor = new ManualWorkerExecutor(clock);
        TestWorker worker = new TestWorker(executor, host.newWorker(executor));
        workers.add(worker);
        return worker;
    }

    /**
     * Ends a worker and forgets it; others, and the stores of the host, stay. Its streams must be over.
     *
     * @throws AssertionError when something is left of it
     */
    public void endWorker(TestWorker worker) {
        worker.worker().close();
        List<String> faults = new ArrayList<>();
        worker.runAll();
        advanceMillis(options.drainMillis());
        worker.verify(0, true, faults);
        worker.verifyEnded(faults);
        workers.remove(worker);
        if (!faults.isEmpty()) {
            throw new AssertionError(String.join("\n", faults));
        }
    }

    /** Opens a stream for a new request on the first worker. */
    public InMemoryExchange open() {
        return worker().open();
    }

    /** Opens a stream for a new TCP connection on the first worker; it begins with {@link InMemoryConnection#connect}. */
    public InMemoryConnection openConnection() {
        return worker().openConnection();
    }

    /** The first worker. */
    public TestWorker worker() {
        return workers.get(0);
    }

    /** A worker by number, the first being 0. */
    public TestWorker worker(int number) {
        return workers.get(number);
    }

    /** The host. */
    public ProxyWasmHost host() {
        return host;
    }

    /** The log lines of plugins. */
    public RecordingPluginLog log() {
        return log;
    }

    /** The HTTP calls of plugins. */
    public ScriptedHttpCalls httpCalls() {
        return httpCalls;
    }

    /** The gRPC calls and streams of plugins. */
    public ScriptedGrpcCalls grpcCalls() {
        return grpcCalls;
    }

    /** The clock. */
    public FakeClock clock() {
        return clock;
    }

    /** Makes these the plugins, and gives what came of it once every worker runs them. */
    public UpdateResult apply(PluginSpec... plugins) {
        return result(host.apply(List.of(plugins)));
    }

    /** Adds or replaces a plugin, and gives what came of it once every worker runs it. */
    public UpdateResult update(PluginSpec plugin) {
        return result(host.update(plugin));
    }

    /** Takes a plugin of the default namespace away, and gives what came of it once no worker begins streams with it. */
    public UpdateResult delete(String name) {
        return result(host.delete("default." + name));
    }

    private UpdateResult result(CompletionStage<UpdateResult> stage) {
        CompletableFuture<UpdateResult> future = stage.toCompletableFuture();
        runAll();
        if (!future.isDone()) {
            throw new AssertionError("the change of plugins is not over (expected: done when nothing waits to be run)");
        }
        return future.join();
    }

    /** How a plugin is doing: the instance in the chain, or the one that drains when there is no other. */
    public PluginStatus status(String name) {
        return host.plugins().stream()
                .filter(status -> status.spec().name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "plugin \"" + name + "\" is not in the chain (known: " + host.plugins() + ")"));
    }

    /** Runs what waits to be run, on all workers, until nothing does. */
    public void runAll() {
        boolean busy = true;
        while (busy) {
            busy = loader.runAll() > 0;
            for (TestWorker worker : workers) {
                busy |= worker.runAll() > 0;
            }
        }
    }

    /** Lets time pass: the clock stops at each timer that becomes due, runs it and what follows from it, and goes on. */
    public void advanceMillis(long millis) {
        runAll();
        long end = clock.monotonicNanos() + Math.multiplyExact(millis, NANOS_PER_MILLI);
        for (ManualWorkerExecutor next = nextDue(); next.nextDueNanos() <= end; next = nextDue()) {
            clock.advanceNanos(Math.max(0, next.nextDueNanos() - clock.monotonicNanos()));
            next.runDueTimer();
            runAll();
        }
        clock.advanceNanos(Math.max(0, end - clock.monotonicNanos()));
    }

    private ManualWorkerExecutor nextDue() {
        ManualWorkerExecutor first = loader;
        for (TestWorker worker : workers) {
            if (worker.executor().nextDueNanos() < first.nextDueNanos()) {
                first = worker.executor();
            }
        }
        return first;
    }

    /**
     * Checks what must hold when every stream is over: what left the host was well formed, no context but the plugins' own
     * is alive, nothing waits, no call is in flight.
     *
     * @throws AssertionError with everything that does not hold
     */
    public void verify() {
        runAll();
        List<String> faults = new ArrayList<>();
        List<PluginStatus> plugins = host.plugins();
        boolean allRun = plugins.stream().allMatch(plugin -> plugin.state() == PluginStatus.State.LOADED);
        int inChain =
                (int) plugins.stream().filter(plugin -> plugin.position() >= 0).count();
        int roots = closed ? 0 : inChain;
        for (TestWorker worker : workers) {
            worker.verify(roots, allRun, faults);
        }
        if (httpCalls.inFlight() > 0) {
            faults.add(httpCalls.inFlight() + " HTTP calls are in flight (expected: none)");
        }
        if (grpcCalls.inFlight() > 0) {
            faults.add(grpcCalls.inFlight() + " gRPC calls are under way (expected: none)");
        }
        if (!faults.isEmpty()) {
            throw new AssertionError(String.join("\n", faults));
        }
    }

    /** Ends the host: plugins are told, and what follows from it is run. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            host.close();
        }
        runAll();
    }

    /** Collects what a host is made of. Not thread-safe. */
    public static final class Builder {
        private final List<PluginSpec> plugins = new ArrayList<>();
        private final List<Consumer<HostServices.Builder>> services = new ArrayList<>();
        private ScriptedHttpCalls httpCalls = new ScriptedHttpCalls();
        private ScriptedGrpcCalls grpcCalls = new ScriptedGrpcCalls();
        private WorkerOptions options = WorkerOptions.DEFAULT;
        private LogLevel logLevel = LogLevel.TRACE;
        private boolean interpreter = Boolean.getBoolean(INTERPRETER_PROPERTY);
        private @Nullable Path cacheDirectory;
        private boolean keepLastGood = true;
        private int workers = 1;

        private Builder() {}

        /** Adds a plugin. */
        public Builder plugin(PluginSpec spec) {
            plugins.add(spec);
            return this;
        }

        /** Adds a plugin by its code and configuration. */
        public Builder plugin(String name, byte[] code, String configuration) {
            return plugin(PluginSpec.builder(name, ModuleSource.of(code))
                    .configuration(configuration.getBytes(StandardCharsets.UTF_8))
                    .build());
        }

        /** Makes a cluster known that plugins can call, by HTTP and by gRPC. */
        public Builder cluster(String name) {
            httpCalls.cluster(name);
            grpcCalls.cluster(name);
            return this;
        }

        /** Changes the services that the host works with, such as its stores. */
        public Builder services(Consumer<HostServices.Builder> change) {
            services.add(change);
            return this;
        }

        /** Sets how workers behave. */
        public Builder options(WorkerOptions value) {
            options = value;
            return this;
        }

        /** Sets which log lines are kept; all unless set. */
        public Builder logLevel(LogLevel value) {
            logLevel = value;
            return this;
        }

        /** Interprets modules instead of compiling them. */
        public Builder interpreter(boolean value) {
            interpreter = value;
            return this;
        }

        /** Keeps compiled modules in this directory, so that the next host with the same ones starts sooner. */
        public Builder cacheDirectory(@Nullable Path value) {
            cacheDirectory = value;
            return this;
        }

        /** Sets whether a plugin goes on when its successor is no good. */
        public Builder keepLastGood(boolean value) {
            keepLastGood = value;
            return this;
        }

        /** Sets the number of workers. */
        public Builder workers(int value) {
            workers = value;
            return this;
        }

        /** Loads and starts the plugins. Those that fail are {@link PluginStatus.State#FAILED}. */
        public TestHost build() {
            return new TestHost(this);
        }
    }
}
