package dev.portafilter.runtime.service;

import dev.portafilter.abi.MetricType;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** One metric's values. Thread-safe. */
abstract sealed class Metric {
    /** Of the type, with nothing counted yet. */
    static Metric of(MetricType type) {
        return switch (type) {
            case COUNTER -> new Counter();
            case GAUGE -> new Gauge();
            case HISTOGRAM -> new Histogram();
        };
    }

    abstract MetricType type();

    /** Adds an offset; not for histograms. */
    abstract void add(long offset);

    /** Adds to a counter, sets a gauge, records a sample. */
    abstract void record(long value);

    abstract long value();

    @Nullable HistogramSnapshot histogram() {
        return null;
    }

    static final class Counter extends Metric {
        final LongAdder sum = new LongAdder();

        @Override
        MetricType type() {
            return MetricType.COUNTER;
        }

        @Override
        void add(long offset) {
            sum.add(offset);
        }

        @Override
        void record(long value) {
            sum.add(value);
        }

        @Override
        long value() {
            return sum.sum();
        }
    }

    static final class Gauge extends Metric {
        private final AtomicLong value = new AtomicLong();

        @Override
        MetricType type() {
            return MetricType.GAUGE;
        }

        @Override
        void add(long offset) {
            value.addAndGet(offset);
        }

        @Override
        void record(long newValue) {
            value.set(newValue);
        }

        @Override
        long value() {
            return value.get();
        }
    }

    static final class Histogram extends Metric {
        private final AtomicLongArray counts = new AtomicLongArray(HistogramSnapshot.BUCKET_COUNT);
        private final LongAdder sum = new LongAdder();

        @Override
        MetricType type() {
            return MetricType.HISTOGRAM;
        }

        @Override
        void add(long offset) {
            throw new IllegalStateException("a histogram has no sum to add to");
        }

        @Override
        void record(long value) {
            counts.incrementAndGet(HistogramSnapshot.bucketOf(value));
            sum.add(value);
        }

        /** The number of samples. */
        @Override
        long value() {
            long count = 0;
            for (int i = 0; i < HistogramSnapshot.BUCKET_COUNT; i++) {
                count += counts.get(i);
            }
            return count;
        }

        @Override
        HistogramSnapshot histogram() {
            long[] copy = new long[HistogramSnapshot.BUCKET_COUNT];
            for (int i = 0; i < copy.length; i++) {
                copy[i] = counts.get(i);
            }
            return new HistogramSnapshot(copy, sum.sum());
        }
    }
}
