package dev.portafilter.runtime.service;

import dev.portafilter.abi.MetricType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One metric at one moment, for exporters. Immutable.
 *
 * @param name as the host or the plugin named it; a plugin's name may hold any characters, and after decoding two may be
 *     equal
 * @param labels in the order given; empty for metrics of plugins
 * @param type the kind
 * @param value the sum of a counter (unsigned), the value of a gauge, the number of samples of a histogram
 * @param histogram the samples of a histogram, else null
 */
public record MetricSample(
        String name,
        Map<String, String> labels,
        MetricType type,
        long value,
        @Nullable HistogramSnapshot histogram) {}
