package dev.portafilter.test.compare;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What came of a comparison. Immutable.
 *
 * @param scenario the scenario's name
 * @param results exchange by exchange, in order; the first is the start of the plugins
 */
public record Report(String scenario, List<Result> results) {
    /**
     * What came of one exchange.
     *
     * @param exchange its name
     * @param differences the parts that differ, each with the lines of both sides: {@code -} for Envoy's, {@code +} for
     *     Portafilter's
     * @param expected parts that are known to differ, with the reason
     * @param seen what there was to see around Envoy, part by part
     * @param unsteady whether what differs did so in the first of two runs only
     */
    public record Result(
            String exchange,
            Map<Part, List<String>> differences,
            Map<Part, String> expected,
            Map<Part, List<String>> seen,
            boolean unsteady) {
        /** Envoy ended while it was played. */
        static Result ended(String exchange) {
            return new Result(exchange, Map.of(Part.CLIENT, List.of("- (envoy has ended)")), Map.of(), Map.of(), false);
        }

        /** It was not played, since Envoy had ended. */
        static Result notPlayed(String exchange) {
            return new Result(exchange, Map.of(Part.CLIENT, List.of("  (not played)")), Map.of(), Map.of(), false);
        }

        /** Whether nothing differs but what is known to. */
        public boolean same() {
            return unsteady || expected.keySet().containsAll(differences.keySet());
        }

        /** Parts that are said to differ and do not. */
        public List<Part> needless() {
            return expected.keySet().stream()
                    .filter(part -> !differences.containsKey(part))
                    .toList();
        }
    }

    /** Copies the list. */
    public Report {
        results = List.copyOf(results);
    }

    /** This report, where only what differs in the other run too counts. */
    Report confirmedBy(Report again) {
        List<Result> confirmed = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            Result result = results.get(i);
            boolean steady = result.same() || !again.results().get(i).same();
            confirmed.add(
                    steady
                            ? result
                            : new Result(
                                    result.exchange(), result.differences(), result.expected(), result.seen(), true));
        }
        return new Report(scenario, confirmed);
    }

    /** Whether nothing differs but what is known to. */
    public boolean same() {
        return results.stream().allMatch(Result::same);
    }

    /**
     * Prints every exchange, with what differs.
     *
     * @param all whether what is the same is printed too
     */
    public void print(PrintWriter out, boolean all) {
        out.println(scenario + ": " + (results.size() - 1) + " exchanges (- envoy, + portafilter)");
        for (Result result : results) {
            out.printf("  %-9s  %s%n", verdict(result), result.exchange());
            result.differences().forEach((part, lines) -> {
                String reason = result.expected().get(part);
                out.println("    " + part.label() + (reason == null ? "" : ", as expected: " + reason));
                lines.forEach(line -> out.println("      " + line));
            });
            if (all) {
                result.seen().forEach((part, lines) -> {
                    if (!result.differences().containsKey(part) && !lines.isEmpty()) {
                        out.println("    " + part.label());
                        lines.forEach(line -> out.println("        " + line));
                    }
                });
            }
            for (Part part : result.needless()) {
                out.println("    " + part.label() + " is said to differ, but does not: "
                        + result.expected().get(part));
            }
        }
        out.flush();
    }

    private static String verdict(Result result) {
        if (result.unsteady()) {
            return "unsteady";
        }
        return !result.same() ? "DIFFERENT" : result.differences().isEmpty() ? "same" : "expected";
    }

    /** Prints what is not compared, and why. */
    public static void printRules(PrintWriter out) {
        out.println("not compared:");
        for (Rule rule : Rule.values()) {
            out.printf("  %-17s  %s%n", rule.label(), rule.reason());
        }
        out.flush();
    }
}
