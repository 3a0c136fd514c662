package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.gateway.standalone.GatewayLimits;
import dev.portafilter.resources.ReadOptions;
import dev.portafilter.resources.Workload;
import dev.portafilter.resources.Workload.Side;
import dev.portafilter.resources.live.FileWatch;
import dev.portafilter.runtime.plugin.PluginLimits;
import dev.portafilter.runtime.service.NodeInfo;
import dev.portafilter.runtime.service.ServiceLimits;
import dev.portafilter.runtime.stream.WorkerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    @TempDir
    Path directory;

    @Test
    void settings_nestedOrDotted_meanTheSame() throws IOException {
        Settings nested = read("limits:\n  bufferBytes: 4096\n");
        Settings dotted = read("limits.bufferBytes: 4096\n");
        assertThat(nested.number("limits.bufferBytes")).isEqualTo(4096);
        assertThat(dotted.number("limits.bufferBytes")).isEqualTo(4096);
        assertThat(nested.problems()).isEmpty();
    }

    @Test
    void settings_clusters_areNames() throws IOException {
        Settings settings = read("clusters:\n  auth: http://127.0.0.1:1\n  other: https://example.com\n");
        assertThat(settings.map("clusters"))
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
        assertThat(told(settings))
                .containsExactly(
                        "FILE:1:1: nonsense: is unknown (expected: a setting; portafilter settings lists them)",
                        "FILE:2:10: workers: is a list (expected: one value)",
                        "FILE:3:13: vm.isolate: \"maybe\" is no switch (expected: true or false)",
                        "FILE:4:24: limits.deadlineMillis: \"soon\" is no whole number (expected: 1..2147483647)");
    }

    @Test
    void settings_ofLimits_areThoseOfThePage() throws IOException {
        Set<String> page = Files.readAllLines(Path.of("..", "docs", "limits.md")).stream()
                .filter(line ->
                        line.startsWith("| `") && !line.startsWith("| `abi.") && !line.startsWith("| `runtime."))
                .map(line -> line.substring(3, line.indexOf('`', 3)))
                .collect(Collectors.toSet());
        assertThat(SettingKeys.all().keySet())
                .filteredOn(key -> key.matches("(limits|timeouts)\\..*|reload\\.baseMillis|drain\\.timeout"))
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

    @Test
    void settings_flag_winsOverVariable_overFile_overDefault() throws IOException {
        Path file = Files.writeString(
                directory.resolve("portafilter.yaml"), "listen: file:1\nadmin: file:2\nlog-level: warn\n");
        Map<String, String> environment =
                Map.of("PORTAFILTER_LISTEN", "variable:1", "PORTAFILTER_ADMIN", "variable:2", "PORTAFILTER_CA", "");
        Settings settings = Settings.of(Map.of("listen", "flag:1"), environment::get, file);
        assertThat(settings.get("listen")).isEqualTo("flag:1");
        assertThat(settings.get("admin")).isEqualTo("variable:2");
        assertThat(settings.get("log-level")).isEqualTo("warn");
        assertThat(settings.get("ca")).isNull();
        assertThat(settings.number("limits.bufferBytes")).isEqualTo(1 << 20);
        assertThat(settings.place("listen")).isEqualTo("--listen: ");
        assertThat(settings.place("admin")).isEqualTo("PORTAFILTER_ADMIN: ");
        assertThat(settings.place("log-level")).isEqualTo(file + ":3:12: log-level: ");
        assertThat(settings.problems()).isEmpty();
    }

    @Test
    void settings_fileThatTheEnvironmentNames_isRead_unlessAFlagNamesAnother() throws IOException {
        Path named = Files.writeString(directory.resolve("named.yaml"), "listen: named:1\n");
        Path other = Files.writeString(directory.resolve("other.yaml"), "listen: other:1\n");
        Map<String, String> environment = Map.of("PORTAFILTER_SETTINGS", named.toString());
        assertThat(Settings.of(Map.of(), environment::get, null).get("listen")).isEqualTo("named:1");
        assertThat(Settings.of(Map.of(), environment::get, other).get("listen")).isEqualTo("other:1");
    }

    @Test
    void settings_fileOfTheWorkingDirectory_isRead_unlessAnotherIsNamed() throws IOException {
        Path here = Files.writeString(directory.resolve("portafilter.yaml"), "listen: here:1\n");
        Path other = Files.writeString(directory.resolve("other.yaml"), "listen: other:1\n");
        assertThat(Settings.of(Map.of(), name -> null, null, here).get("listen"))
                .isEqualTo("here:1");
        assertThat(Settings.of(Map.of(), name -> null, other, here).get("listen"))
                .isEqualTo("other:1");
        assertThat(Settings.of(Map.of(), name -> null, null, directory.resolve("none.yaml"))
                        .problems())
                .isEmpty();
    }

    @Test
    void settings_clustersOfAllSources_areTogether_andLabelsAreTheStrongest() throws IOException {
        Path file = Files.writeString(
                directory.resolve("portafilter.yaml"),
                "clusters: {a: http://file, b: http://file}\nclusters.c: http://file\nlabels: {x: file, y: file}\n");
        Map<String, String> environment =
                Map.of("PORTAFILTER_CLUSTERS", "b=http://variable", "PORTAFILTER_LABELS", "x=variable");
        Settings settings = Settings.of(Map.of("clusters", Map.of("d", "http://flag")), environment::get, file);
        assertThat(settings.problems()).isEmpty();
        assertThat(settings.map("clusters"))
                .isEqualTo(Map.of("a", "http://file", "b", "http://variable", "c", "http://file", "d", "http://flag"));
        assertThat(settings.map("labels")).isEqualTo(Map.of("x", "variable"));
    }

    @Test
    void settings_variablesOfEveryType_areRead() {
        Map<String, String> environment = Map.of(
                "PORTAFILTER_LIMITS_BUFFER_BYTES", "1",
                "PORTAFILTER_DRAIN_TIMEOUT", "2m",
                "PORTAFILTER_VM_ISOLATE", "true",
                "PORTAFILTER_UPDATE_ON_FAILURE", "applyFailStrategy",
                "PORTAFILTER_ENV_HOST_ALLOW", "HOME, USER",
                "PORTAFILTER_NODE_METADATA", "{LABELS: {app: shop}}",
                "PORTAFILTER_ROOT_NAMESPACE", "mesh");
        Settings settings = Settings.of(Map.of(), environment::get, null);
        assertThat(settings.problems()).isEmpty();
        assertThat(settings.number("limits.bufferBytes")).isEqualTo(1);
        assertThat(settings.millis("drain.timeout")).isEqualTo(120_000);
        assertThat(settings.yes("vm.isolate")).isTrue();
        assertThat(settings.list("env.hostAllow")).containsExactly("HOME", "USER");
        assertThat(settings.node().metadata().get("LABELS")).isEqualTo(Map.of("app", "shop"));
        assertThat(settings.get("rootNamespace")).isEqualTo("mesh");
        assertThat(Settings.of(
                                Map.of(),
                                Map.of(
                                        "PORTAFILTER_NODE_METADATA",
                                        "[",
                                        "PORTAFILTER_LABELS",
                                        "x",
                                        "PORTAFILTER_WORKERS",
                                        "0")::get,
                                null)
                        .problems())
                .containsExactlyInAnyOrder(
                        "PORTAFILTER_NODE_METADATA: is not a map (expected: YAML on one line, such as {a: b})",
                        "PORTAFILTER_LABELS: \"x\" has no name (expected: NAME=VALUE,…)",
                        "PORTAFILTER_WORKERS: 0 is out of range (expected: 1..1024)");
    }

    @ParameterizedTest
    @CsvSource({
        "0ms, 0",
        "1s, 1000",
        "500ms, 500",
        "2m, 120000",
        "1h, 3600000",
        "1,",
        "1 s,",
        "-1s,",
        "1.5s,",
        "s,",
        "'',"
    })
    void duration_isANumberAndAUnit(String text, Long millis) {
        assertThat(SettingKey.millis(text)).isEqualTo(millis);
    }

    @Test
    void settings_twice_areAProblem_howeverTheyAreWritten() throws IOException {
        assertThat(told(read("limits: {bufferBytes: 1}\nlimits.bufferBytes: 2\n")))
                .containsExactly("FILE:2:21: limits.bufferBytes: stands twice (expected: each setting once)");
        assertThat(told(read("labels: {a: b}\nlabels.a: c\n")))
                .containsExactly("FILE:2:1: labels.a: a stands twice (expected: each name once)");
    }

    @Test
    void settings_pathsInAFile_startThere_andElsewhereWhereTheProcessIs() throws IOException {
        Settings settings = read("config: filters.yaml\ncache-dir: none\nca: /etc/ca.pem\n");
        assertThat(settings.path("config")).isEqualTo(directory.resolve("filters.yaml"));
        assertThat(settings.get("cache-dir")).isEqualTo("none");
        assertThat(settings.path("ca")).isEqualTo(Path.of("/etc/ca.pem"));
        Settings flags = Settings.of(Map.of("config", "filters.yaml"), name -> null, null);
        assertThat(flags.path("config")).isEqualTo(Path.of("filters.yaml"));
    }

    @Test
    void settings_outOfRange_areTold_andAtItsEndsAreNot() {
        for (SettingKey key : SettingKeys.all().values()) {
            if (key.type() == SettingKey.Type.NUMBER) {
                assertThat(key.mistake(String.valueOf(key.least() - 1)))
                        .as(key.name())
                        .contains(" is out of range ");
                assertThat(key.mistake(String.valueOf(key.least())))
                        .as(key.name())
                        .isNull();
                if (key.most() < Long.MAX_VALUE) {
                    assertThat(key.mistake(String.valueOf(key.most() + 1)))
                            .as(key.name())
                            .contains(" is out of range ");
                    assertThat(key.mistake(String.valueOf(key.most())))
                            .as(key.name())
                            .isNull();
                }
            }
        }
    }

    /** What the table allows, the parts of the product take. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void settings_atTheEndsOfTheirRanges_areTaken(boolean least) throws IOException {
        StringBuilder text = new StringBuilder();
        for (SettingKey key : SettingKeys.all().values()) {
            if (key.type() == SettingKey.Type.NUMBER) {
                long most = key.most() == Long.MAX_VALUE ? 999_999_999_999_999_999L : key.most();
                text.append(key.name())
                        .append(": ")
                        .append(least ? key.least() : most)
                        .append('\n');
            }
        }
        Settings settings = read(text.toString());
        assertThat(settings.problems()).isEmpty();
        SettingValues.gatewayLimits(settings);
        SettingValues.pluginLimits(settings);
        SettingValues.serviceLimits(settings);
        SettingValues.workerOptions(settings);
        SettingValues.watch(settings);
        SettingValues.readOptions(settings);
    }

    @Test
    void settings_defaults_areThoseOfTheParts() {
        Settings none = Settings.none();
        assertThat(SettingValues.gatewayLimits(none)).isEqualTo(GatewayLimits.DEFAULT);
        assertThat(SettingValues.pluginLimits(none)).isEqualTo(PluginLimits.DEFAULT);
        assertThat(SettingValues.serviceLimits(none)).isEqualTo(ServiceLimits.DEFAULT);
        assertThat(SettingValues.workerOptions(none)).isEqualTo(WorkerOptions.DEFAULT);
        assertThat(SettingValues.watch(none)).isEqualTo(FileWatch.Timing.DEFAULT);
        assertThat(SettingValues.readOptions(none))
                .usingRecursiveComparison()
                .ignoringFields("modules", "hostEnvironment")
                .isEqualTo(ReadOptions.DEFAULT);
        assertThat(WorkloadFlags.workload(none, 8080)).isEqualTo(Workload.any());
    }

    @Test
    void workload_withAnyPartSet_hasNamespacesAndAPort() throws IOException {
        Settings settings = read("namespace: ingress\nlabels: {a: b}\ngatewayName: edge\nclass: sidecar_inbound\n");
        assertThat(WorkloadFlags.workload(settings, 8080))
                .isEqualTo(new Workload(
                        "ingress", "istio-system", Map.of("a", "b"), Side.SIDECAR_INBOUND, 8080, "edge", false));
        assertThat(WorkloadFlags.workload(read("rootNamespace: mesh\n"), 8080).rootNamespace())
                .isEqualTo("mesh");
        assertThat(WorkloadFlags.workload(read("class: UNDEFINED\n"), 8080).anyScope())
                .isTrue();
    }

    @Test
    void settings_hostileFiles_areProblems() throws IOException {
        for (String text : List.of(
                "&a {a: *a}",
                "node.metadata: &a {b: *a}",
                "node: {metadata: &a {b: *a}}",
                "clusters: &a {b: *a}",
                "limits: &a {b: *a}",
                "env.hostAllow: &a [*a]",
                "? {a: b}\n: c",
                "- a",
                "text",
                "config:",
                "a: b: c",
                "--- {}\n--- {}",
                "!!binary x: y",
                "labels: {a: }",
                "listen: ''",
                "node.metadata: " + "[".repeat(100_000),
                "node.metadata: " + "{a: ".repeat(100_000),
                "%YAML 99999999999\n---\n",
                "node.metadata: {a: !!java.lang.Object x}")) {
            assertThat(read(text).problems()).as(text).isNotEmpty();
        }
        Files.write(directory.resolve("portafilter.yaml"), new byte[] {(byte) 0xC3, '('});
        assertThat(Settings.read(directory.resolve("portafilter.yaml")).problems())
                .hasSize(1);
        assertThat(read("").problems()).isEmpty();
        assertThat(read("# nothing\n").problems()).isEmpty();
    }

    private List<String> told(Settings settings) {
        String file = directory.resolve("portafilter.yaml").toString();
        return settings.problems().stream()
                .map(problem -> problem.replace(file, "FILE"))
                .toList();
    }

    private Settings read(String text) throws IOException {
        return Settings.read(Files.writeString(directory.resolve("portafilter.yaml"), text));
    }
}
