package dev.portafilter.gateway.standalone;

import dev.portafilter.abi.MetricType;
import dev.portafilter.runtime.service.MetricSample;
import dev.portafilter.runtime.service.MetricStore;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * All metrics as Prometheus text: those of the JVM, the gateway and the host through Micrometer, then those of the host
 * whose names others gave (Istio's agent, Envoy), then those of the plugins. Thread-safe.
 */
final class GatewayMetrics implements AutoCloseable {
    private static final String OWN = "portafilter_";

    private record Key(String name, Map<String, String> labels) {}

    /** What the metrics of the machine are, which it does not say itself. */
    private static final Map<String, String> DESCRIPTIONS = Map.of(
            "portafilter_plugin_failures_total", "Failures of plugins: at their start, by a trap, or by a limit",
            "portafilter_vm_reload_success_total", "VMs that took the place of a failed one",
            "portafilter_vm_reload_failure_total",
                    "VMs that should have taken the place of a failed one and did not start",
            "portafilter_vm_reload_back_off_total", "Streams that came too soon after a failure for a new VM",
            "portafilter_vms", "Virtual machines over all workers",
            "portafilter_plugin_updates_total", "Changes of a plugin's version, and whether the new one runs",
            "portafilter_configuration_reloads_total", "Changes of the configuration, and whether nothing was wrong");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics garbage = new JvmGcMetrics();
    private final MetricStore store;
    // The newest value of each metric of the host, where the meters look for it.
    private final Map<Key, Long> values = new ConcurrentHashMap<>();

    GatewayMetrics(MetricStore store, Counters counters) {
        this.store = store;
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        garbage.bindTo(registry);
        FunctionCounter.builder(
                        "portafilter.connections",
                        counters,
                        c -> c.connections().sum())
                .description("Connections that clients made")
                .register(registry);
        Gauge.builder(
                        "portafilter.requests.active",
                        counters,
                        c -> c.requestsActive().get())
                .description("Requests under way")
                .register(registry);
        Gauge.builder(
                        "portafilter.tcp.connections.active",
                        counters,
                        c -> c.tcpActive().get())
                .description("TCP connections under way")
                .register(registry);
        for (int hundreds = Counters.FIRST_CLASS; hundreds <= Counters.OTHER; hundreds++) {
            int first = hundreds;
            FunctionCounter.builder("portafilter.responses", counters, c -> c.responses(first))
                    .description("Responses sent, by the first digit of their status")
                    .tag("status", first == Counters.OTHER ? "other" : first + "xx")
                    .register(registry);
        }
    }

    /** The text, as it is now. */
    String scrape() {
        List<MetricSample> named = new ArrayList<>();
        for (MetricSample sample : store.hostSamples()) {
            if (!sample.name().startsWith(OWN)) {
                named.add(sample);
                continue;
            }
            Key key = new Key(sample.name(), sample.labels());
            if (values.put(key, sample.value()) == null) {
                register(key, sample.type());
            }
        }
        Set<String> taken = named.stream()
                .map(sample -> PluginMetricsText.allowed(sample.name()))
                .collect(Collectors.toSet());
        return registry.scrape() + HostMetricsText.of(named) + PluginMetricsText.of(store.pluginSamples(), taken);
    }

    private void register(Key key, MetricType type) {
        List<Tag> tags = key.labels().entrySet().stream()
                .map(label -> Tag.of(label.getKey(), label.getValue()))
                .toList();
        if (type == MetricType.COUNTER) {
            FunctionCounter.builder(key.name(), values, now -> now.getOrDefault(key, 0L))
                    .description(DESCRIPTIONS.get(key.name()))
                    .tags(tags)
                    .register(registry);
        } else {
            Gauge.builder(key.name(), values, now -> now.getOrDefault(key, 0L))
                    .description(DESCRIPTIONS.get(key.name()))
                    .tags(tags)
                    .register(registry);
        }
    }

    @Override
    public void close() {
        garbage.close();
        registry.close();
    }
}
