package dev.portafilter.benchmarks;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.LogLevel;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.ProxyWasmHost;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.service.Cancellable;
import dev.portafilter.runtime.service.HostServices;
import dev.portafilter.runtime.service.HttpCallListener;
import dev.portafilter.runtime.service.HttpCallRequest;
import dev.portafilter.runtime.service.HttpCallTransport;
import dev.portafilter.runtime.service.PluginLog;
import dev.portafilter.runtime.stream.Worker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A host with one plugin, as an embedder makes it; any number of threads take a worker each. */
final class OurHost implements AutoCloseable {
    private final ProxyWasmHost host;

    /**
     * Loads the plugin.
     *
     * @param callAnswer response headers of every HTTP call that the plugin makes
     * @param cacheDirectory null for none
     */
    OurHost(String name, byte[] module, String configuration, String[] callAnswer, @Nullable Path cacheDirectory) {
        host = ProxyWasmHost.builder()
                .plugin(PluginSpec.builder(name, ModuleSource.of(module))
                        .configuration(configuration.getBytes(StandardCharsets.UTF_8))
                        .build())
                .services(HostServices.builder()
                        .log(new WarningsOnly())
                        .httpCalls(new OneAnswer(callAnswer))
                        .build())
                .cacheDirectory(cacheDirectory)
                .build();
    }

    static OurHost of(Scenario scenario, @Nullable Path cacheDirectory) {
        return new OurHost(
                scenario.label(), scenario.module(), scenario.configuration(), scenario.callAnswer(), cacheDirectory);
    }

    /** The directory that the system property {@code portafilter.cache} names, or null. */
    static @Nullable Path cacheOfThisRun() {
        String directory = System.getProperty("portafilter.cache");
        return directory == null ? null : Path.of(directory);
    }

    /**
     * A worker on the calling thread, started.
     *
     * @throws IllegalStateException when the plugin does not run
     */
    Worker newWorker(CallerExecutor executor) {
        Worker worker = host.newWorker(executor);
        executor.runTasks();
        for (PluginStatus plugin : host.plugins()) {
            if (plugin.state() != PluginStatus.State.LOADED) {
                throw new IllegalStateException(plugin.spec().name() + ": " + plugin.reason());
            }
        }
        return worker;
    }

    @Override
    public void close() {
        host.close();
    }

    /** Log lines below warning are refused, so a call is all that they cost; others have no place in a benchmark. */
    private static final class WarningsOnly implements PluginLog {
        @Override
        public boolean enabled(LogLevel level) {
            return level.compareTo(LogLevel.WARN) >= 0;
        }

        @Override
        public void log(LogLevel level, String plugin, int contextId, String message) {
            throw new IllegalStateException(plugin + " logs at " + level + ": " + message);
        }
    }

    /** Answers from another thread, always the same. */
    private record OneAnswer(String[] headers) implements HttpCallTransport {
        @Override
        public boolean knows(String upstream) {
            return true;
        }

        @Override
        public Cancellable start(HttpCallRequest request, HttpCallListener listener) {
            Thread thread = new Thread(
                    () -> listener.answered(HeaderMap.of(headers), new byte[0], new HeaderMap()), "http-call");
            thread.setDaemon(true);
            thread.start();
            return () -> {};
        }
    }
}
