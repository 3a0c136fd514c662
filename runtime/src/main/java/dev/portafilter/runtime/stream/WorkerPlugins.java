package dev.portafilter.runtime.stream;

import dev.portafilter.runtime.plugin.PluginType;
import dev.portafilter.runtime.service.HostServices;
import dev.portafilter.runtime.service.QueueReceiver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plugins of one worker: which run, in which VMs, and what becomes of those that a change leaves out. Worker thread
 * only.
 *
 * <p>A change makes new chains and swaps them in one step. A plugin that stays keeps its root context and its VM, whatever
 * happens to the others. One that is left out gets no new streams; it ends when its last stream does, or when it has
 * taken too long, and its VM goes with its last plugin.
 */
final class WorkerPlugins {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerPlugins.class);

    private final Worker worker;
    private final HostServices services;
    private final WorkerOptions options;
    private final WorkerObserver observer;
    private final Set<PluginVm> vms = new LinkedHashSet<>();
    private final Set<ChainFilter> retiring = new LinkedHashSet<>();
    private final QueueReceiver nobody = (rootContextId, token) -> {};
    private final List<String> vmIds = new ArrayList<>();
    private final Map<String, Long> loadedNanos = new LinkedHashMap<>();
    private FilterChain chain = FilterChain.EMPTY;
    private FilterChain networkChain = FilterChain.EMPTY;

    WorkerPlugins(Worker worker, WorkerOptions options, WorkerObserver observer) {
        this.worker = worker;
        this.services = worker.services();
        this.options = options;
        this.observer = observer;
    }

    FilterChain chain() {
        return chain;
    }

    FilterChain networkChain() {
        return networkChain;
    }

    Iterable<PluginVm> vms() {
        return vms;
    }

    /** Runs these plugins from now on, in this order; starts those that are new here. */
    void replace(List<LoadedPlugin> wanted) {
        Map<Long, ChainFilter> before = new LinkedHashMap<>();
        forEach(filter -> before.put(filter.loaded().id(), filter));
        List<ChainFilter> filters = new ArrayList<>(wanted.size());
        Map<String, List<ChainFilter>> startsByVm = new LinkedHashMap<>();
        for (LoadedPlugin loaded : wanted) {
            ChainFilter kept = before.remove(loaded.id());
            if (kept != null) {
                kept.moveTo(loaded);
                filters.add(kept);
                continue;
            }
            ChainFilter filter = new ChainFilter(loaded);
            filters.add(filter);
            openStores(loaded.spec().vmId());
            if (loaded.module() == null) {
                observer.pluginFailed(loaded, String.valueOf(loaded.error()));
            } else {
                startsByVm
                        .computeIfAbsent(loaded.vmKey(), key -> new ArrayList<>())
                        .add(filter);
            }
        }
        startsByVm.values().forEach(together -> start(together, ChainFilter::giveUp));
        chain = chainOf(PluginType.HTTP, filters);
        networkChain = chainOf(PluginType.NETWORK, filters);
        before.values().forEach(this::retire);
    }

    private FilterChain chainOf(PluginType type, List<ChainFilter> filters) {
        return new FilterChain(
                filters.stream().filter(filter -> filter.spec().type() == type).toList(),
                type == PluginType.HTTP ? services.hostSteps() : Map.of());
    }

    private void forEach(Consumer<ChainFilter> action) {
        for (ChainFilter filter : chain.all()) {
            action.accept(filter);
        }
        for (ChainFilter filter : networkChain.all()) {
            action.accept(filter);
        }
    }

    /** Shared data and queues outlive a VM that fails: they stay as long as this worker may make another one. */
    private void openStores(String vmId) {
        services.sharedData().open(vmId);
        services.sharedQueues().open(vmId, nobody);
        vmIds.add(vmId);
    }

    private void giveUpStores(String vmId) {
        if (vmIds.remove(vmId)) {
            services.sharedQueues().release(vmId, nobody);
            services.sharedData().release(vmId);
        }
    }

    /**
     * Starts plugins of one VM key, in the VM that is there or in a new one; true when all of them run.
     *
     * @param failed takes each plugin that does not
     */
    private boolean start(List<ChainFilter> filters, Consumer<ChainFilter> failed) {
        PluginVm vm = vmFor(filters.get(0).loaded());
        if (vm == null) {
            return false;
        }
        boolean all = true;
        for (ChainFilter filter : filters) {
            String error = vm.failed() ? vm.failureText() : startPlugin(vm, filter);
            if (error != null) {
                all = false;
                failed.accept(filter);
                LOG.error("plugin \"{}\" start: {}", filter.spec().qualifiedName(), error);
                observer.pluginFailed(filter.loaded(), error);
            }
        }
        releaseIfUnused(vm);
        return all;
    }

    private @Nullable PluginVm vmFor(LoadedPlugin loaded) {
        for (PluginVm vm : vms) {
            if (vm.key().equals(loaded.vmKey()) && !vm.failed()) {
                return vm;
            }
        }
        if (loaded.module() == null) {
            return null;
        }
        loadedNanos.put(loaded.vmKey(), services.clock().monotonicNanos());
        PluginVm vm = new PluginVm(worker, loaded.spec(), loaded.module(), loaded.vmKey());
        vms.add(vm);
        vm.start();
        if (!vm.failed()) {
            vm.registered(observer.vmStarted(vm::memorySize));
        }
        return vm;
    }

    private @Nullable String startPlugin(PluginVm vm, ChainFilter filter) {
        PluginContext plugin = new PluginContext(vm, vm.nextId(), filter.spec());
        vm.remember(plugin);
        String error = plugin.start();
        if (error == null) {
            filter.runsIn(plugin);
            plugin.registered(observer.pluginStarted(filter.loaded(), vm::memorySize));
        }
        return error;
    }

    private void releaseIfUnused(PluginVm vm) {
        if (!vm.failed() && !vm.hasPlugins()) {
            vm.release();
        }
    }

    /** Gives failed plugins that may have it another VM. */
    void reloadWhatMay() {
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
            outcome = start(filters, filter -> {}) ? WorkerObserver.Reload.SUCCESS : WorkerObserver.Reload.FAILURE;
        }
        for (ChainFilter filter : filters) {
            observer.reloaded(filter.loaded(), outcome);
        }
    }

    /** How long a load must be ago for another one: drawn anew each time it is asked, as Envoy does it. */
    private long reloadNanos() {
        long base = options.reloadBaseMillis();
        return (base + (base < 2 ? 0 : services.random().nextLong(base / 2))) * 1_000_000L;
    }

    /** Ends a plugin that the chain has left behind, as soon as its streams are over. */
    private void retire(ChainFilter filter) {
        PluginContext plugin = filter.plugin();
        retiring.add(filter);
        if (plugin == null || !plugin.running()) {
            forget(filter);
            return;
        }
        plugin.whenEnded(() -> worker.afterCall(() -> forget(filter)));
        filter.drainsUntil(worker.schedule(options.retireMillis(), () -> {
            LOG.warn(
                    "plugin \"{}\": {} streams of it are still there {} ms after it left the chain; they go on without it"
                            + " or fail, by its failure policy",
                    filter.spec().qualifiedName(),
                    plugin.streamCount(),
                    options.retireMillis());
            plugin.vm.cutOff(plugin);
            end(filter);
        }));
        plugin.whenIdle(() -> worker.afterCall(() -> end(filter)));
    }

    private void end(ChainFilter filter) {
        PluginContext plugin = filter.plugin();
        if (plugin == null || !plugin.running()) {
            return;
        }
        filter.drained();
        plugin.end();
        if (plugin.waiting()) {
            filter.drainsUntil(worker.schedule(options.drainMillis(), plugin::endNow));
        }
    }

    /** What is left of a plugin goes: its VM when it was the last one in it, and its share of the stores. */
    private void forget(ChainFilter filter) {
        filter.drained();
        if (!retiring.remove(filter)) {
            return;
        }
        PluginContext plugin = filter.plugin();
        if (plugin != null) {
            releaseIfUnused(plugin.vm);
        }
        giveUpStores(filter.spec().vmId());
        String vmKey = filter.loaded().vmKey();
        boolean keyInUse = false;
        for (PluginVm vm : vms) {
            keyInUse |= vm.key().equals(vmKey);
        }
        if (!keyInUse) {
            loadedNanos.remove(vmKey);
        }
    }

    /** Tells every plugin that it ends now. */
    void endAll() {
        forEach(WorkerPlugins::tellEnd);
        retiring.forEach(WorkerPlugins::tellEnd);
    }

    private static void tellEnd(ChainFilter filter) {
        PluginContext plugin = filter.plugin();
        if (plugin != null) {
            plugin.end();
        }
    }

    /** Whether a plugin has asked for time before it ends. */
    boolean anyWaits() {
        return chain.waits() || networkChain.waits() || retiring.stream().anyMatch(ChainFilter::waits);
    }

    /** Gives everything back. */
    void release() {
        chain = FilterChain.EMPTY;
        networkChain = FilterChain.EMPTY;
        retiring.forEach(ChainFilter::drained);
        retiring.clear();
        for (PluginVm vm : vms.toArray(PluginVm[]::new)) {
            vm.release();
        }
        for (String vmId : List.copyOf(vmIds)) {
            giveUpStores(vmId);
        }
    }

    void vmReleased(PluginVm vm) {
        vms.remove(vm);
    }

    void vmFailed(PluginVm vm) {
        forEach(filter -> noteFailure(vm, filter));
        retiring.forEach(filter -> noteFailure(vm, filter));
    }

    private void noteFailure(PluginVm vm, ChainFilter filter) {
        PluginContext plugin = filter.plugin();
        if (plugin != null && plugin.vm == vm) {
            observer.pluginFailed(filter.loaded(), vm.failureText());
        }
    }

    /** Calls a function of a plugin's own, if the plugin runs. */
    void callForeignFunction(String name, int functionId, byte[] arguments) {
        forEach(filter -> {
            PluginContext root = filter.plugin();
            if (root != null && filter.spec().qualifiedName().equals(name)) {
                root.foreignFunction(functionId, arguments);
            }
        });
    }
}
