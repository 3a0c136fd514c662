package dev.portafilter.runtime;

import dev.portafilter.runtime.plugin.ChainOrder;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.plugin.PluginType;
import dev.portafilter.runtime.service.Cancellable;
import dev.portafilter.runtime.service.MetricStore;
import dev.portafilter.runtime.stream.LoadedPlugin;
import dev.portafilter.runtime.stream.WorkerObserver;
import dev.portafilter.runtime.vm.VmModule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Keeps how every plugin is doing, over all workers, and counts it. Thread-safe. */
final class PluginStates implements WorkerObserver {
    /** One plugin's state; guarded by the lock of the object around it. */
    private static final class Entry {
        final LoadedPlugin loaded;
        final int position;
        final String place;
        final LongAdder failures;
        final List<LongSupplier> vms = new ArrayList<>();

        @Nullable String error;

        Entry(LoadedPlugin loaded, int position, String place, LongAdder failures) {
            this.loaded = loaded;
            this.position = position;
            this.place = place;
            this.failures = failures;
            this.error = loaded.error();
        }
    }

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final MetricStore metrics;

    PluginStates(List<LoadedPlugin> chain, List<LoadedPlugin> services, MetricStore metrics) {
        this.metrics = metrics;
        for (PluginType type : PluginType.values()) {
            List<LoadedPlugin> together = chain.stream()
                    .filter(plugin -> plugin.spec().type() == type)
                    .toList();
            for (int i = 0; i < together.size(); i++) {
                add(together.get(i), i, place(together, i));
            }
        }
        for (LoadedPlugin service : services) {
            add(service, -1, "a service: in no chain, on a worker of its own");
        }
    }

    private void add(LoadedPlugin loaded, int position, String place) {
        String name = loaded.spec().qualifiedName();
        entries.put(
                name,
                new Entry(
                        loaded,
                        position,
                        place,
                        metrics.hostCounter("portafilter_plugin_failures_total", "plugin", name)));
    }

    private static String place(List<LoadedPlugin> chain, int position) {
        if (chain.size() == 1) {
            return "the only plugin";
        }
        if (position == 0) {
            return "first: "
                    + ChainOrder.reason(chain.get(0).spec(), chain.get(1).spec());
        }
        LoadedPlugin before = chain.get(position - 1);
        return "after " + before.spec().name() + ": "
                + ChainOrder.reason(before.spec(), chain.get(position).spec());
    }

    synchronized List<PluginStatus> snapshot() {
        List<PluginStatus> all = new ArrayList<>(entries.size());
        for (Entry entry : entries.values()) {
            VmModule module = entry.loaded.module();
            boolean failed = entry.error != null;
            all.add(new PluginStatus(
                    entry.loaded.spec(),
                    entry.position,
                    failed ? String.valueOf(entry.error) : entry.place,
                    failed ? PluginStatus.State.FAILED : PluginStatus.State.LOADED,
                    module == null ? "" : module.digest(),
                    module == null ? "" : module.abiVersion().text(),
                    entry.vms.size(),
                    entry.vms.stream().mapToLong(LongSupplier::getAsLong).sum()));
        }
        return all;
    }

    @Override
    public synchronized void pluginStarted(PluginSpec spec) {
        Entry entry = entry(spec);
        entry.error = null;
    }

    @Override
    public synchronized void pluginFailed(PluginSpec spec, String reason) {
        Entry entry = entry(spec);
        entry.error = reason;
        entry.failures.increment();
    }

    @Override
    public synchronized Cancellable vmStarted(List<PluginSpec> plugins, LongSupplier memoryBytes) {
        for (PluginSpec spec : plugins) {
            entry(spec).vms.add(memoryBytes);
        }
        return () -> vmReleased(plugins, memoryBytes);
    }

    private synchronized void vmReleased(List<PluginSpec> plugins, LongSupplier memoryBytes) {
        for (PluginSpec spec : plugins) {
            entry(spec).vms.remove(memoryBytes);
        }
    }

    @Override
    public void reloaded(PluginSpec spec, Reload outcome) {
        metrics.hostCounter(
                        "portafilter_vm_reload_" + outcome.name().toLowerCase(Locale.ROOT) + "_total",
                        "plugin",
                        spec.qualifiedName())
                .increment();
    }

    private Entry entry(PluginSpec spec) {
        Entry entry = entries.get(spec.qualifiedName());
        if (entry == null) {
            throw new IllegalStateException("plugin \"" + spec.qualifiedName() + "\" is not of this host");
        }
        return entry;
    }
}
