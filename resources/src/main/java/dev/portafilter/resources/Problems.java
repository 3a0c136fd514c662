package dev.portafilter.resources;

import dev.portafilter.resources.Problem.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects problems in the order they are found. Counts all errors, keeps {@link ReadLimits#PROBLEMS} problems. */
final class Problems {
    private final List<Problem> kept = new ArrayList<>();
    private int errors;

    void error(
            String rule,
            SourcePosition position,
            String field,
            @Nullable String value,
            String message,
            @Nullable String expected) {
        errors++;
        add(new Problem(Severity.ERROR, rule, position, field, message, value, expected));
    }

    void warning(
            String rule,
            SourcePosition position,
            String field,
            @Nullable String value,
            String message,
            @Nullable String expected) {
        add(new Problem(Severity.WARNING, rule, position, field, message, value, expected));
    }

    private void add(Problem problem) {
        if (!kept.isEmpty() && kept.get(kept.size() - 1).equals(problem)) {
            return;
        }
        if (kept.size() < ReadLimits.PROBLEMS) {
            kept.add(problem);
        } else if (kept.size() == ReadLimits.PROBLEMS) {
            kept.add(more(problem));
        } else if (problem.isError() && !kept.get(ReadLimits.PROBLEMS).isError()) {
            kept.set(ReadLimits.PROBLEMS, more(problem));
        }
    }

    /** What stands for all problems from one on; an error when there is one among them. */
    private static Problem more(Problem first) {
        return new Problem(
                first.severity(),
                "limit.problems",
                SourcePosition.whole(first.position().file()),
                "",
                "more problems, not shown",
                null,
                "at most " + ReadLimits.PROBLEMS);
    }

    /** How many errors there were so far; two readings tell whether something in between was wrong. */
    int errorCount() {
        return errors;
    }

    /** How many problems are kept. */
    int size() {
        return kept.size();
    }

    /** The problems from an index on; a copy. */
    List<Problem> since(int index) {
        return List.copyOf(kept.subList(Math.min(index, kept.size()), kept.size()));
    }

    /** Orders the problems from an index on by line and column. */
    void sortFrom(int index) {
        kept.subList(Math.min(index, kept.size()), Math.min(kept.size(), ReadLimits.PROBLEMS))
                .sort(Comparator.comparingInt(
                                (Problem problem) -> problem.position().line())
                        .thenComparingInt(problem -> problem.position().column()));
    }

    List<Problem> list() {
        return List.copyOf(kept);
    }
}
