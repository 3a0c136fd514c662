package dev.portafilter.benchmarks;

import static dev.portafilter.benchmarks.Measurement.HOST_CALL;
import static dev.portafilter.benchmarks.Measurement.LIFECYCLE;
import static dev.portafilter.benchmarks.Measurement.OURS;
import static dev.portafilter.benchmarks.Measurement.OURS_BUILT_MAPS;

import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/** Measurements as Markdown tables. */
final class ResultTables {
    private static final String TINY = Scenario.TINY.label();
    private static final String BEST_PEER = Measurement.peer(PeerSetUp.PER_THREAD);
    private static final double NANOS_GOAL = 700;
    private static final double BYTES_GOAL = 1000;
    private static final double SCALING_GOAL = 1.8;

    private final List<Measurement> all;
    private final StringBuilder text = new StringBuilder();

    ResultTables(List<Measurement> measurements) {
        all = measurements;
    }

    /** All tables; a value that was not measured leaves a dash. */
    String markdown() {
        lifecycles();
        hostCalls();
        goals();
        return text.toString();
    }

    private void lifecycles() {
        text.append("### One request lifecycle\n\n");
        line("plugin", "host", "threads", "ns/op", "B/op", "× portafilter's time", "2 threads ÷ 1, throughput");
        line("---", "---", "--:", "--:", "--:", "--:", "--:");
        for (Measurement row : all) {
            if (row.family().equals(LIFECYCLE)) {
                line(
                        row.subject(),
                        row.host(),
                        String.valueOf(row.threads()),
                        time(row),
                        whole(row.bytes()),
                        ratio(row.nanos() / nanos(LIFECYCLE, row.subject(), OURS, row.threads())),
                        row.threads() == 2 ? ratio(scaling(row)) : "");
            }
        }
    }

    private void hostCalls() {
        text.append("\n### Single host calls\n\n");
        line("host call", "threads", "ns/op", "of these, the call itself", "B/op");
        line("---", "--:", "--:", "--:", "--:");
        for (Measurement row : all) {
            if (row.family().equals(HOST_CALL)) {
                line(
                        row.subject(),
                        String.valueOf(row.threads()),
                        time(row),
                        tenths(row.nanos() - nanos(HOST_CALL, "none", OURS, row.threads())),
                        tenths(row.bytes()));
            }
        }
    }

    private void goals() {
        text.append("\n### Goals\n\n");
        line("goal", "measured", "met");
        line("---", "--:", "---");
        atMost("tiny filter, one thread: at most 700 ns", NANOS_GOAL, nanos(LIFECYCLE, TINY, OURS, 1), "ns");
        atMost("the same, maps copied", NANOS_GOAL, nanos(LIFECYCLE, TINY, OURS_BUILT_MAPS, 1), "ns");
        atMost("tiny filter: at most 1000 B", BYTES_GOAL, bytes(OURS), "B");
        atMost("the same, maps copied", BYTES_GOAL, bytes(OURS_BUILT_MAPS), "B");
        for (Scenario scenario : Scenario.values()) {
            atLeast(scenario.label() + ": at least 2 × the peer at its best, one thread", 2, versusPeer(scenario, 1));
            atLeast(
                    scenario.label() + ": at least 3.5 × the peer at its best, two threads",
                    3.5,
                    versusPeer(scenario, 2));
        }
        for (Scenario scenario : Scenario.values()) {
            Measurement two = find(LIFECYCLE, scenario.label(), OURS, 2);
            atLeast(
                    scenario.label() + ": two threads at least 1.8 × one",
                    SCALING_GOAL,
                    two == null ? Double.NaN : scaling(two));
        }
    }

    private void atMost(String goal, double limit, double value, String unit) {
        line(goal, whole(value) + " " + unit, met(value <= limit, value));
    }

    private void atLeast(String goal, double limit, double value) {
        line(goal, ratio(value), met(value >= limit, value));
    }

    private static String met(boolean holds, double value) {
        return Double.isNaN(value) ? "not measured" : holds ? "yes" : "**no**";
    }

    private double versusPeer(Scenario scenario, int threads) {
        return nanos(LIFECYCLE, scenario.label(), BEST_PEER, threads)
                / nanos(LIFECYCLE, scenario.label(), OURS, threads);
    }

    /** How much more two threads do than one: twice the threads, each a little slower. */
    private double scaling(Measurement two) {
        return 2 * nanos(two.family(), two.subject(), two.host(), 1) / two.nanos();
    }

    private double bytes(String host) {
        Measurement found = find(LIFECYCLE, TINY, host, 1);
        return found == null ? Double.NaN : found.bytes();
    }

    private double nanos(String family, String subject, String host, int threads) {
        Measurement found = find(family, subject, host, threads);
        return found == null ? Double.NaN : found.nanos();
    }

    private @Nullable Measurement find(String family, String subject, String host, int threads) {
        for (Measurement one : all) {
            if (one.family().equals(family)
                    && one.subject().equals(subject)
                    && one.host().equals(host)
                    && one.threads() == threads) {
                return one;
            }
        }
        return null;
    }

    private static String time(Measurement row) {
        DoubleFunction<String> format = row.nanos() < 100 ? ResultTables::tenths : ResultTables::whole;
        return format.apply(row.nanos()) + " ± " + format.apply(row.error());
    }

    private static String whole(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.0f", value);
    }

    private static String tenths(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.1f", value);
    }

    private static String ratio(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.2f", value);
    }

    private void line(String... cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
