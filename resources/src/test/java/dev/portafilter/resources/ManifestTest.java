package dev.portafilter.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.runtime.plugin.Phase;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an image of a ServiceMeshExtension says about itself: section 3.2, vectors T-039 to T-041 and T-043. */
class ManifestTest {
    private static final String GOOD =
            "schemaVersion: 1\n\n# what it is\nname: x\ndescription: d\nversion: 1.0.0\nphase: PreAuthZ\npriority: 100\n"
                    + "module: extension.wasm\n";

    @TestFactory
    Stream<DynamicTest> vectors() {
        return new VectorTable()
                .test("T-039 a", () -> refused(GOOD.replace("schemaVersion: 1\n", ""), "manifest.schemaVersion"))
                .test("T-039 b", () -> refused(with("schemaVersion: 2"), "manifest.schemaVersion"))
                .test("T-039 c", () -> accepted(with("schemaVersion: \"1\"")))
                .test("T-039 d", () -> accepted(with("schemaVersion: 1")))
                .test("T-040", () -> refused(with("phase: preauthz"), "manifest.phase"))
                .test("T-041 a", () -> refused(with("module: ../x.wasm"), "manifest.module"))
                .test("T-041 b", () -> refused(with("module: \"\""), "manifest.module"))
                .test(
                        "T-041 c",
                        () -> assertThat(accepted(with("module: /extension.wasm"))
                                        .module())
                                .isEqualTo("extension.wasm"))
                .test(
                        "T-041 d",
                        () -> assertThat(accepted(with("module: ./extension.wasm"))
                                        .module())
                                .isEqualTo("extension.wasm"))
                .test("T-043 a: the merged image has no manifest", () -> {
                    Manifest.Reading reading = find(Map.of("extension.wasm", "x"));
                    assertThat(reading.manifest()).isNull();
                    assertThat(reading.problems())
                            .hasToString("[quay.io/a/b:1: has no manifest.yaml"
                                    + " (expected: manifest.yaml in the root of the image)]");
                })
                .test("T-043 b: the merged image has only manifest.yml", () -> {
                    Manifest.Reading reading = find(Map.of("manifest.yml", GOOD, "extension.wasm", "x"));
                    assertThat(reading.manifest()).isNotNull();
                    assertThat(reading.problems())
                            .hasToString("[quay.io/a/b:1: has manifest.yml (expected: manifest.yaml)]");
                })
                .tests();
    }

    @Test
    void manifest_asText_isReadAsItWas() {
        for (Manifest manifest : List.of(
                new Manifest(Phase.POST_STATS, -5L, "a/ü \"x\".wasm"), new Manifest(null, null, "extension.wasm"))) {
            byte[] text = manifest.text().getBytes(StandardCharsets.UTF_8);
            assertThat(Manifest.read("manifest.yaml", text, true).manifest()).isEqualTo(manifest);
        }
    }

    @Test
    void manifest_inFull_isRead() {
        assertThat(accepted(GOOD)).isEqualTo(new Manifest(Phase.PRE_AUTHZ, 100L, "extension.wasm"));
        assertThat(find(Map.of("manifest.yaml", GOOD, "extension.wasm", "x")).manifest())
                .isNotNull();
    }

    @Test
    void module_thatTheImageLacks_isAnError() {
        Manifest.Reading reading = find(Map.of("manifest.yaml", GOOD));
        assertThat(reading.manifest()).isNull();
        assertThat(reading.problems())
                .hasToString("[quay.io/a/b:1/manifest.yaml module: \"extension.wasm\" is not in the image"
                        + " (expected: the path of a file)]");
    }

    @ParameterizedTest
    @CsvSource({
        "phase: PreAuthZ, '', manifest.phase",
        "phase: PreAuthZ, 'phase: \"\"', manifest.phase",
        "phase: PreAuthZ, phase: 1, manifest.phase",
        "priority: 100, '', manifest.priority",
        "priority: 100, priority: high, manifest.priority",
        "priority: 100, priority: 1.5, manifest.priority",
        "priority: 100, priority: 9223372036854775808, manifest.priority",
        "module: extension.wasm, '', manifest.module",
        "module: extension.wasm, module: a/../../b, manifest.module",
        "module: extension.wasm, module: ./, manifest.module",
        "module: extension.wasm, module: 5, manifest.module",
        "schemaVersion: 1, schemaVersion: 1.0, manifest.schemaVersion",
        "schemaVersion: 1, schemaVersion: [1, manifest.parse",
        "schemaVersion: 1, '--- a\n---\nschemaVersion: 1', manifest.parse",
        "schemaVersion: 1, '- a', manifest.parse",
    })
    void manifest_thatIsWrong_isRefused(String line, String instead, String rule) {
        assertThat(rules(GOOD.replace(line + "\n", instead + "\n"), false)).contains(rule);
        assertThat(Manifest.read("m", bytes(GOOD.replace(line + "\n", instead + "\n")), false)
                        .manifest())
                .isNull();
    }

    @Test
    void manifest_ofAResourceThatSaysAllItself_mayLackPhaseAndPriority() {
        String text = GOOD.replace("phase: PreAuthZ\npriority: 100\n", "");
        Manifest.Reading reading = Manifest.read("m", bytes(text), true);
        assertThat(reading.manifest()).isEqualTo(new Manifest(null, null, "extension.wasm"));
        assertThat(reading.problems())
                .hasSize(2)
                .allMatch(problem -> problem.severity() == Problem.Severity.WARNING)
                .extracting(Problem::rule)
                .containsExactly("manifest.phase", "manifest.priority");
        assertThat(rules(text, false)).containsExactly("manifest.phase", "manifest.priority");
        assertThat(rules(with("phase: preauthz"), true)).containsExactly("manifest.phase");
    }

    @Test
    void manifest_thatIsNoText_isRefused() {
        assertThat(Manifest.read("m", new byte[] {(byte) 0xFF, 0}, false).problems())
                .extracting(Problem::rule)
                .containsExactly("manifest.parse");
        assertThat(rules("", false)).containsExactly("manifest.parse");
    }

    private static String with(String line) {
        String key = line.substring(0, line.indexOf(':') + 1);
        return GOOD.replaceFirst("(?m)^" + key + ".*$", line);
    }

    private static Manifest accepted(String text) {
        Manifest.Reading reading = Manifest.read("manifest.yaml", bytes(text), false);
        assertThat(reading.problems()).isEmpty();
        assertThat(reading.manifest()).isNotNull();
        return reading.manifest();
    }

    private static void refused(String text, String rule) {
        assertThat(rules(text, false)).containsExactly(rule);
    }

    private static List<String> rules(String text, boolean overridden) {
        return Manifest.read("manifest.yaml", bytes(text), overridden).problems().stream()
                .map(Problem::rule)
                .toList();
    }

    private static Manifest.Reading find(Map<String, String> files) {
        return Manifest.find("quay.io/a/b:1", path -> files.containsKey(path) ? bytes(files.get(path)) : null, false);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
