package dev.portafilter.runtime;

import dev.portafilter.runtime.plugin.ChainOrder;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.service.HostServices;
import dev.portafilter.runtime.service.SingleThreadWorkerExecutor;
import dev.portafilter.runtime.service.WorkerExecutor;
import dev.portafilter.runtime.stream.LoadedPlugin;
import dev.portafilter.runtime.stream.Worker;
import dev.portafilter.runtime.stream.WorkerOptions;
import dev.portafilter.runtime.vm.Engine;
import dev.portafilter.runtime.vm.EngineOptions;
import dev.portafilter.runtime.vm.ModuleException;
import dev.portafilter.runtime.vm.VmModule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a chain of plugins: the place to start for an embedder.
 *
 * <pre>{@code
 * ProxyWasmHost host = ProxyWasmHost.builder()
 *         .plugin(PluginSpec.builder("auth", ModuleSource.of(Path.of("auth.wasm"))).build())
 *         .build();
 * Worker worker = host.newWorker(executor);
 * // for each request, on the worker's thread:
 * HttpStream stream = worker.openStream(exchange);
 * stream.requestHeaders(headers, endOfStream);
 * }</pre>
 *
 * <p>Loading and compiling happen in {@link Builder#build}, on the caller's thread. A plugin that cannot be loaded does
 * not stop the others: it is {@link PluginStatus.State#FAILED}, and its failure policy says what its requests get. All
 * methods may be called from any thread.
 */
public final class ProxyWasmHost implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyWasmHost.class);

    private final Engine engine;
    private final HostServices services;
    private final WorkerOptions options;
    private final List<LoadedPlugin> chain;
    private final List<LoadedPlugin> inService;
    private final PluginStates states;
    private final List<Worker> workers = new CopyOnWriteArrayList<>();
    private final List<SingleThreadWorkerExecutor> serviceThreads = new ArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private ProxyWasmHost(Builder builder) {
        engine = Engine.create(EngineOptions.builder()
                .cacheDirectory(builder.cacheDirectory)
                .interpreter(builder.interpreter)
                .build());
        services = builder.services;
        options = builder.options;
        List<LoadedPlugin> all = new ArrayList<>();
        List<PluginSpec> specs = new ArrayList<>(builder.specs);
        specs.sort(ChainOrder.INSTANCE);
        for (PluginSpec spec : specs) {
            all.add(load(spec));
        }
        chain = all.stream().filter(plugin -> !plugin.spec().service()).toList();
        inService = all.stream().filter(plugin -> plugin.spec().service()).toList();
        states = new PluginStates(chain, inService, services.metrics());
        for (LoadedPlugin plugin : inService) {
            SingleThreadWorkerExecutor thread = new SingleThreadWorkerExecutor(
                    "portafilter-service-" + plugin.spec().qualifiedName());
            serviceThreads.add(thread);
            workers.add(new Worker(thread, services, options, List.of(plugin), states));
        }
    }

    /** Starts a host. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A worker with VMs of its own on this executor, where they start at once; see {@link Worker#started}. It is the
     * host's until one of the two is closed.
     *
     * @throws IllegalStateException when the host is closed
     */
    public Worker newWorker(WorkerExecutor executor) {
        if (closed.get()) {
            throw new IllegalStateException("newWorker: the host is closed (expected: an open one)");
        }
        Worker worker = new Worker(executor, services, options, chain, states);
        workers.add(worker);
        worker.ended().thenRun(() -> workers.remove(worker));
        return worker;
    }

    /** Every plugin in chain order, those for HTTP first, then those for connections and the services, as they are now. */
    public List<PluginStatus> plugins() {
        return states.snapshot();
    }

    /** What the machine takes from outside, with the stores. */
    public HostServices services() {
        return services;
    }

    /** Ends every worker: plugins are told, timers stop, calls are cancelled, VMs are released. Does not wait for it. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        List<Worker> open = List.copyOf(workers);
        AtomicInteger openCount = new AtomicInteger(open.size() + 1);
        Runnable oneEnded = () -> {
            if (openCount.decrementAndGet() == 0) {
                serviceThreads.forEach(SingleThreadWorkerExecutor::close);
                engine.close();
                ended.complete(null);
            }
        };
        open.forEach(worker -> worker.close().thenRun(oneEnded));
        oneEnded.run();
    }

    /** Completes, on some worker's thread, once {@link #close} has been called and every worker has ended. */
    public CompletionStage<Void> closed() {
        return ended.minimalCompletionStage();
    }

    private LoadedPlugin load(PluginSpec spec) {
        try {
            VmModule module = engine.load(spec.module().load());
            return new LoadedPlugin(spec, module, null, vmKey(spec, module));
        } catch (IOException | ModuleException e) {
            return failed(spec, e);
        }
    }

    private static LoadedPlugin failed(PluginSpec spec, Exception error) {
        String reason = error.getMessage() == null ? error.toString() : error.getMessage();
        LOG.error("plugin \"{}\": {}", spec.qualifiedName(), reason);
        return new LoadedPlugin(spec, null, reason, "");
    }

    /** Equal for plugins that may share a VM: VM id, VM configuration, code, environment, capabilities and limits. */
    private static String vmKey(PluginSpec spec, VmModule module) {
        if (spec.isolated()) {
            return UUID.randomUUID().toString();
        }
        return String.join(
                "||",
                spec.vmId(),
                new String(spec.vmConfiguration(), StandardCharsets.ISO_8859_1),
                module.digest(),
                spec.environment().toString(),
                spec.allowedCapabilities().stream().sorted().toList().toString(),
                spec.limits().toString());
    }

    /** Collects what a host is made of. Not thread-safe. */
    public static final class Builder {
        private final List<PluginSpec> specs = new ArrayList<>();
        private HostServices services = HostServices.builder().build();
        private WorkerOptions options = WorkerOptions.DEFAULT;
        private @Nullable Path cacheDirectory;
        private boolean interpreter;

        private Builder() {}

        /** Adds a plugin; the order of adding does not matter. */
        public Builder plugin(PluginSpec spec) {
            specs.add(Objects.requireNonNull(spec, "spec"));
            return this;
        }

        /** Adds plugins. */
        public Builder plugins(Collection<PluginSpec> more) {
            more.forEach(this::plugin);
            return this;
        }

        /** Sets what the machine takes from outside. */
        public Builder services(HostServices value) {
            services = Objects.requireNonNull(value, "services");
            return this;
        }

        /** Sets how workers behave where there is a choice. */
        public Builder options(WorkerOptions value) {
            options = Objects.requireNonNull(value, "options");
            return this;
        }

        /** Keeps compiled modules in this directory, made when needed; without one each start compiles anew. */
        public Builder cacheDirectory(@Nullable Path value) {
            cacheDirectory = value;
            return this;
        }

        /** Interprets modules instead of compiling them: 20 to 300 times slower; for coverage and fault finding. */
        public Builder interpreter(boolean value) {
            interpreter = value;
            return this;
        }

        /**
         * Loads and compiles every plugin. Blocks.
         *
         * @throws IllegalArgumentException when two plugins have the same namespace and name
         */
        public ProxyWasmHost build() {
            Set<String> names = new HashSet<>();
            for (PluginSpec spec : specs) {
                if (!names.add(spec.qualifiedName())) {
                    throw new IllegalArgumentException("plugin \"" + spec.qualifiedName()
                            + "\" is there twice (expected: one plugin for each namespace and name)");
                }
            }
            return new ProxyWasmHost(this);
        }
    }
}
