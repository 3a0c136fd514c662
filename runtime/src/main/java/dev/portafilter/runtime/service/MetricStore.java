package dev.portafilter.runtime.service;

import dev.portafilter.abi.MetricType;
import dev.portafilter.abi.Metrics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metrics that plugins define, shared by type and name over all VMs, and beside them the host's own, which have
 * labels. A metric stays when the VMs that defined it are gone. Thread-safe. Source: ABI reference, section 3.11.
 */
public final class MetricStore {
    /** Most metrics of plugins unless set: 10000; each is a time series for whoever scrapes them. */
    public static final int DEFAULT_MAX_METRICS = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(MetricStore.class);
    private static final Comparator<MetricSample> BY_NAME = Comparator.comparing(MetricSample::name)
            .thenComparing(MetricSample::type)
            .thenComparing(sample -> sample.labels().toString());

    private final Map<PluginKey, Metric> ofPlugins = new ConcurrentHashMap<>();
    private final Map<HostKey, Metric> ofHost = new ConcurrentHashMap<>();
    private final Map<HostKey, List<LongSupplier>> hostGauges = new ConcurrentHashMap<>();
    private final AtomicBoolean warned = new AtomicBoolean();
    private final int maxMetrics;

    /** A store with the default limit. */
    public MetricStore() {
        this(DEFAULT_MAX_METRICS);
    }

    /**
     * A store.
     *
     * @param maxMetrics most metrics of plugins, all VMs together
     * @throws IllegalArgumentException when it is negative
     */
    public MetricStore(int maxMetrics) {
        if (maxMetrics < 0) {
            throw new IllegalArgumentException("maxMetrics: " + maxMetrics + " (expected: 0 or more)");
        }
        this.maxMetrics = maxMetrics;
    }

    /** The metrics as one VM sees them: its own ids, for its worker's thread only. Nothing to release. Any thread. */
    public Metrics open() {
        return new MetricView(this);
    }

    /**
     * A counter of the host; the same one for the same name and labels. Any thread.
     *
     * @param labels name, value, name, value …
     * @return the counter; add only positive numbers
     * @throws IllegalArgumentException when the number of labels is odd, or the metric exists with another type
     */
    public LongAdder hostCounter(String name, String... labels) {
        HostKey key = HostKey.of(name, labels);
        if (ofHost.computeIfAbsent(key, k -> new Metric.Counter()) instanceof Metric.Counter counter) {
            return counter.sum;
        }
        throw otherType(key, MetricType.COUNTER);
    }

    /**
     * A histogram of the host; the same one for the same name and labels. Any thread.
     *
     * @param labels name, value, name, value …
     * @return takes samples, 0 or more, from any thread
     * @throws IllegalArgumentException when the number of labels is odd, or the metric exists with another type
     */
    public LongConsumer hostHistogram(String name, String... labels) {
        HostKey key = HostKey.of(name, labels);
        if (ofHost.computeIfAbsent(key, k -> new Metric.Histogram()) instanceof Metric.Histogram histogram) {
            return histogram::record;
        }
        throw otherType(key, MetricType.HISTOGRAM);
    }

    /**
     * Adds a part of a gauge of the host: the gauge is the sum of its parts, so that each worker can have one. Any thread.
     *
     * @param value asked on the thread that takes samples; must not block
     * @param labels name, value, name, value …
     * @return takes the part out again; a gauge without parts is gone
     * @throws IllegalArgumentException when the number of labels is odd
     */
    public Cancellable hostGauge(String name, LongSupplier value, String... labels) {
        HostKey key = HostKey.of(name, labels);
        // A wrapper, so that the same supplier can be a part twice.
        LongSupplier part = value::getAsLong;
        hostGauges.compute(key, (k, parts) -> {
            List<LongSupplier> all = parts == null ? new CopyOnWriteArrayList<>() : parts;
            all.add(part);
            return all;
        });
        return () -> hostGauges.computeIfPresent(key, (k, parts) -> {
            parts.remove(part);
            return parts.isEmpty() ? null : parts;
        });
    }

    /** The values of all metrics now, the host's first, each part in the order of names. Any thread. */
    public List<MetricSample> samples() {
        List<MetricSample> samples = hostSamples();
        samples.addAll(pluginSamples());
        return samples;
    }

    /** The values of the host's metrics now, in the order of names. Any thread. */
    public List<MetricSample> hostSamples() {
        List<MetricSample> samples = new ArrayList<>();
        ofHost.forEach((key, metric) -> samples.add(sample(key.name, key.labels, metric)));
        hostGauges.forEach((key, parts) -> {
            long sum = 0;
            for (LongSupplier part : parts) {
                sum += part.getAsLong();
            }
            samples.add(new MetricSample(key.name, key.labels, MetricType.GAUGE, sum, null));
        });
        samples.sort(BY_NAME);
        return samples;
    }

    /** The values of the plugins' metrics now, in the order of names. Any thread. */
    public List<MetricSample> pluginSamples() {
        List<MetricSample> samples = new ArrayList<>();
        ofPlugins.forEach((key, metric) -> samples.add(sample(key.text(), Map.of(), metric)));
        samples.sort(BY_NAME);
        return samples;
    }

    /** The metric of a plugin, made when there is none yet; null when the limit is reached. */
    @Nullable Metric metric(MetricType type, byte[] name) {
        PluginKey key = new PluginKey(type, new ByteKey(name));
        Metric metric = ofPlugins.get(key);
        if (metric != null) {
            return metric;
        }
        synchronized (ofPlugins) {
            metric = ofPlugins.get(key);
            if (metric == null && ofPlugins.size() < maxMetrics) {
                metric = Metric.of(type);
                ofPlugins.put(key, metric);
            }
        }
        if (metric == null && warned.compareAndSet(false, true)) {
            LOG.warn(
                    "metric \"{}\" refused: {} metrics of plugins (limit: {}; told once)",
                    PluginLogText.escaped(key.text()),
                    ofPlugins.size(),
                    maxMetrics);
        }
        return metric;
    }

    private static MetricSample sample(String name, Map<String, String> labels, Metric metric) {
        return new MetricSample(name, labels, metric.type(), metric.value(), metric.histogram());
    }

    private static IllegalArgumentException otherType(HostKey key, MetricType type) {
        return new IllegalArgumentException(
                "metric " + key.name + key.labels + ": exists with another type (expected: " + type + ")");
    }

    private record PluginKey(MetricType type, ByteKey name) implements Comparable<PluginKey> {
        String text() {
            return new String(name.bytes(), StandardCharsets.UTF_8);
        }

        @Override
        public int compareTo(PluginKey other) {
            int byName = name.compareTo(other.name);
            return byName != 0 ? byName : type.compareTo(other.type);
        }
    }

    private record HostKey(String name, Map<String, String> labels) {
        static HostKey of(String name, String... labels) {
            if (labels.length % 2 != 0) {
                throw new IllegalArgumentException("labels of metric " + name + ": " + labels.length
                        + " strings (expected: an even number, name and value in turn)");
            }
            Map<String, String> map = new LinkedHashMap<>();
            for (int i = 0; i < labels.length; i += 2) {
                map.put(labels[i], labels[i + 1]);
            }
            return new HostKey(name, Collections.unmodifiableMap(map));
        }
    }
}
