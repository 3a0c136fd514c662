package dev.portafilter.benchmarks;

import java.util.Locale;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * One measured value.
 *
 * @param family {@code lifecycle} or {@code host call}
 * @param subject the scenario or the host call, as tables write it
 * @param host who was measured, with its set-up
 * @param nanos time per operation and thread
 * @param error half the width of the 99.9 % interval of that; NaN when there were too few samples
 * @param bytes allocated per operation; NaN when not measured
 */
record Measurement(String family, String subject, String host, int threads, double nanos, double error, double bytes) {
    static final String LIFECYCLE = "lifecycle";
    static final String HOST_CALL = "host call";
    static final String OURS = "portafilter";
    static final String OURS_BUILT_MAPS = "portafilter, maps copied";

    static Measurement of(RunResult run) {
        String benchmark = run.getParams().getBenchmark();
        String method = benchmark.substring(benchmark.lastIndexOf('.') + 1);
        String setUp = run.getParams().getParam("setUp");
        String scenario = run.getParams().getParam("scenario");
        String host = method.equals("portafilterBuiltMaps")
                ? OURS_BUILT_MAPS
                : setUp == null ? OURS : peer(PeerSetUp.valueOf(setUp));
        Result<?> time = run.getPrimaryResult();
        return new Measurement(
                scenario == null ? HOST_CALL : LIFECYCLE,
                Scenario.label(scenario == null ? run.getParams().getParam("call") : scenario),
                host,
                run.getParams().getThreads(),
                time.getScore(),
                time.getScoreError(),
                bytes(run));
    }

    /** The other host's name in tables. */
    static String peer(PeerSetUp setUp) {
        return "peer, " + Scenario.label(setUp.name()).replace('-', ' ');
    }

    /** All of it on one line. */
    String line() {
        return String.format(
                Locale.ROOT,
                "%-9s %-22s %-24s %d thread%s %,14.1f ns/op ± %,.1f %,12.1f B/op",
                family,
                subject,
                host,
                threads,
                threads == 1 ? " " : "s",
                nanos,
                error,
                bytes);
    }

    private static double bytes(RunResult run) {
        for (String name : run.getSecondaryResults().keySet()) {
            if (name.endsWith("gc.alloc.rate.norm")) {
                return run.getSecondaryResults().get(name).getScore();
            }
        }
        return Double.NaN;
    }
}
