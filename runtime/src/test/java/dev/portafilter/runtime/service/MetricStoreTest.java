package dev.portafilter.runtime.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.abi.MetricType;
import dev.portafilter.abi.Metrics;
import dev.portafilter.abi.Status;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/** Vectors 244 to 251 of the ABI reference, limits, and the host's own metrics. */
class MetricStoreTest {
    private final MetricStore store = new MetricStore();
    private final Metrics metrics = store.open();

    @Test
    void define_givesIdsWhoseLowBitsAreTheType() {
        assertThat(define(MetricType.COUNTER, "a")).isEqualTo(4);
        assertThat(define(MetricType.COUNTER, "b")).isEqualTo(8);
        assertThat(define(MetricType.GAUGE, "a")).isEqualTo(5);
        assertThat(define(MetricType.HISTOGRAM, "a")).isEqualTo(6);
        assertThat(define(MetricType.GAUGE, "b")).isEqualTo(9);
        assertThat(define(MetricType.HISTOGRAM, "b")).isEqualTo(10);
        assertThat(define(MetricType.COUNTER, "c")).isEqualTo(12);
    }

    @Test
    void define_again_givesANewIdOfTheSameMetric() {
        int first = define(MetricType.COUNTER, "a");
        int second = define(MetricType.COUNTER, "a");
        assertThat(second).isEqualTo(8);
        metrics.increment(first, 2);
        metrics.increment(second, 3);
        assertThat(metrics.value(first)).isEqualTo(5);
    }

    @Test
    void define_ofManyMetrics_keepsAllIds() {
        for (int i = 1; i <= 100; i++) {
            assertThat(define(MetricType.GAUGE, "g" + i)).isEqualTo(4 * i + 1);
            metrics.record(4 * i + 1, i);
        }
        for (int i = 1; i <= 100; i++) {
            assertThat(metrics.value(4 * i + 1)).isEqualTo(i);
        }
    }

    @Test
    void counter_addsIncrementsAndRecords() {
        int id = define(MetricType.COUNTER, "a");
        assertThat(metrics.increment(id, 1)).isEqualTo(Status.OK);
        assertThat(metrics.record(id, 3)).isEqualTo(Status.OK);
        assertThat(metrics.readable(id)).isEqualTo(Status.OK);
        assertThat(metrics.value(id)).isEqualTo(4);
    }

    @Test
    void counter_refusesIncrementsBelow1() {
        int id = define(MetricType.COUNTER, "a");
        assertThat(metrics.increment(id, 0)).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(metrics.increment(id, -1)).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(metrics.value(id)).isZero();
    }

    @Test
    void gauge_goesUpAndDownAndBelowZero() {
        int id = define(MetricType.GAUGE, "a");
        assertThat(metrics.record(id, 5)).isEqualTo(Status.OK);
        assertThat(metrics.increment(id, -2)).isEqualTo(Status.OK);
        assertThat(metrics.value(id)).isEqualTo(3);
        assertThat(metrics.increment(id, 0)).isEqualTo(Status.OK);
        metrics.increment(id, -10);
        assertThat(metrics.value(id)).isEqualTo(-7);
    }

    @Test
    void histogram_takesSamplesOnly() {
        int id = define(MetricType.HISTOGRAM, "a");
        assertThat(metrics.record(id, 3)).isEqualTo(Status.OK);
        assertThat(metrics.readable(id)).isEqualTo(Status.BAD_ARGUMENT);
        assertThat(metrics.increment(id, 1)).isEqualTo(Status.BAD_ARGUMENT);
    }

    @Test
    void unknownIds_areRefusedByType() {
        for (int id : new int[] {4, 5, 0, 1, -4, 4_000_001}) {
            assertThat(metrics.increment(id, 0)).as("increment %d", id).isEqualTo(Status.NOT_FOUND);
            assertThat(metrics.record(id, 1)).as("record %d", id).isEqualTo(Status.NOT_FOUND);
            assertThat(metrics.readable(id)).as("readable %d", id).isEqualTo(Status.NOT_FOUND);
        }
        for (int id : new int[] {6, 2, 7, 3, -1}) {
            assertThat(metrics.increment(id, 1)).as("increment %d", id).isEqualTo(Status.BAD_ARGUMENT);
            assertThat(metrics.record(id, 1)).as("record %d", id).isEqualTo(Status.NOT_FOUND);
            assertThat(metrics.readable(id)).as("readable %d", id).isEqualTo(Status.BAD_ARGUMENT);
        }
    }

    @Test
    void sameName_inTwoVms_isOneMetricWithOwnIds() {
        Metrics other = store.open();
        int own = define(MetricType.COUNTER, "a");
        other.define(MetricType.COUNTER, bytes("x"));
        int foreign = other.define(MetricType.COUNTER, bytes("a"));
        assertThat(foreign).isEqualTo(8);
        metrics.increment(own, 1);
        other.increment(foreign, 1);
        assertThat(metrics.value(own)).isEqualTo(2);
        assertThat(other.value(foreign)).isEqualTo(2);
        assertThat(metrics.record(foreign, 1)).isEqualTo(Status.NOT_FOUND);
    }

    @Test
    void sameName_withAnotherType_isAnotherMetric() {
        int counter = define(MetricType.COUNTER, "a");
        int gauge = define(MetricType.GAUGE, "a");
        metrics.increment(counter, 1);
        metrics.record(gauge, 9);
        assertThat(metrics.value(counter)).isEqualTo(1);
        assertThat(store.samples()).hasSize(2);
    }

    @Test
    void define_overTheLimit_gives0_butKnownNamesGoOn() {
        MetricStore small = new MetricStore(1);
        Metrics view = small.open();
        assertThat(view.define(MetricType.COUNTER, bytes("a"))).isEqualTo(4);
        assertThat(view.define(MetricType.COUNTER, bytes("b"))).isZero();
        assertThat(view.define(MetricType.GAUGE, bytes("a"))).isZero();
        assertThat(view.define(MetricType.COUNTER, bytes("a"))).isEqualTo(8);
        assertThat(small.pluginSamples()).hasSize(1);
    }

    @Test
    void define_forEveryRequest_comesToAnEndOfIds() {
        int first = define(MetricType.COUNTER, "a");
        int last = 0;
        for (int i = 1; i < MetricView.MAX_IDS_PER_TYPE; i++) {
            last = define(MetricType.COUNTER, "a");
        }
        assertThat(last).isEqualTo(4 * MetricView.MAX_IDS_PER_TYPE);
        assertThat(define(MetricType.COUNTER, "a")).isEqualTo(first);
        assertThat(define(MetricType.COUNTER, "new")).isEqualTo(last + 4);
    }

    @Test
    void counter_losesNothingBetweenThreads() throws Exception {
        CyclicBarrier start = new CyclicBarrier(4);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Object>> all = threads.invokeAll(java.util.Collections.nCopies(4, () -> {
                Metrics view = store.open();
                start.await();
                int id = view.define(MetricType.COUNTER, bytes("a"));
                for (int i = 0; i < 1000; i++) {
                    view.increment(id, 1);
                }
                return null;
            }));
            for (Future<Object> one : all) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(store.pluginSamples())
                .singleElement()
                .satisfies(sample -> assertThat(sample.value()).isEqualTo(4000));
    }

    @Test
    void samples_showValuesInOrderOfNames() {
        int counter = define(MetricType.COUNTER, "c");
        int gauge = define(MetricType.GAUGE, "b");
        int histogram = define(MetricType.HISTOGRAM, "a");
        metrics.increment(counter, 2);
        metrics.record(gauge, -1);
        metrics.record(histogram, 3);
        metrics.record(histogram, 4);
        store.hostCounter("z", "plugin", "default.auth").add(5);
        List<MetricSample> samples = store.samples();
        assertThat(samples).extracting(MetricSample::name).containsExactly("z", "a", "b", "c");
        assertThat(samples).extracting(MetricSample::value).containsExactly(5L, 2L, -1L, 2L);
        assertThat(samples.get(0).labels()).isEqualTo(Map.of("plugin", "default.auth"));
        assertThat(samples.get(1).histogram().sum()).isEqualTo(7);
        assertThat(samples.get(1).histogram().countIn(2)).isEqualTo(2);
        assertThat(samples.get(2).histogram()).isNull();
        assertThat(store.hostSamples()).containsExactly(samples.get(0));
    }

    @Test
    void hostCounter_ofSameNameAndLabels_isTheSame() {
        assertThat(store.hostCounter("vm_failures", "plugin", "a"))
                .isSameAs(store.hostCounter("vm_failures", "plugin", "a"))
                .isNotSameAs(store.hostCounter("vm_failures", "plugin", "b"));
    }

    @Test
    void hostMetric_ofAnotherType_isRefused() {
        store.hostCounter("vm_failures", "plugin", "a");
        assertThatThrownBy(() -> store.hostHistogram("vm_failures", "plugin", "a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("metric vm_failures{plugin=a}: exists with another type (expected: HISTOGRAM)");
    }

    @Test
    void hostMetric_withOddLabels_isRefused() {
        assertThatThrownBy(() -> store.hostCounter("vm_failures", "plugin"))
                .hasMessage(
                        "labels of metric vm_failures: 1 strings (expected: an even number, name and value in turn)");
    }

    @Test
    void hostHistogram_takesSamples() {
        LongConsumer histogram = store.hostHistogram("callback_nanos", "plugin", "a");
        histogram.accept(1000);
        store.hostHistogram("callback_nanos", "plugin", "a").accept(1025);
        HistogramSnapshot snapshot = store.hostSamples().get(0).histogram();
        assertThat(snapshot.count()).isEqualTo(2);
        assertThat(snapshot.sum()).isEqualTo(2025);
        assertThat(snapshot).hasToString("2 samples, sum 2025");
    }

    @Test
    void hostGauge_isTheSumOfItsParts_andGoneWithoutParts() {
        Cancellable first = store.hostGauge("vms", () -> 2, "plugin", "a");
        Cancellable second = store.hostGauge("vms", () -> 3, "plugin", "a");
        assertThat(store.hostSamples().get(0).value()).isEqualTo(5);
        assertThat(store.hostSamples().get(0).type()).isEqualTo(MetricType.GAUGE);
        first.cancel();
        first.cancel();
        assertThat(store.hostSamples().get(0).value()).isEqualTo(3);
        second.cancel();
        assertThat(store.hostSamples()).isEmpty();
    }

    @Test
    void buckets_endAtPowersOfTwo() {
        HistogramSnapshot snapshot = new HistogramSnapshot(new long[HistogramSnapshot.BUCKET_COUNT], 0);
        long[] values = {0, 1, 2, 3, 4, 5, 8, 9, 1L << 40, (1L << 40) + 1, Long.MAX_VALUE, -1};
        int[] buckets = {0, 0, 1, 2, 2, 3, 3, 4, 40, 41, 41, 41};
        for (int i = 0; i < values.length; i++) {
            assertThat(HistogramSnapshot.bucketOf(values[i]))
                    .as("%d", values[i])
                    .isEqualTo(buckets[i]);
        }
        assertThat(snapshot.bucketCount()).isEqualTo(42);
        assertThat(snapshot.upperBound(0)).isEqualTo(1);
        assertThat(snapshot.upperBound(40)).isEqualTo(1L << 40);
        assertThat(snapshot.upperBound(41)).isEqualTo(Long.MAX_VALUE);
    }

    private int define(MetricType type, String name) {
        return metrics.define(type, bytes(name));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
