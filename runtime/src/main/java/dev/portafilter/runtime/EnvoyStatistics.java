package dev.portafilter.runtime;

import dev.portafilter.runtime.service.Cancellable;
import dev.portafilter.runtime.service.MetricStore;
import dev.portafilter.runtime.stream.WorkerObserver.Reload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/**
 * VMs and their reloads under the names that they have in Envoy, for dashboards that know those. Thread-safe. Source:
 * WasmPlugin reference, section 7.7.
 */
final class EnvoyStatistics {
    private static final String RUNTIME = "wasm.envoy.wasm.runtime.chicory.";

    private final MetricStore metrics;
    private final ToLongFunction<String> memoryBytes;
    private final List<LongSupplier> vms = new CopyOnWriteArrayList<>();
    private final List<Cancellable> gauges = new ArrayList<>();
    private final LongAdder created;

    // Guarded by this object; by the plugin's name.
    private final Map<String, Cancellable> ofPlugins = new HashMap<>();

    /**
     * Nothing runs yet.
     *
     * @param memoryBytes the memory of the VMs of a plugin, by its name
     */
    EnvoyStatistics(MetricStore metrics, ToLongFunction<String> memoryBytes) {
        this.metrics = metrics;
        this.memoryBytes = memoryBytes;
        created = metrics.hostCounter(RUNTIME + "created");
        gauges.add(metrics.hostGauge("wasm.wasm_vm_count", vms::size));
        gauges.add(metrics.hostGauge(RUNTIME + "active", vms::size));
        gauges.add(metrics.hostGauge(
                RUNTIME + "memory_size",
                () -> vms.stream().mapToLong(LongSupplier::getAsLong).sum()));
    }

    /** Takes the gauges away; counters stay. */
    synchronized void close() {
        gauges.forEach(Cancellable::cancel);
        ofPlugins.values().forEach(Cancellable::cancel);
        ofPlugins.clear();
    }

    /** A VM was made; to be cancelled when it is released. */
    Cancellable vmStarted(LongSupplier memory) {
        // A wrapper, so that no two are equal.
        LongSupplier vm = memory::getAsLong;
        created.increment();
        vms.add(vm);
        return () -> vms.remove(vm);
    }

    /** The number of VMs. */
    int vmCount() {
        return vms.size();
    }

    /** Shows these plugins from now on, and no others. */
    synchronized void show(Set<String> names) {
        ofPlugins.entrySet().removeIf(entry -> {
            boolean gone = !names.contains(entry.getKey());
            if (gone) {
                entry.getValue().cancel();
            }
            return gone;
        });
        for (String name : names) {
            if (!ofPlugins.containsKey(name)) {
                ofPlugins.put(
                        name, metrics.hostGauge(name(name, "vm_memory_size"), () -> memoryBytes.applyAsLong(name)));
                for (String counter :
                        List.of("vm_reload", "vm_reload_backoff", "vm_reload_success", "vm_reload_failure")) {
                    metrics.hostCounter(name(name, counter));
                }
            }
        }
    }

    private static String name(String plugin, String statistic) {
        return "wasm." + plugin + "." + statistic;
    }

    /** The VM of a plugin was replaced, or was not. As in Envoy, {@code vm_reload} itself stays 0. */
    void reloaded(String plugin, Reload outcome) {
        String statistic = switch (outcome) {
            case SUCCESS -> "vm_reload_success";
            case FAILURE -> "vm_reload_failure";
            case BACK_OFF -> "vm_reload_backoff";
        };
        metrics.hostCounter(name(plugin, statistic)).increment();
    }
}
