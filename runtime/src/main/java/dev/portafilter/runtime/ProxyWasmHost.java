package dev.portafilter.runtime;

import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.service.HostServices;
import dev.portafilter.runtime.service.SingleThreadWorkerExecutor;
import dev.portafilter.runtime.service.WorkerExecutor;
import dev.portafilter.runtime.stream.LoadedPlugin;
import dev.portafilter.runtime.stream.Worker;
import dev.portafilter.runtime.stream.WorkerOptions;
import dev.portafilter.runtime.vm.Engine;
import dev.portafilter.runtime.vm.EngineOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
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
 * not stop the others: it is {@link PluginStatus.State#FAILED}, and its failure policy says what its requests get; a fetch
 * that failed is tried again in the background. All methods may be called from any thread.
 *
 * <p>{@link #apply}, {@link #update} and {@link #delete} change the plugins while requests run: on a thread of the host's
 * own the new ones are fetched, compiled and tried, then each worker swaps its chain in one step. Requests under way stay
 * on the chain they began with, plugins that a change does not touch keep their VMs, and a plugin that is no good leaves
 * its predecessor in place. Source: WasmPlugin reference, section 7.6.
 */
public final class ProxyWasmHost implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyWasmHost.class);
    private static final long FIRST_RETRY_MILLIS = 1_000;
    private static final long LONGEST_RETRY_MILLIS = 60_000;

    private final Engine engine;
    private final HostServices services;
    private final WorkerOptions options;
    private final boolean keepLastGood;
    private final PluginLoader plugins;
    private final PluginStates states;
    private final WorkerExecutor loader;
    private final @Nullable SingleThreadWorkerExecutor loaderThread;
    private final List<Worker> workers = new CopyOnWriteArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    // Written on the loader's thread only, and before it has a task.
    private final Map<String, PluginSpec> wanted = new LinkedHashMap<>();
    private final Map<String, String> failures = new LinkedHashMap<>();
    private final Set<String> mayComeBack = new LinkedHashSet<>();
    private final Map<Long, Worker> serviceWorkers = new LinkedHashMap<>();
    private long retryMillis = FIRST_RETRY_MILLIS;
    private boolean retryScheduled;

    // Guarded by workers: a worker is made for the line-up of its time, and hears of every later one.
    private Lineup lineup = Lineup.EMPTY;

    private ProxyWasmHost(Builder builder) {
        engine = Engine.create(EngineOptions.builder()
                .cacheDirectory(builder.cacheDirectory)
                .interpreter(builder.interpreter)
                .build());
        services = builder.services;
        options = builder.options;
        keepLastGood = builder.keepLastGood;
        plugins = new PluginLoader(engine);
        states = new PluginStates(services.metrics(), services.clock());
        loaderThread = builder.loader == null ? new SingleThreadWorkerExecutor("portafilter-loader") : null;
        loader = builder.loader == null ? Objects.requireNonNull(loaderThread) : builder.loader;
        Set<String> now = new LinkedHashSet<>();
        Set<String> later = new LinkedHashSet<>();
        for (PluginSpec spec : builder.specs) {
            wanted.put(spec.qualifiedName(), spec);
            (spec.joinsWhenReady() ? later : now).add(spec.qualifiedName());
        }
        change(wanted.values(), now);
        if (!later.isEmpty()) {
            wanted.values().stream()
                    .filter(spec -> later.contains(spec.qualifiedName()))
                    .forEach(states::pending);
            loader.execute(() -> change(wanted.values(), later));
        }
        if (!mayComeBack.isEmpty() || !later.isEmpty()) {
            loader.execute(this::scheduleRetry);
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
        Worker worker;
        synchronized (workers) {
            worker = new Worker(executor, services, options, lineup.chain(), states);
            workers.add(worker);
        }
        worker.ended().thenRun(() -> workers.remove(worker));
        return worker;
    }

    /**
     * Makes these the plugins of the host, in place of all that were there. Does not wait.
     *
     * @param specs the order does not matter
     * @return completes, on some thread, once every worker runs them; requests that began before may still be under way.
     *     It says what could not be had; it fails only when the host is closed
     * @throws IllegalArgumentException when two plugins have the same namespace and name
     */
    public CompletionStage<UpdateResult> apply(Collection<PluginSpec> specs) {
        Map<String, PluginSpec> byName = new LinkedHashMap<>();
        for (PluginSpec spec : specs) {
            if (byName.put(spec.qualifiedName(), spec) != null) {
                throw thereTwice(spec);
            }
        }
        return later(() -> {
            wanted.clear();
            wanted.putAll(byName);
            return change(wanted.values(), byName.keySet());
        });
    }

    /** Adds a plugin, or replaces the one of its qualified name; see {@link #apply}. */
    public CompletionStage<UpdateResult> update(PluginSpec spec) {
        return later(() -> {
            wanted.put(spec.qualifiedName(), spec);
            return change(wanted.values(), Set.of(spec.qualifiedName()));
        });
    }

    /**
     * Takes a plugin away; one that is not there is no error. See {@link #apply}.
     *
     * @param qualifiedName as in {@link PluginSpec#qualifiedName}
     */
    public CompletionStage<UpdateResult> delete(String qualifiedName) {
        return later(() -> {
            wanted.remove(qualifiedName);
            return change(wanted.values(), Set.of());
        });
    }

    /**
     * Every instance of a plugin as it is now: in chain order, those for HTTP first, then those for connections and the
     * services, then those that drain, then plugins that are not in the chain yet.
     */
    public List<PluginStatus> plugins() {
        return states.snapshot();
    }

    /** What the machine takes from outside, with the stores. */
    public HostServices services() {
        return services;
    }

    private CompletionStage<UpdateResult> later(Supplier<Change> change) {
        CompletableFuture<UpdateResult> done = new CompletableFuture<>();
        try {
            loader.execute(() -> {
                if (closed.get()) {
                    done.completeExceptionally(new IllegalStateException("the host is closed (expected: an open one)"));
                    return;
                }
                try {
                    retryMillis = FIRST_RETRY_MILLIS;
                    Change made = change.get();
                    made.inPlace().whenComplete((nothing, never) -> done.complete(made.result()));
                    scheduleRetry();
                } catch (RuntimeException e) {
                    done.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(new IllegalStateException("the host is closed (expected: an open one)", e));
        }
        return done.minimalCompletionStage();
    }

    /** A change that has been sent to the workers. */
    private record Change(UpdateResult result, CompletionStage<Void> inPlace) {}

    /** Loads what is fresh and tells the workers. */
    private Change change(Collection<PluginSpec> specs, Set<String> fresh) {
        Lineup before = lineup;
        LiveUpdate update =
                new LiveUpdate(plugins, states, services, options, keepLastGood, before, Map.copyOf(failures));
        Lineup after = update.next(List.copyOf(specs), fresh);
        failures.keySet().retainAll(wanted.keySet());
        failures.keySet().removeAll(fresh);
        failures.putAll(update.failures());
        mayComeBack.retainAll(wanted.keySet());
        mayComeBack.removeAll(fresh);
        mayComeBack.addAll(update.mayComeBack());
        states.retainOutsiders(wanted.keySet());
        states.install(after.chain(), after.services(), failures);
        List<CompletableFuture<Void>> replaced = new ArrayList<>();
        synchronized (workers) {
            lineup = after;
            for (Worker worker : workers) {
                if (!serviceWorkers.containsValue(worker)) {
                    replaced.add(worker.replace(after.chain()).toCompletableFuture());
                }
            }
        }
        replaceServices(after.services());
        return new Change(update.result(after), CompletableFuture.allOf(replaced.toArray(CompletableFuture<?>[]::new)));
    }

    private void replaceServices(List<LoadedPlugin> inService) {
        Map<Long, LoadedPlugin> running = new LinkedHashMap<>();
        inService.forEach(plugin -> running.put(plugin.id(), plugin));
        serviceWorkers.entrySet().removeIf(entry -> {
            boolean gone = !running.containsKey(entry.getKey());
            if (gone) {
                entry.getValue().close();
            }
            return gone;
        });
        for (LoadedPlugin plugin : inService) {
            if (!serviceWorkers.containsKey(plugin.id())) {
                SingleThreadWorkerExecutor thread = new SingleThreadWorkerExecutor(
                        "portafilter-service-" + plugin.spec().qualifiedName());
                Worker worker = new Worker(thread, services, options, List.of(plugin), states);
                workers.add(worker);
                serviceWorkers.put(plugin.id(), worker);
                if (closed.get()) {
                    worker.close();
                }
                worker.ended().thenRun(() -> {
                    workers.remove(worker);
                    thread.close();
                });
            }
        }
    }

    /** Tries again what could not be fetched: after a second, then after twice as long each time, up to a minute. */
    private void scheduleRetry() {
        states.triesAgain(mayComeBack);
        if (mayComeBack.isEmpty() || retryScheduled || closed.get()) {
            return;
        }
        retryScheduled = true;
        states.nextTryIn(retryMillis);
        loader.schedule(retryMillis, () -> {
            retryScheduled = false;
            if (closed.get() || mayComeBack.isEmpty()) {
                return;
            }
            retryMillis = Math.min(2 * retryMillis, LONGEST_RETRY_MILLIS);
            LOG.debug("trying again to load {}", mayComeBack);
            change(wanted.values(), Set.copyOf(mayComeBack));
            scheduleRetry();
        });
    }

    /** Ends every worker: plugins are told, timers stop, calls are cancelled, VMs are released. Does not wait for it. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (loaderThread != null) {
            loaderThread.close();
        }
        List<Worker> open;
        synchronized (workers) {
            open = List.copyOf(workers);
        }
        AtomicInteger openCount = new AtomicInteger(open.size() + 1);
        Runnable oneEnded = () -> {
            if (openCount.decrementAndGet() == 0) {
                states.close();
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

    private static IllegalArgumentException thereTwice(PluginSpec spec) {
        return new IllegalArgumentException("plugin \"" + spec.qualifiedName()
                + "\" is there twice (expected: one plugin for each namespace and name)");
    }

    /** Collects what a host is made of. Not thread-safe. */
    public static final class Builder {
        private final List<PluginSpec> specs = new ArrayList<>();
        private HostServices services = HostServices.builder().build();
        private WorkerOptions options = WorkerOptions.DEFAULT;
        private @Nullable Path cacheDirectory;
        private @Nullable WorkerExecutor loader;
        private boolean interpreter;
        private boolean keepLastGood = true;

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
         * Sets the thread that changes are worked out on, which blocks meanwhile; a daemon thread of the host's own unless
         * set. It is not closed with the host.
         */
        public Builder loader(@Nullable WorkerExecutor value) {
            loader = value;
            return this;
        }

        /** Sets whether a plugin goes on when its successor is no good, which is so unless set; else that one fails. */
        public Builder keepLastGood(boolean value) {
            keepLastGood = value;
            return this;
        }

        /**
         * Loads and compiles every plugin but those that {@linkplain PluginSpec#joinsWhenReady join when they are ready}.
         * Blocks.
         *
         * @throws IllegalArgumentException when two plugins have the same namespace and name
         */
        public ProxyWasmHost build() {
            Set<String> names = new HashSet<>();
            for (PluginSpec spec : specs) {
                if (!names.add(spec.qualifiedName())) {
                    throw thereTwice(spec);
                }
            }
            return new ProxyWasmHost(this);
        }
    }
}
