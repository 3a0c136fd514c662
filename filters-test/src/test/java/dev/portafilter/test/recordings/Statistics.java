package dev.portafilter.test.recordings;

import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.service.MetricSample;
import dev.portafilter.runtime.service.MetricStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What plugins counted, and how often their VMs were replaced, as Envoy writes it. */
final class Statistics {
    private static final Map<String, String> RELOADS = Map.of(
            "vm_reload_backoff", "portafilter_vm_reload_back_off_total",
            "vm_reload_failure", "portafilter_vm_reload_failure_total",
            "vm_reload_success", "portafilter_vm_reload_success_total");

    /** A counter that Envoy has and never counts. */
    private static final String UNUSED = "vm_reload: 0";

    private Statistics() {}

    static List<String> recorded(Recording.Step step) {
        return step.statistics().stream()
                .filter(line -> !line.endsWith(UNUSED))
                // Histograms are merged every few seconds there.
                .map(line -> line.replaceFirst(": No recorded values$", ":" + LineDiff.VARIES))
                .toList();
    }

    static List<String> now(Recording.Step step, MetricStore metrics, List<PluginSpec> plugins) {
        // One line a name: where a counter and a gauge have the same, it is the gauge's.
        Map<String, String> values = new TreeMap<>();
        metrics.pluginSamples().stream()
                .sorted(Comparator.comparing(MetricSample::type))
                .forEach(sample -> values.put("wasmcustom." + sample.name(), Long.toUnsignedString(sample.value())));
        for (PluginSpec plugin : plugins) {
            if (plugin.failurePolicy() == FailurePolicy.FAIL_RELOAD) {
                RELOADS.forEach((name, counter) ->
                        values.put("wasm." + plugin.qualifiedName() + "." + name, value(metrics, counter, plugin)));
            }
        }
        List<String> lines = new ArrayList<>();
        values.forEach((name, value) -> {
            if (name.contains(step.filter())) {
                lines.add(name + ": " + value);
            }
        });
        return lines;
    }

    private static String value(MetricStore metrics, String name, PluginSpec plugin) {
        return Long.toString(metrics.hostSamples().stream()
                .filter(sample -> sample.name().equals(name) && sample.labels().containsValue(plugin.qualifiedName()))
                .mapToLong(MetricSample::value)
                .sum());
    }
}
