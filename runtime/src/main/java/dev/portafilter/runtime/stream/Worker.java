package dev.portafilter.runtime.stream;

import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.service.Cancellable;
import dev.portafilter.runtime.service.HostServices;
import dev.portafilter.runtime.service.LogLimiter;
import dev.portafilter.runtime.service.WorkerExecutor;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
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
    private final WorkerPlugins plugins;
    private final boolean trial;
    private final ArrayDeque<Runnable> afterCall = new ArrayDeque<>();
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
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
        this(executor, services, options, plugins, observer, false);
    }

    private Worker(
            WorkerExecutor executor,
            HostServices services,
            WorkerOptions options,
            List<LoadedPlugin> plugins,
            WorkerObserver observer,
            boolean trial) {
        this.trial = trial;
        this.executor = executor;
        this.services = services;
        this.options = options;
        this.plugins = new WorkerPlugins(this, options, observer);
        replace(plugins, started);
    }

    /** A worker on which a plugin is tried; end it with {@link #discard}. */
    static Worker onTrial(
            WorkerExecutor executor,
            HostServices services,
            WorkerOptions options,
            LoadedPlugin plugin,
            WorkerObserver observer) {
        return new Worker(executor, services, options, List.of(plugin), observer, true);
    }

    /** Completes on the worker's thread once every plugin has started or failed to. */
    public CompletionStage<Void> started() {
        return started.minimalCompletionStage();
    }

    /**
     * Runs these plugins from now on: new streams go through them, those under way keep their chain. A plugin whose {@link
     * LoadedPlugin#id} is there already goes on as it is; one that is left out ends after its last stream, or after {@link
     * WorkerOptions#retireMillis}. Any thread; does not wait.
     *
     * @param wanted in chain order
     * @return completes on the worker's thread once the new chain is in place, or the worker has ended
     */
    public CompletionStage<Void> replace(List<LoadedPlugin> wanted) {
        CompletableFuture<Void> replaced = new CompletableFuture<>();
        try {
            replace(wanted, replaced);
        } catch (RejectedExecutionException e) {
            LOG.debug("worker: its thread ended before a change ({})", e.toString());
            replaced.complete(null);
        }
        return replaced.minimalCompletionStage();
    }

    private void replace(List<LoadedPlugin> wanted, CompletableFuture<Void> replaced) {
        executor.execute(() -> {
            try {
                run(() -> {
                    if (!ending) {
                        plugins.replace(wanted);
                    }
                });
            } finally {
                replaced.complete(null);
            }
        });
    }

    /** Begins a stream on the current chain. Worker thread only. */
    public HttpStream openStream(HttpExchange exchange) {
        enter();
        try {
            plugins.reloadWhatMay();
            streams++;
            return new HttpStream(this, exchange, plugins.chain());
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
        execute(() -> plugins.callForeignFunction(plugin, functionId, arguments));
    }

    /** Begins a TCP connection on the current chain of plugins for connections. Worker thread only. */
    public TcpStream openTcpStream(TcpExchange exchange) {
        enter();
        try {
            plugins.reloadWhatMay();
            streams++;
            return new TcpStream(this, exchange, plugins.networkChain());
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
        for (PluginVm vm : plugins.vms()) {
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
        for (PluginVm vm : plugins.vms()) {
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

    private void endPlugins() {
        if (ending) {
            return;
        }
        ending = true;
        enter();
        try {
            plugins.endAll();
        } finally {
            leave();
        }
        if (plugins.anyWaits()) {
            executor.schedule(options.drainMillis(), this::releaseAll);
        } else {
            releaseAll();
        }
    }

    /** Gives everything back without a word to the plugins. Worker thread only. */
    void discard() {
        ending = true;
        releaseAll();
    }

    private void releaseAll() {
        if (closed) {
            return;
        }
        closed = true;
        plugins.release();
        ended.complete(null);
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

    /** Whether plugins are only tried here. */
    boolean onTrial() {
        return trial;
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
        if (ending && !plugins.anyWaits()) {
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
        plugins.vmReleased(vm);
    }

    void vmFailed(PluginVm vm) {
        plugins.vmFailed(vm);
    }

    void streamEnded() {
        streams--;
    }
}
