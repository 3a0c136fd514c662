package dev.portafilter.gateway.standalone;

import dev.portafilter.runtime.service.HistogramSnapshot;
import dev.portafilter.runtime.service.MetricSample;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes the metrics that plugins define as Prometheus text, under the names that the plugins gave: a client library
 * would put {@code _total} behind every counter. Characters that Prometheus does not allow in a name become {@code _};
 * names that are equal then get a number behind them.
 */
final class PluginMetricsText {
    // Names that are not the plugins' to take.
    private static final List<String> RESERVED = List.of("portafilter_", "jvm_", "process_", "system_");

    private PluginMetricsText() {}

    /**
     * The text.
     *
     * @param taken names that others have
     */
    static String of(List<MetricSample> samples, Set<String> taken) {
        Map<String, MetricSample> byName = new LinkedHashMap<>();
        Map<String, Integer> used = new HashMap<>();
        taken.forEach(name -> used.put(name, 1));
        for (MetricSample sample : samples) {
            String name = name(sample.name());
            int count = used.merge(name, 1, Integer::sum);
            byName.put(count == 1 ? name : name + "_" + count, sample);
        }
        StringBuilder text = new StringBuilder();
        byName.forEach((name, sample) -> append(text, name, sample));
        return text.toString();
    }

    static String name(String given) {
        String name = allowed(given);
        for (String prefix : RESERVED) {
            if (name.startsWith(prefix)) {
                return "plugin_" + name;
            }
        }
        return name;
    }

    /** The name with {@code _} for what Prometheus does not allow. */
    static String allowed(String given) {
        StringBuilder name = new StringBuilder(given.length() + 1);
        for (int i = 0; i < given.length(); i++) {
            char c = given.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
            boolean digit = c >= '0' && c <= '9';
            if (digit && i == 0) {
                name.append('_');
            }
            name.append(letter || digit ? c : '_');
        }
        return name.length() == 0 ? "_" : name.toString();
    }

    private static void append(StringBuilder text, String name, MetricSample sample) {
        HistogramSnapshot histogram = sample.histogram();
        if (histogram != null) {
            appendHistogram(text, name, histogram);
            return;
        }
        switch (sample.type()) {
            case COUNTER ->
                text.append("# TYPE ")
                        .append(name)
                        .append(" counter\n")
                        .append(name)
                        .append(' ')
                        .append(Long.toUnsignedString(sample.value()));
            default ->
                text.append("# TYPE ")
                        .append(name)
                        .append(" gauge\n")
                        .append(name)
                        .append(' ')
                        .append(sample.value());
        }
        text.append('\n');
    }

    private static void appendHistogram(StringBuilder text, String name, HistogramSnapshot histogram) {
        text.append("# TYPE ").append(name).append(" histogram\n");
        long sum = 0;
        int last = histogram.bucketCount() - 1;
        for (int i = 0; i <= last; i++) {
            sum += histogram.countIn(i);
            String bound = i == last ? "+Inf" : Long.toString(histogram.upperBound(i));
            text.append(name)
                    .append("_bucket{le=\"")
                    .append(bound)
                    .append("\"} ")
                    .append(sum)
                    .append('\n');
        }
        text.append(name)
                .append("_sum ")
                .append(Long.toUnsignedString(histogram.sum()))
                .append('\n');
        text.append(name).append("_count ").append(sum).append('\n');
    }
}
