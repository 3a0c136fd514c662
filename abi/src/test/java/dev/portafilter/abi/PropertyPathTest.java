package dev.portafilter.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PropertyPathTest {
    @Test
    void segments_areSplitAtNul_withOneTrailingNulIgnored() {
        assertThat(segments("plugin_root_id")).containsExactly("plugin_root_id");
        assertThat(segments("request\0path")).containsExactly("request", "path");
        assertThat(segments("request\0path\0")).containsExactly("request", "path");
        assertThat(segments("request\0headers\0x-a")).containsExactly("request", "headers", "x-a");
    }

    @Test
    void emptySegments_areKept_soThatNothingMatchesThem() {
        assertThat(segments("a\0\0")).containsExactly("a", "");
        assertThat(segments("\0a")).containsExactly("", "a");
        assertThat(segments("a\0\0b")).containsExactly("a", "", "b");
        assertThat(segments("\0")).containsExactly("");
    }

    @Test
    void emptyPath_hasNoSegments() {
        assertThat(segments("")).isEmpty();
    }

    @Test
    void dot_isPartOfASegment() {
        assertThat(segments("filter_state\0wasm.key")).containsExactly("filter_state", "wasm.key");
    }

    @Test
    void text_isThePathAsGiven_andOfJoins() {
        assertThat(parse("a\0b\0").text()).isEqualTo("a\0b\0");
        assertThat(PropertyPath.of("a", "b").text()).isEqualTo("a\0b");
        assertThat(PropertyPath.of("a", "b")).hasToString("a.b");
        assertThat(PropertyPath.of("a", "b").size()).isEqualTo(2);
    }

    @Test
    void under_putsASegmentBefore() {
        PropertyPath path = parse("node\0id\0").under("xds");
        assertThat(path).hasToString("xds.node.id");
        assertThat(path.size()).isEqualTo(3);
        assertThat(path.text()).isEqualTo("xds\0node\0id\0");
    }

    @Test
    void part_ofAnArray_isParsedAlone() {
        assertThat(PropertyPath.parse(FakeVm.latin1("xxa\0bxx"), 2, 3)).hasToString("a.b");
    }

    private static PropertyPath parse(String text) {
        byte[] bytes = FakeVm.latin1(text);
        return PropertyPath.parse(bytes, 0, bytes.length);
    }

    private static List<String> segments(String text) {
        PropertyPath path = parse(text);
        List<String> segments = new ArrayList<>();
        for (int i = 0; i < path.size(); i++) {
            segments.add(path.segment(i));
        }
        return segments;
    }
}
