package dev.portafilter.runtime.stream;

import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.plugin.PluginType;
import dev.portafilter.runtime.service.Cancellable;
import dev.portafilter.runtime.service.HostServices;
import dev.portafilter.runtime.service.LogLimiter;
import dev.portafilter.runtime.service.QueueReceiver;
import dev.portafilter.runtime.service.WorkerExecutor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread and its VMs. Everything in the machine that touches a guest happens on a worker, one task at a time, so
 * nothing in it needs a lock; workers share only the stores in {@link HostServices}. Streams that are opened on a worker
 * stay on it.
 *
 * <p>What a guest asks for during a call (to resume, to close, to reply, to end) is done in order once the outermost task
 * of the worker has left the guest; a guest is never re-entered.
 */
public final class Worker {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    private final WorkerExecutor executor;
    private final HostServices services;
    private final WorkerOptions options;
    private final WorkerObserver observer;
    private final ArrayDeque<Runnable> afterCall = new ArrayDeque<>();
    private final Set<PluginVm> vms = new LinkedHashSet<>();
    private final QueueReceiver nobody = (rootContextId, token) -> {};
    private final List<String> vmIds = new ArrayList<>();
    private final Map<String, Long> loadedNanos = new LinkedHashMap<>();
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private FilterChain chain = FilterChain.EMPTY;
    private FilterChain networkChain = FilterChain.EMPTY;
    private int depth;
    private int streams;
    private boolean ending;
    private boolean closed;

    /**
     * A worker that runs these plugins; they start on its thread at once.
     *
     * @param plugins in chain order; those for HTTP and those for connections make a chain each
     * @param observer hears from this worker's thread
     */
    public Worker(
            WorkerExecutor executor,
            HostServices services,
            WorkerOptions options,
            List<LoadedPlugin> plugins,
            WorkerObserver observer) {
        this.executor = executor;
        this.services = services;
        this.options = options;
        this.observer = observer;
        execute(() -> start(plugins));
    }

    /** Completes on the worker's thread once every plugin has started or failed to. */
    public CompletionStage<Void> started() {
        return started.minimalCompletionStage();
    }

    /** Begins a stream on the current chain. Worker thread only. */
    public HttpStream openStream(HttpExchange exchange) {
        enter();
        try {
            reloadWhatMay();
            streams++;
            return new HttpStream(this, exchange, chain);
        } finally {
            leave();
        }
    }

    /**
     * Calls {@code proxy_on_foreign_function} of a plugin's root context, if it runs: a way for an embedder to tell a plugin
     * something. Any thread; does not wait.
     *
     * @param plugin {@code namespace.name}
     * @param functionId whatever the two have agreed on
     * @param arguments readable as buffer 8 during the callback; not to be changed afterwards
     */
    public void callForeignFunction(String plugin, int functionId, byte[] arguments) {
        execute(() -> {
            callForeignFunction(chain, plugin, functionId, arguments);
            callForeignFunction(networkChain, plugin, functionId, arguments);
        });
    }

    /** Begins a TCP connection on the current chain of plugins for connections. Worker thread only. */
    public TcpStream openTcpStream(TcpExchange exchange) {
        enter();
        try {
            reloadWhatMay();
            streams++;
            return new TcpStream(this, exchange, networkChain);
        } finally {
            leave();
        }
    }

    /** Completes on the worker's thread once {@link #close} is done. */
    public CompletionStage<Void> ended() {
        return ended.minimalCompletionStage();
    }

    /** The number of streams that have begun and not yet ended. Worker thread only. */
    public int streamCount() {
        return streams;
    }

    /** The number of contexts alive, roots included. Worker thread only. */
    public int contextCount() {
        int count = 0;
        for (PluginVm vm : vms) {
            count += vm.contextCount();
        }
        return count;
    }

    /** Whether no task runs and nothing that a guest asked for waits to be done. Worker thread only. */
    public boolean idle() {
        return depth == 0 && afterCall.isEmpty();
    }

    /** Linear memory of all VMs of this worker, in bytes. Worker thread only. */
    public long memoryBytes() {
        long bytes = 0;
        for (PluginVm vm : vms) {
            bytes += vm.memorySize();
        }
        return bytes;
    }

    /**
     * Ends everything on this worker: roots are told, timers stop, calls are cancelled, VMs are released; a root that
     * asks for time gets up to {@link WorkerOptions#drainMillis}. Close when streams have ended: those still open fail
     * by policy at their next callback. Any thread; does not wait.
     *
     * @return completes on the worker's thread when it is done; more than one caller may ask
     */
    public CompletionStage<Void> close() {
        try {
            executor.execute(this::endPlugins);
        } catch (RejectedExecutionException e) {
            // The thread has ended first, so nothing can be told to the plugins any more.
            LOG.debug("worker: its thread ended before it ({})", e.toString());
            ended.complete(null);
        }
        return ended();
    }

    private static void callForeignFunction(FilterChain chain, String plugin, int functionId, byte[] arguments) {
        for (ChainFilter filter : chain.all()) {
            PluginContext root = filter.plugin();
            if (root != null && filter.spec().qualifiedName().equals(plugin)) {
                root.foreignFunction(functionId, arguments);
            }
        }
    }

    private void endPlugins() {
        if (ending) {
            return;
        }
        ending = true;
        enter();
        try {
            end(chain);
            end(networkChain);
        } finally {
            leave();
        }
        if (pluginsWait()) {
            executor.schedule(options.drainMillis(), this::releaseAll);
        } else {
            releaseAll();
        }
    }

    private static void end(FilterChain plugins) {
        for (ChainFilter filter : plugins.all()) {
            PluginContext plugin = filter.plugin();
            if (plugin != null) {
                plugin.end();
            }
        }
    }

    /** Whether a plugin has asked for time before it ends. */
    private boolean pluginsWait() {
        return waits(chain) || waits(networkChain);
    }

    private static boolean waits(FilterChain plugins) {
        for (ChainFilter filter : plugins.all()) {
            PluginContext plugin = filter.plugin();
            if (plugin != null && plugin.waiting()) {
                return true;
            }
        }
        return false;
    }

    private void releaseAll() {
        if (closed) {
            return;
        }
        closed = true;
        chain = FilterChain.EMPTY;
        networkChain = FilterChain.EMPTY;
        for (PluginVm vm : vms.toArray(PluginVm[]::new)) {
            vm.release();
        }
        giveUpStores();
        ended.complete(null);
    }

    private void start(List<LoadedPlugin> plugins) {
        try {
            List<ChainFilter> filters = new ArrayList<>(plugins.size());
            Map<String, List<ChainFilter>> byVm = new LinkedHashMap<>();
            for (LoadedPlugin loaded : plugins) {
                ChainFilter filter = new ChainFilter(loaded);
                filters.add(filter);
                if (loaded.module() == null) {
                    observer.pluginFailed(loaded.spec(), String.valueOf(loaded.error()));
                } else {
                    byVm.computeIfAbsent(loaded.vmKey(), key -> new ArrayList<>())
                            .add(filter);
                }
            }
            keepStores(plugins);
            byVm.values().forEach(together -> startVm(together, ChainFilter::giveUp));
            chain = chainOf(PluginType.HTTP, filters);
            networkChain = chainOf(PluginType.NETWORK, filters);
        } finally {
            started.complete(null);
        }
    }

    private static FilterChain chainOf(PluginType type, List<ChainFilter> filters) {
        return new FilterChain(
                filters.stream().filter(filter -> filter.spec().type() == type).toList());
    }

    /** Shared data and queues outlive a VM that fails: they stay as long as this worker may make another one. */
    private void keepStores(List<LoadedPlugin> plugins) {
        for (LoadedPlugin loaded : plugins) {
            String vmId = loaded.spec().vmId();
            services.sharedData().open(vmId);
            services.sharedQueues().open(vmId, nobody);
            vmIds.add(vmId);
        }
    }

    private void giveUpStores() {
        for (String vmId : vmIds) {
            services.sharedQueues().release(vmId, nobody);
            services.sharedData().release(vmId);
        }
        vmIds.clear();
    }

    /**
     * Makes one VM and starts these plugins in it; true when all of them run.
     *
     * @param failed takes each plugin that does not
     */
    private boolean startVm(List<ChainFilter> filters, Consumer<ChainFilter> failed) {
        LoadedPlugin first = filters.get(0).loaded();
        if (first.module() == null) {
            return false;
        }
        noteLoad(first.vmKey());
        PluginVm vm = new PluginVm(this, first.spec(), first.module());
        vms.add(vm);
        vm.start();
        if (!vm.failed()) {
            vm.registered(
                    observer.vmStarted(filters.stream().map(ChainFilter::spec).toList(), vm::memorySize));
        }
        boolean all = true;
        for (ChainFilter filter : filters) {
            String error = vm.failed() ? vm.failureText() : startPlugin(vm, filter);
            if (error == null) {
                observer.pluginStarted(filter.spec());
            } else {
                all = false;
                failed.accept(filter);
                LOG.error("plugin \"{}\" start: {}", filter.spec().qualifiedName(), error);
                observer.pluginFailed(filter.spec(), error);
            }
        }
        return all;
    }

    private @Nullable String startPlugin(PluginVm vm, ChainFilter filter) {
        PluginContext plugin = new PluginContext(vm, vm.nextId(), filter.spec());
        vm.remember(plugin);
        String error = plugin.start();
        if (error == null) {
            filter.runsIn(plugin);
        }
        return error;
    }

    private void reloadWhatMay() {
        if (chain.reloadable() || networkChain.reloadable()) {
            Map<String, List<ChainFilter>> byVm = new LinkedHashMap<>();
            chain.addReloadable(byVm);
            networkChain.addReloadable(byVm);
            byVm.forEach(this::reload);
        }
    }

    private void reload(String vmKey, List<ChainFilter> filters) {
        WorkerObserver.Reload outcome;
        Long loaded = loadedNanos.get(vmKey);
        if (loaded != null && services.clock().monotonicNanos() - loaded < reloadNanos()) {
            outcome = WorkerObserver.Reload.BACK_OFF;
        } else {
            outcome = startVm(filters, filter -> {}) ? WorkerObserver.Reload.SUCCESS : WorkerObserver.Reload.FAILURE;
        }
        for (ChainFilter filter : filters) {
            observer.reloaded(filter.spec(), outcome);
        }
    }

    private void noteLoad(String vmKey) {
        loadedNanos.put(vmKey, services.clock().monotonicNanos());
    }

    /** How long a load must be ago for another one: drawn anew each time it is asked, as Envoy does it. */
    private long reloadNanos() {
        long base = options.reloadBaseMillis();
        return (base + (base < 2 ? 0 : services.random().nextLong(base / 2))) * 1_000_000L;
    }

    HostServices services() {
        return services;
    }

    /** A plugin's log, with its limit on this worker. */
    LogLimiter log(PluginSpec spec) {
        return new LogLimiter(
                services.log(),
                services.clock(),
                spec.qualifiedName(),
                spec.limits().logLinesPerSecond());
    }

    @Nullable CallbackTrace trace() {
        return options.trace();
    }

    boolean sparesInFlight() {
        return options.spareInFlight();
    }

    /** Runs a task on this worker, unless it has been closed by then. */
    void execute(Runnable task) {
        executor.execute(() -> run(task));
    }

    Cancellable schedule(long delayMillis, Runnable task) {
        return executor.schedule(delayMillis, () -> run(task));
    }

    private void run(Runnable task) {
        if (closed) {
            return;
        }
        enter();
        try {
            task.run();
        } finally {
            leave();
        }
        if (ending && !pluginsWait()) {
            releaseAll();
        }
    }

    /** A task of this worker begins; tasks may be nested when a gateway answers inside a forward. */
    void enter() {
        depth++;
    }

    /** A task ends; the outermost one does what guests asked for. */
    void leave() {
        try {
            if (depth == 1) {
                for (Runnable effect = afterCall.poll(); effect != null; effect = afterCall.poll()) {
                    effect.run();
                }
            }
        } finally {
            depth--;
        }
    }

    /** Does something once no guest is running. */
    void afterCall(Runnable effect) {
        afterCall.add(effect);
    }

    void vmReleased(PluginVm vm) {
        vms.remove(vm);
    }

    void vmFailed(PluginVm vm) {
        noteFailure(vm, chain);
        noteFailure(vm, networkChain);
    }

    private void noteFailure(PluginVm vm, FilterChain plugins) {
        for (ChainFilter filter : plugins.all()) {
            PluginContext plugin = filter.plugin();
            if (plugin != null && plugin.vm == vm) {
                observer.pluginFailed(filter.spec(), vm.failureText());
            }
        }
    }

    void streamEnded() {
        streams--;
    }
}
