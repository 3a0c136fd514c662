package dev.portafilter.resources;

import static dev.portafilter.resources.Resources.extension;
import static dev.portafilter.resources.Resources.named;
import static dev.portafilter.resources.Resources.namedExtension;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.portafilter.resources.Migration.Options;
import dev.portafilter.resources.Migration.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What migration writes: sections 3.5 to 3.9, and of the vectors T-035 to T-055 those about it. */
class MigrationTest {
    private static final Options DEFAULT = Options.DEFAULT;
    private static final Options WITHOUT_PRIORITY = new Options(Target.WASM_PLUGIN, true, false, false, null);

    @TempDir
    private Path directory;

    @TestFactory
    Stream<DynamicTest> vectors() throws IOException {
        String example = text("header-append-extension.yaml");
        String golden = text("header-append.yaml");
        return new VectorTable()
                .test(
                        "T-035 a",
                        () -> assertThat(migrated(example, DEFAULT))
                                .isEqualTo(golden.replace("  phase: STATS\n", "  phase: STATS\n  priority: 100\n")))
                .test(
                        "T-035 b",
                        () -> assertThat(migrated(example, WITHOUT_PRIORITY)).isEqualTo(golden))
                .test("T-036 PreAuthN", () -> assertPhase("PreAuthN", "phase: AUTHN"))
                .test("T-036 PostAuthN", () -> assertPhase("PostAuthN", "phase: AUTHZ"))
                .test("T-036 PreAuthZ", () -> assertPhase("PreAuthZ", "phase: AUTHZ"))
                .test("T-036 PostAuthZ", () -> assertPhase("PostAuthZ", "phase: STATS"))
                .test("T-036 PreStats", () -> assertPhase("PreStats", "phase: STATS"))
                .test(
                        "T-036 PostStats",
                        () -> assertThat(migrated(extension("phase: PostStats"), DEFAULT))
                                .doesNotContain("phase"))
                .test("T-049 b: no JSON", () -> {
                    String text = extension("phase: PreAuthN", "config: not json")
                            .replace("maistra.io/v1", "maistra.io/v1alpha1");
                    assertRefused(text, "migrate.config");
                    assertRefused(
                            extension("phase: PreAuthN", "config: {raw_v1alpha1_config: not json}"), "migrate.config");
                })
                .test("T-052", () -> {
                    String text = extension(
                            "phase: PreAuthN", "imagePullPolicy: Never", "imagePullSecrets: [{name: a}, {name: b}]");
                    Migration.Result result = migrate(text, DEFAULT);
                    assertThat(result.files().get(0).text())
                            .contains("  imagePullPolicy: IfNotPresent\n  imagePullSecret: a\n");
                    assertThat(result.problems())
                            .extracting(Problem::rule)
                            .containsExactly("sme.never", "migrate.secrets");
                })
                .test("T-053", () -> {
                    String text = namedExtension("z", "ns", "phase: PostAuthN", "priority: 1") + "---\n"
                            + namedExtension("a", "ns", "phase: PreAuthZ", "priority: 9");
                    Migration.Result result = migrate(text, DEFAULT);
                    assertThat(result.files().get(0).text())
                            .contains("oci://quay.io/x/z:1\n  phase: AUTHZ\n  priority: 20\n")
                            .contains("oci://quay.io/x/a:1\n  phase: AUTHZ\n  priority: 10\n");
                    assertThat(result.notes())
                            .contains(
                                    "phase AUTHZ: new priorities, so that the order stays: ns/z 1 -> 20, ns/a 9 -> 10");
                })
                .tests();
    }

    @ParameterizedTest
    @ValueSource(strings = {"acl.yaml", "openid-file.yaml", "openid-image.yaml", "plugin.yaml", "header-append.yaml"})
    void examples_becomeTrafficExtensionsWithTheSameMeaning(String name) throws IOException {
        Migration.Result result =
                Migration.of(name, OssmExamplesTest.bytes(name), DEFAULT.withTarget(Target.TRAFFIC_EXTENSION));
        assertThat(result.problems()).isEmpty();
        assertThat(result.notes()).isEmpty();
        ResourceSet before = ResourceReader.read(name, OssmExamplesTest.bytes(name), Resources.ANY_MODULE);
        ResourceSet after = Resources.read(result.files().get(0).text());
        assertThat(after.problems()).isEmpty();
        assertThat(after.resources()).extracting(PluginResource::kind).containsOnly("TrafficExtension");
        assertThat(after.resources())
                .extracting(PluginResource::wasmPlugin)
                .isEqualTo(before.resources().stream()
                        .map(PluginResource::wasmPlugin)
                        .toList());
        assertThat(migrated(text(name), DEFAULT)).contains("kind: WasmPlugin");
    }

    @Test
    void trafficExtension_hasItsFieldsInTheirOrder() throws IOException {
        assertThat(migrated(text("header-append-extension.yaml"), DEFAULT.withTarget(Target.TRAFFIC_EXTENSION)))
                .isEqualTo("""
                        apiVersion: extensions.istio.io/v1alpha1
                        kind: TrafficExtension
                        metadata:
                          name: header-append
                          namespace: istio-system
                        spec:
                          selector:
                            matchLabels:
                              app: httpbin
                          phase: STATS
                          priority: 100
                          wasm:
                            url: oci://quay.io/maistra-dev/header-append-filter:2.2
                            pluginConfig:
                              first-header: some-value
                              another-header: another-value
                        """);
    }

    @Test
    void everyFieldOfAWasmPlugin_isKept() {
        String text = named(
                "all",
                "ns",
                "targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: g}",
                "url: oci://quay.io/a/b:1",
                "sha256: '" + "1".repeat(64) + "'",
                "imagePullPolicy: 2",
                "imagePullSecret: s",
                "pluginName: root",
                "phase: 2",
                "priority: -7",
                "failStrategy: FAIL_RELOAD",
                "type: NETWORK",
                "match: [{mode: 1, ports: [{number: 80}]}, {}]",
                "vmConfig: {env: [{name: A, value: 'yes'}, {name: B, valueFrom: HOST}]}",
                "pluginConfig: {a: [1, 2.5, 1e30, true, null, {}], b: 'no', '1': 0o17}");
        for (Target target : Target.values()) {
            String migrated = migrated(text, DEFAULT.withTarget(target));
            PluginResource after = Resources.only(migrated);
            assertThat(after.kind()).isEqualTo(target.kind().word());
            assertThat(after.wasmPlugin()).isEqualTo(Resources.only(text).wasmPlugin());
            assertThat(migrated).contains("imagePullPolicy: Always", "phase: AUTHZ", "mode: CLIENT", "b: \"no\"");
        }
    }

    @Test
    void metadataOfTheServer_isLeftOut_andTheRestIsKept() {
        String text = extension("phase: PreAuthN").replace("  name: x\n", """
                  name: x
                  labels: {team: a}
                  annotations:
                    kubectl.kubernetes.io/last-applied-configuration: '{}'
                    note: kept
                  uid: 1-2
                  resourceVersion: "5"
                  generation: 3
                  creationTimestamp: "2022-01-01T00:00:00Z"
                  managedFields: []
                  ownerReferences: []
                  selfLink: /x
                  finalizers: [f]
                """) + "status: {phase: PreAuthN}\n";
        Migration.Result result = migrate(text, DEFAULT);
        assertThat(result.files().get(0).text()).contains("""
                metadata:
                  name: x
                  namespace: ns
                  labels:
                    team: a
                  annotations:
                    note: kept
                spec:
                """);
        assertThat(result.files().get(0).text()).doesNotContain("status", "uid", "finalizers");
        assertThat(result.problems()).hasToString("[plugins.yaml:16:3 metadata.finalizers: is left out]");
    }

    @Test
    void options_changeWhatIsWritten() {
        Options all = new Options(Target.WASM_PLUGIN, false, true, true, "PreStats");
        Migration.Result result = migrate(extension(), all);
        assertThat(result.problems()).isEmpty();
        assertThat(result.files().get(0).text())
                .endsWith("  phase: STATS\n  pluginName: x_root\n  match:\n  - mode: SERVER\n");
        assertThat(String.join("\n", result.notes())).doesNotContain("--keep-root-id", "--sme-inbound-only");
        assertThatThrownBy(() -> new Options(Target.WASM_PLUGIN, false, false, false, "AUTHN"))
                .hasMessageContaining("phase: \"AUTHN\" is no phase (expected: PreAuthN, ");
    }

    @Test
    void resources_thatCannotBeMigrated_areNamed_andOthersAreWritten() {
        String text = extension() + "---\n" + extension("phase: x").replace("name: x", "name: y") + "---\n"
                + namedExtension("good", "ns", "phase: PreAuthN");
        Migration.Result result = migrate(text, DEFAULT);
        assertThat(result.hasErrors()).isTrue();
        assertThat(Resources.read(result.files().get(0).text()).resources())
                .extracting(PluginResource::identity)
                .containsExactly("ns/good");
        assertThat(result.problems().stream().filter(Problem::isError))
                .extracting(problem -> problem.position() + " " + problem.rule())
                .containsExactly("plugins.yaml:16:10 V-31", "plugins.yaml:1:1 migrate.phase");
    }

    @Test
    void names_thatWouldMeet_areErrors() {
        String text = extension("phase: PreAuthN") + "---\n" + named("x", "ns");
        Migration.Result result = migrate(text, DEFAULT);
        assertThat(result.problems())
                .hasToString("[plugins.yaml:1:1 metadata.name: would become a second WasmPlugin ns/x, which stands at"
                        + " plugins.yaml:10:1 (expected: another name, or one of the two)]");
        assertThat(Resources.read(result.files().get(0).text()).resources()).hasSize(1);
    }

    @Test
    void comments_andWhatIsNotOurs_areReported() {
        String text = "# head\n# more\n" + extension("phase: PreAuthN # why", "colour: red")
                + "---\napiVersion: v1\nkind: ConfigMap\n";
        Migration.Result result = migrate(text, DEFAULT);
        assertThat(result.hasErrors()).isFalse();
        assertThat(result.problems())
                .extracting(Problem::toString)
                .containsExactly(
                        "plugins.yaml:11:3 spec.colour: unknown field, ignored",
                        "plugins.yaml:13:1 kind: \"ConfigMap\" is left out: it is no extension",
                        "plugins.yaml:1:1: 2 lines of comments are left out",
                        "plugins.yaml:10:19: comment is left out");
    }

    @ParameterizedTest
    @CsvSource({
        "3000000000, 2147483647",
        "-3000000000, -2147483648",
        "7, 7",
    })
    void priority_isBroughtIntoTheRangeOfIstio(long given, int written) {
        Migration.Result result = migrate(extension("phase: PreAuthN", "priority: " + given), DEFAULT);
        assertThat(result.files().get(0).text()).contains("priority: " + written + "\n");
        assertThat(result.problems()).hasSize(given == written ? 0 : 1);
    }

    @Test
    void emptyConfig_isLeftOut_andSaid() {
        assertThat(migrate(extension("phase: PreAuthN", "config: {}"), DEFAULT).problems())
                .hasToString("[plugins.yaml:9:3 spec.config: is left out: the plugin read {} and reads nothing now]");
        String text = extension("phase: PreAuthN", "config: '{\"b\": [1], \"a\": \"x\"}'")
                .replace("maistra.io/v1", "maistra.io/v1alpha1");
        assertThat(migrated(text, DEFAULT)).endsWith("  pluginConfig:\n    b:\n    - 1\n    a: x\n");
    }

    @Test
    void notes_sayWhatIsLeftToDo() {
        String text = extension("phase: PostStats") + "---\n"
                + namedExtension("y", "ns", "phase: PreAuthN", "image: quay.io/x/x:1");
        List<String> notes = migrate(text, DEFAULT).notes();
        assertThat(notes).hasSize(6);
        assertThat(notes.get(0)).startsWith("ns/x: PostStats becomes no phase");
        assertThat(notes.get(1)).startsWith("ns/x, ns/y: did not see what a sidecar sends");
        assertThat(notes.get(4)).startsWith("image oci://quay.io/x/x:1: must have /plugin.wasm");
        assertThat(notes.get(5))
                .isEqualTo("delete ServiceMeshExtension ns/x, ns/y before the WasmPlugin is created: while both exist,"
                        + " both run on every request");
    }

    @Test
    void texts_meanTheSameUnderBothVersionsOfYaml() {
        String config = "pluginConfig: {a: 'yes', b: '0644', c: '1e3', d: '', e: ' x', f: '#', g: 'a: b', h: \"x\\ty\","
                + " i: \"one\\ntwo\\n\", 'on': '12:30:45', j: '2001-01-01', k: '~', l: 'a #b', m: \"\\u0001\","
                + " n: '\u2028', o: '\u00e9 \u4e16', p: 'null', q: '-', r: '!x', s: '*a', t: 'x:', u: '=', v: \"a\\n b\","
                + " w: \" a\\nb\", x: \"a \\nb\", y: '0x1F', z: '1_000'}";
        String migrated = migrated(named("p", "ns", config), DEFAULT);
        assertThat(Resources.only(migrated).wasmPlugin().pluginConfig())
                .isEqualTo(Resources.only(named("p", "ns", config)).wasmPlugin().pluginConfig());
        assertThat(migrated)
                .contains(
                        "a: \"yes\"",
                        "b: \"0644\"",
                        "\"on\": \"12:30:45\"",
                        "j: \"2001-01-01\"",
                        "  i: |\n",
                        "k: \"~\"");
    }

    @Test
    void charactersThatYaml11DoesNotAllow_areEscaped() {
        String json = "{\"apiVersion\":\"extensions.istio.io/v1alpha1\",\"kind\":\"WasmPlugin\",\"metadata\":{\"name\":"
                + "\"p\"},\"spec\":{\"url\":\"file://x\",\"pluginConfig\":{\"a\":\"\\u007f\\u0090\\uffff\"}}}";
        Migration.Result result = Migration.of("p.json", json.getBytes(StandardCharsets.UTF_8), DEFAULT);
        assertThat(result.problems()).isEmpty();
        assertThat(result.files().get(0).text()).contains("a: \"\\x7f\\x90\\uffff\"\n");
    }

    @Test
    void textsThatYamlCannotHold_areErrors() {
        String json = "{\"apiVersion\":\"extensions.istio.io/v1alpha1\",\"kind\":\"WasmPlugin\",\"metadata\":{\"name\":"
                + "\"p\"},\"spec\":{\"url\":\"file://x\",\"pluginConfig\":{\"a\":\"\\ud800\"}}}";
        Migration.Result result = Migration.of("p.json", json.getBytes(StandardCharsets.UTF_8), DEFAULT);
        assertThat(result.files()).isEmpty();
        assertThat(result.problems()).extracting(Problem::rule).containsExactly("migrate.text");
    }

    @Test
    void filesAsLongAsTheyMayBe_areMigratedSoon() {
        StringBuilder many = new StringBuilder();
        for (int i = 0; many.length() < 500_000; i++) {
            many.append("---\n").append(namedExtension("e" + i, "ns", "phase: PreAuthN", "priority: " + i % 7));
        }
        String line = extension("phase: PreAuthN") + "# " + "x".repeat(ReadLimits.LINE_CHARACTERS - 10) + "\n";
        for (String text : List.of(many.toString(), line)) {
            Migration.Result result = assertTimeoutPreemptively(Duration.ofSeconds(30), () -> migrate(text, DEFAULT));
            assertThat(result.hasErrors()).as("%s", result.problems()).isFalse();
        }
    }

    @Test
    void files_areWrittenOneForOne() throws IOException {
        Path one = Files.writeString(directory.resolve("a.yaml"), extension("phase: PreAuthN"));
        Path two = Files.writeString(directory.resolve("b.yaml"), named("p", "ns") + "---\n" + named("q", "ns"));
        Migration.Result result = Migration.of(List.of(directory), DEFAULT);
        assertThat(result.problems()).isEmpty();
        assertThat(result.files())
                .extracting(Migration.MigratedFile::source)
                .containsExactly(one.toString(), two.toString());
        assertThat(Resources.read(result.files().get(1).text()).resources()).hasSize(2);
        assertThat(Migration.of(List.of(directory.resolve("none")), DEFAULT).problems())
                .extracting(Problem::rule)
                .containsExactly("file.missing");
    }

    private static void assertPhase(String phase, String line) {
        assertThat(migrated(extension("phase: " + phase), DEFAULT)).contains("  " + line + "\n");
    }

    private static void assertRefused(String text, String rule) {
        Migration.Result result = migrate(text, DEFAULT);
        assertThat(result.files()).isEmpty();
        assertThat(result.problems()).extracting(Problem::rule).containsExactly(rule);
    }

    private static String migrated(String text, Options options) {
        Migration.Result result = migrate(text, options);
        assertThat(result.hasErrors()).as("%s", result.problems()).isFalse();
        return result.files().get(0).text();
    }

    private static Migration.Result migrate(String text, Options options) {
        return Migration.of("plugins.yaml", text.getBytes(StandardCharsets.UTF_8), options);
    }

    private static String text(String name) throws IOException {
        return new String(OssmExamplesTest.bytes(name), StandardCharsets.UTF_8);
    }
}
