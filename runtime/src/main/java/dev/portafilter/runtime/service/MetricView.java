package dev.portafilter.runtime.service;

import dev.portafilter.abi.MetricType;
import dev.portafilter.abi.Metrics;
import dev.portafilter.abi.Status;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The metrics of one VM: its ids, and behind them the values that all VMs share. One thread at a time. */
final class MetricView implements Metrics {
    /**
     * Most ids per type. A plugin that defines its metric anew for every request would fill the heap; beyond this number it
     * gets an id again that it has already for this metric.
     */
    static final int MAX_IDS_PER_TYPE = 65_536;

    private static final int TYPE_BITS = 2;
    private static final int TYPE_MASK = 3;

    // The metric with id i is tables[i & 3][(i >>> 2) - 1].
    private final Metric[][] tables = {new Metric[8], new Metric[8], new Metric[8]};
    private final int[] counts = new int[tables.length];
    private final Map<Metric, Integer> firstIds = new IdentityHashMap<>();
    private final MetricStore store;

    MetricView(MetricStore store) {
        this.store = store;
    }

    @Override
    public int define(MetricType type, byte[] name) {
        Metric metric = store.metric(type, name);
        if (metric == null) {
            return 0;
        }
        int kind = type.ordinal();
        Integer firstId = firstIds.get(metric);
        if (firstId != null && counts[kind] >= MAX_IDS_PER_TYPE) {
            return firstId;
        }
        if (counts[kind] == tables[kind].length) {
            tables[kind] = Arrays.copyOf(tables[kind], 2 * counts[kind]);
        }
        tables[kind][counts[kind]++] = metric;
        int id = counts[kind] << TYPE_BITS | kind;
        firstIds.putIfAbsent(metric, id);
        return id;
    }

    @Override
    public Status increment(int id, long offset) {
        int kind = id & TYPE_MASK;
        if (kind > MetricType.GAUGE.ordinal()) {
            return Status.BAD_ARGUMENT;
        }
        Metric metric = metric(id);
        if (metric == null) {
            return Status.NOT_FOUND;
        }
        if (kind == MetricType.COUNTER.ordinal() && offset <= 0) {
            return Status.BAD_ARGUMENT;
        }
        metric.add(offset);
        return Status.OK;
    }

    @Override
    public Status record(int id, long value) {
        Metric metric = metric(id);
        if (metric == null) {
            return Status.NOT_FOUND;
        }
        metric.record(value);
        return Status.OK;
    }

    @Override
    public Status readable(int id) {
        if ((id & TYPE_MASK) > MetricType.GAUGE.ordinal()) {
            return Status.BAD_ARGUMENT;
        }
        return metric(id) == null ? Status.NOT_FOUND : Status.OK;
    }

    @Override
    public long value(int id) {
        Metric metric = metric(id);
        if (metric == null) {
            throw new IllegalArgumentException("metric " + id + ": unknown (expected: an id that is readable)");
        }
        return metric.value();
    }

    private @Nullable Metric metric(int id) {
        int kind = id & TYPE_MASK;
        int index = (id >>> TYPE_BITS) - 1;
        return kind < counts.length && index >= 0 && index < counts[kind] ? tables[kind][index] : null;
    }
}
