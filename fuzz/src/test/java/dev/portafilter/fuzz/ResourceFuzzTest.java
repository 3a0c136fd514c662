package dev.portafilter.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.portafilter.resources.Manifest;
import dev.portafilter.resources.Migration;
import dev.portafilter.resources.Problem;
import dev.portafilter.resources.ReadOptions;
import dev.portafilter.resources.ResourceReader;
import dev.portafilter.resources.ResourceSet;
import dev.portafilter.resources.Selection;
import dev.portafilter.resources.Workload;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/** Files of any bytes are refused with words, or they mean something that can be written again. */
class ResourceFuzzTest {
    private static final int MOST_PROBLEMS = 1_001;
    private static final Migration.Options OPTIONS =
            new Migration.Options(Migration.Target.TRAFFIC_EXTENSION, false, true, true, "PreAuthZ");

    /** The first byte says what the others are: a YAML file, a JSON file, a manifest. */
    @FuzzTest(maxDuration = "15s")
    void file_ofAnyBytes_isRefusedWithWordsOrUnderstood(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
        if (input[0] == 'm') {
            manifest(bytes);
            return;
        }
        String name = input[0] == 'j' ? "a.json" : "a.yaml";
        ReadOptions options =
                ReadOptions.DEFAULT.toBuilder().strict(input[0] == 's').build();
        ResourceSet set = ResourceReader.read(name, bytes, options);
        checkWords(set.problems());
        check(
                set.resources().size()
                        == new HashSet<>(set.plugins().stream()
                                        .map(spec -> spec.qualifiedName())
                                        .toList())
                                .size(),
                "each plugin has a name of its own");
        Selection selection = Selection.of(set.resources(), Workload.any());
        check(
                selection.plugins().size() + selection.excluded().size()
                        == set.resources().size(),
                "none is lost");
        migrate(name, bytes);
    }

    private static void manifest(byte[] bytes) {
        Manifest.Reading reading = Manifest.read("manifest.yaml", bytes, false);
        checkWords(reading.problems());
        boolean failed = reading.problems().stream().anyMatch(Problem::isError);
        check(failed == (reading.manifest() == null), "a manifest has errors or is there");
    }

    private static void migrate(String name, byte[] bytes) {
        Migration.Result result = Migration.of(name, bytes, OPTIONS);
        checkWords(result.problems());
        for (Migration.MigratedFile file : result.files()) {
            Migration.Result again = Migration.of("again.yaml", file.text().getBytes(StandardCharsets.UTF_8), OPTIONS);
            check(!again.hasErrors(), "what was written is read");
            check(again.files().get(0).text().equals(file.text()), "what is migrated stays as it is");
        }
    }

    private static void checkWords(List<Problem> problems) {
        check(problems.size() <= MOST_PROBLEMS * 2, "problems are limited");
        for (Problem problem : problems) {
            String words = problem.toString();
            check(words.indexOf('\n') < 0 && words.length() < 4_000, "a problem is a line");
        }
    }

    private static void check(boolean holds, String promise) {
        if (!holds) {
            throw new AssertionError(promise);
        }
    }
}
