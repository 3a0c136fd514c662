package dev.portafilter.test.e2e;

import dev.portafilter.abi.LogLevel;
import dev.portafilter.gateway.standalone.Endpoint;
import dev.portafilter.gateway.standalone.Gateway;
import dev.portafilter.gateway.standalone.GatewayLimits;
import dev.portafilter.gateway.standalone.GatewayOptions;
import dev.portafilter.gateway.standalone.Target;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.ProxyWasmHost;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.service.HostClock;
import dev.portafilter.runtime.service.HostServices;
import dev.portafilter.runtime.service.MetricSample;
import dev.portafilter.runtime.stream.WorkerOptions;
import dev.portafilter.test.RecordingPluginLog;
import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocatorMetric;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A gateway with plugins before an upstream, on a port that the system chose. Closing it checks that it has left nothing
 * behind: no exchange, no stream, no context but those of plugins, no thread, no network buffer, and no error of the
 * gateway's own.
 */
final class EndToEnd implements AutoCloseable {
    /** How names of threads begin that tests start. */
    static final String TEST_THREAD = "test-";

    /** Threads that belong to the JDK and to Netty, not to a gateway. */
    private static final List<String> OF_THE_JVM = List.of(
            "CompletableFutureDelayScheduler",
            "ForkJoinPool.commonPool",
            "Cleaner-",
            "Common-Cleaner",
            "globalEventExecutor-");

    /** Kept between test classes, so that each module is compiled once. */
    private static final Path COMPILED_MODULES = Path.of("target", "compiled-modules");

    /** What plugins have logged, at level INFO and above. */
    final RecordingPluginLog log = new RecordingPluginLog(LogLevel.INFO);

    final HostLog hostLog = new HostLog();
    final ProxyWasmHost host;
    final Gateway gateway;

    private final Set<Thread> threadsBefore = new HashSet<>(threads());
    private final long buffersBefore = buffersInUse();

    private EndToEnd(Builder builder) {
        gateway = Gateway.prepare(builder.gateway.build());
        host = ProxyWasmHost.builder()
                .plugins(builder.plugins)
                .options(builder.options)
                .cacheDirectory(COMPILED_MODULES)
                .services(builder.services
                        .httpCalls(gateway.httpCalls())
                        .grpcCalls(gateway.grpcCalls())
                        .log(log)
                        .build())
                .build();
        gateway.start(host);
    }

    /** A gateway with one worker before this upstream. */
    static Builder before(ScriptedServer upstream) {
        return new Builder(upstream.target());
    }

    /** Collects what differs from the defaults. */
    static final class Builder {
        private final GatewayOptions.Builder gateway;
        private final HostServices.Builder services = HostServices.builder();
        private final List<PluginSpec> plugins = new ArrayList<>();
        private WorkerOptions options = WorkerOptions.DEFAULT;

        private Builder(Target upstream) {
            gateway = GatewayOptions.builder(upstream)
                    .listen(new Endpoint("127.0.0.1", 0))
                    .workers(1);
        }

        Builder plugin(PluginSpec.Builder spec) {
            plugins.add(spec.build());
            return this;
        }

        Builder cluster(String name, ScriptedServer server) {
            return cluster(name, server.target());
        }

        Builder cluster(String name, Target target) {
            gateway.cluster(name, target);
            return this;
        }

        Builder workers(int count) {
            gateway.workers(count);
            return this;
        }

        Builder limits(GatewayLimits limits) {
            gateway.limits(limits);
            return this;
        }

        Builder options(WorkerOptions value) {
            options = value;
            return this;
        }

        Builder clock(HostClock clock) {
            services.clock(clock);
            return this;
        }

        EndToEnd start() {
            return new EndToEnd(this);
        }
    }

    Wire connect() throws IOException {
        return new Wire(gateway.endpoint());
    }

    /** One request in lines, on a connection of its own. */
    Message ask(String request) throws IOException {
        try (Wire client = connect()) {
            return client.send(request).message();
        }
    }

    /** A GET with these header lines, on a connection of its own. */
    Message get(String path, String... headers) throws IOException {
        return ask(head("GET", path, headers));
    }

    /** The head of a request. */
    static String head(String method, String path, String... headers) {
        StringBuilder lines = new StringBuilder(method + " " + path + " HTTP/1.1\nhost: shop.example\n");
        for (String header : headers) {
            lines.append(header).append('\n');
        }
        return lines.append('\n').toString();
    }

    /** Runs something on a thread of its own. */
    void begin(Runnable work) {
        Thread thread = new Thread(work, TEST_THREAD + "client");
        thread.setDaemon(true);
        thread.start();
    }

    /** The value of a plugin's metric. */
    long metric(String name) {
        return host.services().metrics().pluginSamples().stream()
                .filter(sample -> sample.name().equals(name))
                .mapToLong(MetricSample::value)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no metric " + name));
    }

    PluginStatus status(SamplePlugin plugin) {
        return host.plugins().stream()
                .filter(status -> status.spec().name().equals(plugin.pluginName()))
                .findFirst()
                .orElseThrow();
    }

    /** Waits until plugins have logged a line. */
    void logged(String message) {
        Patience.until(
                () -> log.messages().contains(message), () -> "no line \"" + message + "\" in " + log.messages());
    }

    /** Waits until this many exchanges are under way. */
    void underWay(int count) {
        Patience.until(
                () -> gateway.activeRequests() == count,
                () -> gateway.activeRequests() + " exchanges are under way (expected: " + count + ")");
    }

    /** Waits until every exchange is over and only the plugins' own contexts are left. */
    void quiet() {
        underWay(0);
        Patience.until(
                () -> WorkerCounts.of(host).equals(atRest()),
                () -> WorkerCounts.of(host) + " (expected: " + atRest() + ")");
    }

    private WorkerCounts atRest() {
        int roots = host.plugins().stream().mapToInt(PluginStatus::vmCount).sum();
        return new WorkerCounts(0, roots, true);
    }

    @Override
    public void close() throws Exception {
        try {
            quiet();
        } finally {
            gateway.close();
            host.close();
            hostLog.close();
        }
        ended();
        List<String> errors = hostLog.gatewayErrors();
        if (!errors.isEmpty()) {
            throw new AssertionError("the gateway logged " + errors);
        }
    }

    private void ended() throws Exception {
        try {
            host.closed().toCompletableFuture().get(Patience.MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("the host has not ended", e);
        }
        Patience.until(() -> threadsLeft().isEmpty(), () -> "threads are left: " + threadsLeft());
        Patience.until(
                () -> buffersInUse() <= buffersBefore,
                () -> buffersInUse() + " network buffers are in use (before: " + buffersBefore + ")");
    }

    private List<String> threadsLeft() {
        return threads().stream()
                .filter(thread -> !threadsBefore.contains(thread))
                .map(Thread::getName)
                .filter(name -> !name.startsWith(TEST_THREAD))
                .filter(name -> OF_THE_JVM.stream().noneMatch(name::startsWith))
                .toList();
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet();
    }

    /** Threads give their share back when they end, so it is exact only then. */
    private static long buffersInUse() {
        PooledByteBufAllocatorMetric metric = PooledByteBufAllocator.DEFAULT.metric();
        return Stream.concat(metric.directArenas().stream(), metric.heapArenas().stream())
                .mapToLong(PoolArenaMetric::numActiveAllocations)
                .sum();
    }
}
