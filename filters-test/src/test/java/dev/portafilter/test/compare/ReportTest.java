package dev.portafilter.test.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static Report.Result result(String name, Map<Part, List<String>> differences, Map<Part, String> expected) {
        return new Report.Result(name, differences, expected, Map.of(Part.CLIENT, List.of("HTTP/1.1 200 OK")), false);
    }

    private static final Report.Result START = result("(start)", Map.of(), Map.of());

    private static String printed(Report report) {
        StringWriter text = new StringWriter();
        report.print(new PrintWriter(text), false);
        return text.toString();
    }

    @Test
    void lines_ofOneSideOnly_areMarked() {
        assertThat(Diff.of(List.of("a", "b", "c", "d"), List.of("a", "x", "c")))
                .containsExactly("  a", "- b", "+ x", "  c", "- d");
    }

    @Test
    void longLists_areShownFromTheFirstDifferenceOn() {
        List<String> many = Collections.nCopies(5_000, "same");
        List<String> more = new ArrayList<>(many);
        more.set(3_000, "other");
        assertThat(Diff.of(many, more)).hasSizeLessThan(2_100).contains("- same", "+ other");
    }

    @Test
    void difference_thatIsExpected_doesNotCount_butIsShownWithItsReason() {
        Report report = new Report(
                "mine", List.of(START, result("one", Map.of(Part.LOG, List.of("- a")), Map.of(Part.LOG, "because"))));
        assertThat(report.same()).isTrue();
        assertThat(printed(report)).contains("  expected   one", "    log, as expected: because", "      - a");
    }

    @Test
    void difference_ofAnotherPart_counts() {
        Report report = new Report(
                "mine",
                List.of(START, result("one", Map.of(Part.CLIENT, List.of("- a")), Map.of(Part.LOG, "because"))));
        assertThat(report.same()).isFalse();
        assertThat(printed(report)).contains("  DIFFERENT  one", "log is said to differ, but does not");
    }

    @Test
    void difference_thatASecondRunDoesNotShow_isUnsteady() {
        Report first = new Report("mine", List.of(START, result("one", Map.of(Part.LOG, List.of("- a")), Map.of())));
        Report second = new Report("mine", List.of(START, result("one", Map.of(), Map.of())));
        assertThat(first.confirmedBy(second).same()).isTrue();
        assertThat(printed(first.confirmedBy(second))).contains("  unsteady   one");
        assertThat(first.confirmedBy(first).same()).isFalse();
    }

    @Test
    void rules_dropWhatMayDiffer_andNothingElse() {
        List<String> lines = List.of("HTTP/1.1 200 OK", "Date: now", "server: envoy", "x-envoy-a: 1", "x-date: 2");
        assertThat(Rule.apply(Part.CLIENT, lines)).containsExactly("HTTP/1.1 200 OK", "x-date: 2");
        assertThat(Rule.apply(Part.UPSTREAM, List.of("date: now", "x-forwarded-proto: http")))
                .containsExactly("date: now");
        assertThat(Rule.apply(Part.CALLS, List.of("auth: x-envoy-internal: true", "auth: x-mine: x-envoy-")))
                .containsExactly("auth: x-mine: x-envoy-");
        assertThat(Rule.apply(Part.LOG, List.of("date: now"))).containsExactly("date: now");
    }
}
