package dev.portafilter.gateway.standalone;

import dev.portafilter.abi.MetricType;
import dev.portafilter.runtime.service.HistogramSnapshot;
import dev.portafilter.runtime.service.MetricSample;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes metrics of the host whose names are those of Istio's agent and of Envoy as Prometheus text, under just these
 * names: a client library would put {@code _total} behind every counter, and dashboards would not find them. Characters
 * that Prometheus does not allow become {@code _}, as in Envoy.
 */
final class HostMetricsText {
    private static final Map<String, String> DESCRIPTIONS = Map.ofEntries(
            Map.entry("istio_agent_wasm_cache_entries", "Modules in the cache"),
            Map.entry("istio_agent_wasm_cache_lookup_count", "Look-ups in the cache, and whether it had the module"),
            Map.entry("istio_agent_wasm_remote_fetch_count", "Fetches of modules, and what came of them"),
            Map.entry(
                    "istio_agent_wasm_config_conversion_count",
                    "Modules that resources asked for, and what came of it"),
            Map.entry("istio_agent_wasm_config_conversion_duration", "How long that took, in milliseconds"),
            Map.entry("wasm_wasm_vm_count", "Virtual machines over all workers"));
    /** The last bucket with a bound; the samples of a histogram are in powers of two. */
    private static final long LARGEST_BOUND = 16_384;

    private HostMetricsText() {}

    /** The text of samples that are sorted by name. */
    static String of(List<MetricSample> samples) {
        StringBuilder text = new StringBuilder();
        String family = "";
        for (MetricSample sample : samples) {
            String name = PluginMetricsText.allowed(sample.name());
            if (!name.equals(family)) {
                family = name;
                head(text, name, sample.type());
            }
            HistogramSnapshot histogram = sample.histogram();
            if (histogram == null) {
                line(text, name, sample.labels(), "", sample.value());
            } else {
                histogram(text, name, sample.labels(), histogram);
            }
        }
        return text.toString();
    }

    private static void head(StringBuilder text, String name, MetricType type) {
        String description = DESCRIPTIONS.get(name);
        if (description != null) {
            text.append("# HELP ").append(name).append(' ').append(description).append('\n');
        }
        String word = type.name().toLowerCase(Locale.ROOT);
        text.append("# TYPE ").append(name).append(' ').append(word).append('\n');
    }

    private static void histogram(
            StringBuilder text, String name, Map<String, String> labels, HistogramSnapshot histogram) {
        long sum = 0;
        for (int i = 0; i < histogram.bucketCount(); i++) {
            sum += histogram.countIn(i);
            long bound = histogram.upperBound(i);
            if (bound <= LARGEST_BOUND) {
                line(text, name + "_bucket", labels, Long.toString(bound), sum);
            }
        }
        line(text, name + "_bucket", labels, "+Inf", sum);
        line(text, name + "_sum", labels, "", histogram.sum());
        line(text, name + "_count", labels, "", sum);
    }

    private static void line(StringBuilder text, String name, Map<String, String> labels, String bound, long value) {
        text.append(name);
        char separator = '{';
        for (Map.Entry<String, String> label : labels.entrySet()) {
            label(text.append(separator), label.getKey(), label.getValue());
            separator = ',';
        }
        if (!bound.isEmpty()) {
            label(text.append(separator), "le", bound);
            separator = ',';
        }
        text.append(separator == ',' ? "} " : " ").append(value).append('\n');
    }

    private static void label(StringBuilder text, String name, String value) {
        String escaped = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
        text.append(name).append("=\"").append(escaped).append('"');
    }
}
