package dev.portafilter.test.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Plays a scenario through a real Envoy and through the standalone gateway, both at once, and compares what was seen
 * around them. Needs two processors to be quick, ports on the loopback, and nothing else.
 */
public final class Comparison implements AutoCloseable {
    /** How long nothing may happen before an exchange counts as over. */
    private static final long QUIET_MILLIS = 60;

    /** How long to wait for an exchange to be over. */
    private static final long OVER_MILLIS = 5_000;

    /** How long a side may be behind the other one before that is a difference. */
    private static final long LATE_MILLIS = 1_000;

    private final EnvoyBinary envoy;
    private final @Nullable Path compiledModules;
    private final ExecutorService threads = Executors.newFixedThreadPool(2, work -> {
        Thread thread = new Thread(work, "compare-side");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * Prepares to compare.
     *
     * @param compiledModules where the gateway keeps compiled modules; nowhere when null
     */
    public Comparison(EnvoyBinary envoy, @Nullable Path compiledModules) {
        this.envoy = envoy;
        this.compiledModules = compiledModules;
    }

    /**
     * Plays a scenario; when something differs, twice, so that a hiccup of the machine is not taken for a difference.
     *
     * @throws ScenarioException when a side cannot run it
     */
    public Report run(Scenario scenario) throws IOException {
        Report first = runOnce(scenario);
        return first.same() ? first : first.confirmedBy(runOnce(scenario));
    }

    private Report runOnce(Scenario scenario) throws IOException {
        if (scenario.plugins().isEmpty()) {
            throw new ScenarioException(scenario.name() + ": has no plugins (expected: one at least)");
        }
        Future<GatewaySide> starting = threads.submit(() -> new GatewaySide(scenario, compiledModules));
        try (EnvoySide left = new EnvoySide(envoy, scenario);
                GatewaySide right = get(starting)) {
            List<String> refusals = right.refusals();
            if (!refusals.isEmpty()) {
                throw new ScenarioException(
                        "portafilter: refuses what envoy loads\n  " + String.join("\n  ", refusals));
            }
            return new Report(scenario.name(), play(scenario, left, right));
        }
    }

    private List<Report.Result> play(Scenario scenario, EnvoySide left, GatewaySide right) throws IOException {
        List<Report.Result> results = new ArrayList<>();
        Run envoyRun = new Run(left, 0, Map.of());
        Run gatewayRun = new Run(right, 0, Map.of());
        results.add(compare("(start)", List.of(Part.LOG), Map.of(), envoyRun, gatewayRun));
        for (Exchange exchange : scenario.exchanges()) {
            if (!left.alive()) {
                results.add(Report.Result.notPlayed(exchange.name()));
                continue;
            }
            Future<Run> one = threads.submit(() -> Run.of(left, exchange));
            Future<Run> other = threads.submit(() -> Run.of(right, exchange));
            gatewayRun = get(other);
            try {
                envoyRun = get(one);
                results.add(
                        compare(exchange.name(), List.of(Part.values()), exchange.expected(), envoyRun, gatewayRun));
            } catch (IOException e) {
                if (left.alive()) {
                    throw e;
                }
                results.add(Report.Result.ended(exchange.name()));
            }
        }
        return results;
    }

    private static Report.Result compare(
            String name, List<Part> parts, Map<Part, String> expected, Run envoyRun, Run gatewayRun)
            throws IOException {
        Map<Part, List<String>> differences = differences(parts, envoyRun, gatewayRun);
        long end = System.nanoTime() + LATE_MILLIS * 1_000_000;
        while (!expected.keySet().containsAll(differences.keySet()) && System.nanoTime() < end) {
            Patience.pause(QUIET_MILLIS);
            differences = differences(parts, envoyRun, gatewayRun);
        }
        Map<Part, List<String>> seen = new EnumMap<>(Part.class);
        for (Part part : parts) {
            seen.put(part, Rule.apply(part, envoyRun.lines(part)));
        }
        return new Report.Result(name, differences, expected, seen, false);
    }

    private static Map<Part, List<String>> differences(List<Part> parts, Run left, Run right) throws IOException {
        Map<Part, List<String>> differences = new EnumMap<>(Part.class);
        for (Part part : parts) {
            List<String> a = Rule.apply(part, left.lines(part));
            List<String> b = Rule.apply(part, right.lines(part));
            if (!a.equals(b)) {
                differences.put(part, Diff.of(a, b));
            }
        }
        return differences;
    }

    /** One side of one exchange, as far as it has come. */
    private static final class Run {
        private final Side side;
        private final int logBefore;
        private final Map<String, String> metricsBefore;
        private List<String> client = List.of();

        Run(Side side, int logBefore, Map<String, String> metricsBefore) {
            this.side = side;
            this.logBefore = logBefore;
            this.metricsBefore = metricsBefore;
        }

        /** Plays an exchange until nothing moves any longer. */
        static Run of(Side side, Exchange exchange) throws IOException {
            side.servers().prepare(exchange.answers());
            Run run = new Run(side, side.log().size(), side.metrics());
            run.client = client(side, exchange);
            Patience.pause(exchange.waitMillis());
            run.settle();
            return run;
        }

        private static List<String> client(Side side, Exchange exchange) throws IOException {
            if (side.tcp()) {
                return Client.playBytes(side.port(), exchange);
            }
            return exchange.http2() ? Http2Client.play(side.port(), exchange) : Client.play(side.port(), exchange);
        }

        private void settle() {
            Patience.until(OVER_MILLIS, side.servers()::idle);
            int before = -1;
            long end = System.nanoTime() + OVER_MILLIS * 1_000_000;
            for (int now = side.log().size();
                    now != before && System.nanoTime() < end;
                    now = side.log().size()) {
                before = now;
                Patience.pause(QUIET_MILLIS);
            }
        }

        List<String> lines(Part part) throws IOException {
            return switch (part) {
                case CLIENT -> client;
                case UPSTREAM -> side.servers().seenByUpstream();
                case CALLS -> side.servers().calls();
                case LOG -> {
                    List<String> log = side.log();
                    yield log.subList(Math.min(logBefore, log.size()), log.size());
                }
                case METRICS -> changes(side.metrics());
            };
        }

        private List<String> changes(Map<String, String> now) {
            List<String> changes = new ArrayList<>();
            new TreeMap<>(now).forEach((name, value) -> {
                String before = metricsBefore.getOrDefault(name, "0");
                if (!before.equals(value)) {
                    changes.add(name + " " + change(before, value));
                }
            });
            return changes;
        }

        private static String change(String before, String now) {
            String prefix = now.replaceAll("[0-9]+$", "");
            long difference = number(now) - number(before);
            return prefix + (difference < 0 ? "" : "+") + difference;
        }

        private static long number(String value) {
            return Long.parseUnsignedLong(value.substring(value.lastIndexOf(' ') + 1));
        }
    }

    private static <T> T get(Future<T> future) throws IOException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof IOException io) {
                throw io;
            }
            if (cause instanceof RuntimeException other) {
                throw other;
            }
            throw new IllegalStateException(cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
