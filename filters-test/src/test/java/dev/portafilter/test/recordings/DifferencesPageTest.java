package dev.portafilter.test.recordings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of differences names what the recordings show, and nothing that has gone. */
class DifferencesPageTest {
    private static final Pattern NAME = Pattern.compile("<a id=\"([^\"]+)\"></a>");

    private static List<String> names() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "differences.md"));
        return NAME.matcher(page)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }

    @Test
    void page_namesEveryDifferenceOfTheRecordingsOnce() throws IOException {
        assertThat(names())
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(KnownDifferences.read().names());
    }
}
