package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.runtime.service.NodeInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    @TempDir
    Path directory;

    @Test
    void settings_nestedOrDotted_meanTheSame() throws IOException {
        Settings nested = read("limits:\n  bufferBytes: 4096\n");
        Settings dotted = read("limits.bufferBytes: 4096\n");
        assertThat(nested.number("limits.bufferBytes", 1)).isEqualTo(4096);
        assertThat(dotted.number("limits.bufferBytes", 1)).isEqualTo(4096);
        assertThat(nested.problems()).isEmpty();
    }

    @Test
    void settings_clusters_areNames() throws IOException {
        Settings settings = read("clusters:\n  auth: http://127.0.0.1:1\n  other: https://example.com\n");
        assertThat(settings.clusters())
                .containsEntry("auth", "http://127.0.0.1:1")
                .containsEntry("other", "https://example.com");
    }

    @Test
    void settings_node_isReadWhole() throws IOException {
        Settings settings = read("node:\n  id: n1\n  zone: z\n  metadata:\n    LABELS: {app.kubernetes.io/name: shop}\n"
                + "    PORTS: [80, 443]\n");
        NodeInfo node = settings.node();
        assertThat(node.id()).isEqualTo("n1");
        assertThat(node.zone()).isEqualTo("z");
        assertThat(node.metadata().get("LABELS")).isEqualTo(Map.of("app.kubernetes.io/name", "shop"));
        assertThat(node.metadata().get("PORTS")).isEqualTo(List.of(80, 443));
        assertThat(settings.problems()).isEmpty();
        assertThat(read("listen: 127.0.0.1:0\n").node()).isNull();
        Settings wrong = read("node.metadata: text\n");
        wrong.node();
        assertThat(wrong.problems()).singleElement().asString().endsWith("is not a map (expected: keys and values)");
    }

    @Test
    void settings_unknownKey_isAProblemThatNamesTheNearOne() throws IOException {
        Settings settings = read("limits:\n  bufferBites: 1\nlisten: 127.0.0.1:0\n");
        assertThat(settings.problems()).singleElement().asString().contains("limits.bufferBites", "limits.bufferBytes");
        assertThat(settings.get("listen")).isEqualTo("127.0.0.1:0");
    }

    @Test
    void settings_everythingWrong_isListedAtOnce() throws IOException {
        Settings settings = read("nonsense: 1\nworkers: [1, 2]\nvm.isolate: maybe\nlimits.deadlineMillis: soon\n");
        settings.yes("vm.isolate", false);
        settings.number("limits.deadlineMillis", 1);
        assertThat(settings.problems()).hasSize(4);
    }

    @Test
    void settings_ofLimits_areThoseOfThePage() throws IOException {
        Set<String> page = Files.readAllLines(Path.of("..", "docs", "limits.md")).stream()
                .filter(line ->
                        line.startsWith("| `") && !line.startsWith("| `abi.") && !line.startsWith("| `runtime."))
                .map(line -> line.substring(3, line.indexOf('`', 3)))
                .collect(Collectors.toSet());
        assertThat(Settings.WITHOUT_FLAG.keySet())
                .filteredOn(key -> key.matches("(limits|timeouts)\\..*|reload\\.baseMillis"))
                .containsExactlyInAnyOrderElementsOf(page);
    }

    @Test
    void settings_fileThatIsMissing_isAProblem() {
        assertThat(Settings.read(directory.resolve("none.yaml")).problems()).hasSize(1);
    }

    @Test
    void settings_fileThatIsNoYaml_isAProblem() throws IOException {
        assertThat(read("a: [1\n").problems()).hasSize(1);
    }

    private Settings read(String text) throws IOException {
        return Settings.read(Files.writeString(directory.resolve("portafilter.yaml"), text));
    }
}
