package dev.portafilter.cli;

import dev.portafilter.resources.Problem;

/** Problems as lines. */
final class ProblemLines {
    private ProblemLines() {}

    /** Such as {@code plugins.yaml:14:11: spec.sha256: "12ab" is 4 characters (expected: 64 hex digits)}. */
    static String text(Problem problem) {
        return problem.position() + ": " + (problem.isError() ? "" : "warning: ") + what(problem);
    }

    /** An annotation of GitHub Actions, which are one line each, with its characters escaped. */
    static String github(Problem problem) {
        StringBuilder line = new StringBuilder(problem.isError() ? "::error " : "::warning ");
        line.append("file=").append(property(problem.position().file()));
        if (problem.position().line() > 0) {
            line.append(",line=").append(problem.position().line());
            line.append(",col=").append(problem.position().column());
        }
        line.append(",title=").append(property(problem.rule()));
        return line.append("::").append(data(what(problem))).toString();
    }

    private static String what(Problem problem) {
        return (problem.field().isEmpty() ? "" : problem.field() + ": ")
                + (problem.value() == null ? "" : problem.value() + " ")
                + problem.message()
                + (problem.expected() == null ? "" : " (expected: " + problem.expected() + ")");
    }

    private static String data(String text) {
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
    }

    private static String property(String text) {
        return data(text).replace(":", "%3A").replace(",", "%2C");
    }
}
