package dev.portafilter.runtime;

import dev.portafilter.runtime.plugin.ChainOrder;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.plugin.PluginType;
import dev.portafilter.runtime.service.Cancellable;
import dev.portafilter.runtime.service.HostClock;
import dev.portafilter.runtime.service.MetricStore;
import dev.portafilter.runtime.stream.LoadedPlugin;
import dev.portafilter.runtime.stream.WorkerObserver;
import dev.portafilter.runtime.vm.VmModule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Keeps how every instance of a plugin is doing, over all workers, and counts it. Thread-safe. */
final class PluginStates implements WorkerObserver {
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** One instance; guarded by the lock of the object around it. */
    private final class Entry {
        LoadedPlugin loaded;
        int position = -1;
        String place = "";
        long sinceMillis = nowMillis();
        final List<LongSupplier> vms = new ArrayList<>();
        boolean draining;

        @Nullable String error;

        @Nullable String problem;

        Entry(LoadedPlugin loaded) {
            this.loaded = loaded;
            this.error = loaded.error();
        }

        PluginStatus status() {
            VmModule module = loaded.module();
            PluginStatus.State state = draining
                    ? PluginStatus.State.DRAINING
                    : error != null ? PluginStatus.State.FAILED : PluginStatus.State.LOADED;
            return new PluginStatus(
                    loaded.spec(),
                    draining ? -1 : position,
                    draining ? "has left the chain, waits for its last streams" : error != null ? error : place,
                    state,
                    module == null ? "" : module.digest(),
                    module == null ? "" : module.abiVersion().text(),
                    vms.size(),
                    vms.stream().mapToLong(LongSupplier::getAsLong).sum(),
                    problem,
                    sinceMillis,
                    draining ? 0 : nextTryMillis(loaded.spec()));
        }
    }

    /** A plugin of which no instance is there. */
    private record Outsider(PluginSpec spec, PluginStatus.State state, String reason, long sinceMillis) {
        PluginStatus status(long nextTryMillis) {
            return new PluginStatus(spec, -1, reason, state, "", "", 0, 0, null, sinceMillis, nextTryMillis);
        }
    }

    // By the instance's id, in the order of the chain, then those that drain.
    private Map<Long, Entry> entries = new LinkedHashMap<>();
    private final Map<String, Outsider> outsiders = new LinkedHashMap<>();
    private Set<String> triedAgain = Set.of();
    private long nextTryMillis;
    private final MetricStore metrics;
    private final HostClock clock;
    private final EnvoyStatistics statistics;
    private final Cancellable gauge;

    PluginStates(MetricStore metrics, HostClock clock) {
        this.metrics = metrics;
        this.clock = clock;
        statistics = new EnvoyStatistics(metrics, this::memoryBytes);
        gauge = metrics.hostGauge("portafilter_vms", statistics::vmCount);
    }

    /** Takes the gauge away. */
    void close() {
        gauge.cancel();
        statistics.close();
    }

    private long nowMillis() {
        return clock.wallNanos() / NANOS_PER_MILLI;
    }

    /**
     * Takes what runs from now on.
     *
     * @param problems by the plugin's name, why a newer version does not run
     */
    synchronized void install(List<LoadedPlugin> chain, List<LoadedPlugin> services, Map<String, String> problems) {
        Map<Long, Entry> before = entries;
        entries = new LinkedHashMap<>();
        for (PluginType type : PluginType.values()) {
            List<LoadedPlugin> together = chain.stream()
                    .filter(plugin -> plugin.spec().type() == type)
                    .toList();
            for (int i = 0; i < together.size(); i++) {
                keep(before, together.get(i), i, place(together, i), problems);
            }
        }
        for (LoadedPlugin service : services) {
            keep(before, service, -1, "a service: in no chain, on a worker of its own", problems);
        }
        for (Entry left : before.values()) {
            if (!left.vms.isEmpty()) {
                if (!left.draining) {
                    left.draining = true;
                    left.problem = null;
                    left.sinceMillis = nowMillis();
                }
                entries.put(left.loaded.id(), left);
            }
        }
        showStatistics();
    }

    private void showStatistics() {
        statistics.show(entries.values().stream()
                .map(entry -> entry.loaded.spec().qualifiedName())
                .collect(Collectors.toSet()));
    }

    /** The memory of the VMs of a plugin; of one that it shares with others, all. */
    private synchronized long memoryBytes(String name) {
        return entries.values().stream()
                .filter(entry -> entry.loaded.spec().qualifiedName().equals(name))
                .flatMap(entry -> entry.vms.stream())
                .mapToLong(LongSupplier::getAsLong)
                .sum();
    }

    private void keep(
            Map<Long, Entry> before, LoadedPlugin loaded, int position, String place, Map<String, String> problems) {
        Entry entry = before.remove(loaded.id());
        if (entry == null) {
            entry = new Entry(loaded);
        }
        String name = loaded.spec().qualifiedName();
        entry.loaded = loaded;
        entry.position = position;
        entry.place = place;
        // Of one that does not run at all, the reason says it.
        entry.problem = loaded.error() == null ? problems.get(name) : null;
        entries.put(loaded.id(), entry);
        outsiders.remove(name);
        failures(name);
    }

    /** The counter, which is there from the start so that its first failure is seen as one. */
    private LongAdder failures(String name) {
        return metrics.hostCounter("portafilter_plugin_failures_total", "plugin", name);
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

    /** Says that plugins of which there is no instance are being loaded. */
    synchronized void pending(PluginSpec spec) {
        String name = spec.qualifiedName();
        if (!hasInstance(name)) {
            outsiders.putIfAbsent(name, new Outsider(spec, PluginStatus.State.PENDING, "is being loaded", nowMillis()));
        }
    }

    /** Says that a plugin is left out of the chain until it can be loaded. */
    synchronized void leftOut(PluginSpec spec, String reason) {
        String name = spec.qualifiedName();
        Outsider before = outsiders.get(name);
        long sinceMillis = nowMillis();
        if (before != null && before.state() == PluginStatus.State.FAILED) {
            sinceMillis = before.sinceMillis();
        }
        outsiders.put(name, new Outsider(spec, PluginStatus.State.FAILED, reason, sinceMillis));
        failures(name).increment();
    }

    /** Takes the names of the plugins whose code is asked for again. */
    synchronized void triesAgain(Set<String> names) {
        triedAgain = Set.copyOf(names);
    }

    /** Takes when that is. */
    synchronized void nextTryIn(long millis) {
        nextTryMillis = nowMillis() + millis;
    }

    private long nextTryMillis(PluginSpec spec) {
        return triedAgain.contains(spec.qualifiedName()) ? nextTryMillis : 0;
    }

    /** Forgets plugins without an instance that nobody wants any more. */
    synchronized void retainOutsiders(Set<String> wanted) {
        outsiders.keySet().retainAll(wanted);
    }

    private boolean hasInstance(String name) {
        return entries.values().stream()
                .anyMatch(entry ->
                        !entry.draining && entry.loaded.spec().qualifiedName().equals(name));
    }

    /** Whether an instance runs on every worker. */
    synchronized boolean healthy(long id) {
        Entry entry = entries.get(id);
        return entry != null && entry.error == null;
    }

    synchronized List<PluginStatus> snapshot() {
        List<PluginStatus> all = new ArrayList<>(entries.size() + outsiders.size());
        entries.values().forEach(entry -> all.add(entry.status()));
        outsiders.values().forEach(outsider -> all.add(outsider.status(nextTryMillis(outsider.spec()))));
        return all;
    }

    @Override
    public synchronized Cancellable pluginStarted(LoadedPlugin plugin, LongSupplier memoryBytes) {
        Entry entry = entries.get(plugin.id());
        if (entry == null) {
            return () -> {};
        }
        if (entry.error != null) {
            entry.error = null;
            entry.sinceMillis = nowMillis();
        }
        entry.vms.add(memoryBytes);
        return () -> pluginEnded(entry, memoryBytes);
    }

    private synchronized void pluginEnded(Entry entry, LongSupplier memoryBytes) {
        entry.vms.remove(memoryBytes);
        if (entry.draining && entry.vms.isEmpty()) {
            entries.remove(entry.loaded.id(), entry);
            showStatistics();
        }
    }

    @Override
    public synchronized void pluginFailed(LoadedPlugin plugin, String reason) {
        failures(plugin.spec().qualifiedName()).increment();
        Entry entry = entries.get(plugin.id());
        if (entry != null) {
            entry.error = reason;
            entry.sinceMillis = nowMillis();
        }
    }

    @Override
    public Cancellable vmStarted(LongSupplier memoryBytes) {
        return statistics.vmStarted(memoryBytes);
    }

    @Override
    public void reloaded(LoadedPlugin plugin, Reload outcome) {
        metrics.hostCounter(
                        "portafilter_vm_reload_" + outcome.name().toLowerCase(Locale.ROOT) + "_total",
                        "plugin",
                        plugin.spec().qualifiedName())
                .increment();
        statistics.reloaded(plugin.spec().qualifiedName(), outcome);
    }

    /** Counts a change of a plugin's version. */
    void updated(String name, boolean success) {
        metrics.hostCounter(
                        "portafilter_plugin_updates_total", "plugin", name, "result", success ? "success" : "failure")
                .increment();
    }
}
