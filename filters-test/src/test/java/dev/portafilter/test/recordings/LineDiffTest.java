package dev.portafilter.test.recordings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LineDiffTest {
    @Test
    void equalLines_haveNoDifference() {
        assertThat(LineDiff.of(List.of("a", "b"), List.of("a", "b"))).isEmpty();
    }

    @Test
    void lineThatIsMissingOrAdded_doesNotMoveTheOthers() {
        assertThat(LineDiff.of(List.of("a", "b", "c"), List.of("b", "c", "d"))).containsExactly("- a", "+ d");
        assertThat(LineDiff.of(List.of("a", "b", "c"), List.of("a", "x", "c"))).containsExactly("- b", "+ x");
    }

    @Test
    void order_counts() {
        assertThat(LineDiff.of(List.of("a", "b"), List.of("b", "a"))).hasSize(2);
    }

    @Test
    void lineThatVaries_isComparedByItsBeginning() {
        assertThat(LineDiff.of(List.of("port 0 ?"), List.of("port 0 \"8080\""))).isEmpty();
        assertThat(LineDiff.of(List.of("port 0 ?"), List.of("port 1 -"))).containsExactly("- port 0 ?", "+ port 1 -");
    }
}
