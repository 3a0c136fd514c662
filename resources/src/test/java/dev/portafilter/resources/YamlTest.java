package dev.portafilter.resources;

import static dev.portafilter.resources.Resources.errorRules;
import static dev.portafilter.resources.Resources.messages;
import static dev.portafilter.resources.Resources.named;
import static dev.portafilter.resources.Resources.only;
import static dev.portafilter.resources.Resources.plugin;
import static dev.portafilter.resources.Resources.read;
import static dev.portafilter.resources.Resources.valid;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What YAML and JSON text means, where problems are, and what is refused. */
class YamlTest {
    @Test
    void problem_namesFileLineColumnFieldValueAndWhatWasExpected() {
        assertThat(messages(plugin("sha256: 12ab")))
                .containsExactly("plugins.yaml:8:11 spec.sha256: \"12ab\" is 4 characters (expected: 64 hex digits)");
        assertThat(messages(plugin("match:", "- ports:", "  - number: 80", "  - number: 70000")))
                .containsExactly(
                        "plugins.yaml:11:15 spec.match[0].ports[1].number: 70000 is no port (expected: 1..65535)");
        assertThat(messages("apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nmetadata:\n  name: p\nspec:\n"
                        + "  phase: AUTHN\n"))
                .containsExactly("plugins.yaml:6:3 spec.url: is missing (expected: oci://, https://, http:// or file://"
                        + " and a place)");
        assertThat(messages(plugin("priority: 1.5")))
                .containsExactly("plugins.yaml:8:13 spec.priority: 1.5 is no integer (expected: an integer)");
    }

    @Test
    void problems_areInTheOrderOfTheFile() {
        ResourceSet set = read(plugin("zzz: 1", "sha256: x", "phase: x", "imagePullSecret: ''"));
        assertThat(set.problems())
                .extracting(problem -> problem.position().line())
                .containsExactly(8, 9, 10, 11);
    }

    @Test
    void brokenDocument_isSkippedAndOthersLoad() {
        String text =
                named("a", "ns") + "---\nkind: [\n---\n" + named("b", "ns") + "---\n\tx: y\n---\n" + named("c", "ns");
        ResourceSet set = read(text);
        assertThat(set.resources()).extracting(PluginResource::identity).containsExactly("ns/a", "ns/b", "ns/c");
        assertThat(set.errors()).hasSize(2).allMatch(problem -> problem.rule().equals("yaml.syntax"));
        assertThat(set.errors().get(0).position().line()).isBetween(9, 10);
        assertThat(set.errors().get(1).position().line()).isEqualTo(19);
    }

    @Test
    void manyBrokenDocuments_endTheFile() {
        ResourceSet set = read("---\nx: [\n".repeat(1000));
        assertThat(set.errors()).hasSizeBetween(100, 102);
        assertThat(set.errors()).extracting(Problem::rule).endsWith("limit.brokenDocuments");
    }

    @Test
    void duplicateKey_refusesTheResource() {
        assertThat(messages(plugin("phase: AUTHN", "phase: STATS")))
                .containsExactly(
                        "plugins.yaml:9:3 spec: key \"phase\" stands twice, first in line 8 (expected: each key"
                                + " once)");
        assertThat(errorRules(plugin("pluginConfig: {a: {b: 1, b: 2}}"))).containsExactly("yaml.duplicateKey");
        assertThat(errorRules(plugin("pluginConfig: {1: a, '1': b}"))).containsExactly("yaml.duplicateKey");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "yaml.notFinite; {a: .nan}",
                "yaml.notFinite; {a: [-.inf]}",
                "yaml.notFinite; {a: 1e999}",
                "yaml.tag; {a: !!binary aGk=}",
                "yaml.tag; {a: !mine x}",
                "yaml.tag; {a: !!int x}",
                "yaml.tag; {a: !!set {b, c}}",
                "yaml.merge; {<<: {a: 1}}",
                "yaml.key; {[a]: b}",
                "yaml.key; {{a: b}: c}",
            })
    void yaml_thatJsonCannotHold_isRefused(String rule, String config) {
        assertThat(errorRules(plugin("pluginConfig: " + config))).containsExactly(rule);
    }

    @Test
    void aliases_areCopies_andMayNotContainThemselves() {
        assertThat(valid("pluginConfig: {a: &x [1, 2], b: *x}").wasmPlugin().pluginConfig())
                .isEqualTo("{\"a\":[1,2],\"b\":[1,2]}");
        assertThat(read(plugin("pluginConfig: &x {a: *x}")).errors())
                .extracting(Problem::rule)
                .containsExactly("yaml.alias");
        assertThat(read(plugin("pluginConfig: {a: *nowhere}")).errors())
                .extracting(Problem::rule)
                .containsExactly("yaml.alias");
    }

    @Test
    void aliasBomb_isStopped() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            String before = "*a" + (i - 1) + ", ";
            bomb.append("a" + i + ": &a" + i + " [" + before.repeat(9) + "*a" + (i - 1) + "]\n");
        }
        assertThat(read(bomb.toString()).errors()).extracting(Problem::rule).containsExactly("limit.values");
    }

    @Test
    void depth_isBounded_alsoThroughAliases() {
        String open = "[".repeat(97);
        valid("pluginConfig: {a: " + open + "]".repeat(97) + "}");
        assertThat(read(plugin("pluginConfig: {a: [" + open + "]".repeat(98) + "}"))
                        .errors())
                .extracting(Problem::rule)
                .containsExactly("limit.depth");
        assertThat(read("[".repeat(400_000)).errors()).extracting(Problem::rule).containsExactly("limit.depth");
        assertThat(read("- ".repeat(400_000)).errors())
                .extracting(Problem::rule)
                .containsExactly("limit.depth");
        StringBuilder chain = new StringBuilder("a0: &a0 []\n");
        for (int i = 1; i < 200; i++) {
            chain.append("a" + i + ": &a" + i + " [*a" + (i - 1) + "]\n");
        }
        assertThat(read(chain.toString()).errors()).extracting(Problem::rule).containsExactly("limit.depth");
    }

    @Test
    void size_isBounded() {
        byte[] tooLong = new byte[ReadLimits.FILE_BYTES + 1];
        java.util.Arrays.fill(tooLong, (byte) ' ');
        ResourceSet set = ResourceReader.read("a.yaml", tooLong, ReadOptions.DEFAULT);
        assertThat(set.errors()).hasToString("[a.yaml: too long (expected: at most 4194304 bytes)]");
        assertThat(read("a: b\nc: '" + "x".repeat(ReadLimits.LINE_CHARACTERS)).errors())
                .hasToString("[plugins.yaml:2:1: a line of 1048580 characters (expected: at most 1048576)]");
        assertThat(read("[" + "1,".repeat(300_000) + "]").errors())
                .extracting(Problem::rule)
                .containsExactly("limit.values");
        assertThat(read(plugin("pluginConfig: {a: " + "1".repeat(1001) + "}")).errors())
                .extracting(Problem::rule)
                .containsExactly("limit.numberDigits");
        valid("pluginConfig: {a: " + "1".repeat(1000) + "}");
    }

    @Test
    void problems_areBounded() {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 1500; i++) {
            many.append("---\n" + i + "\n");
        }
        ResourceSet set = read(many.toString());
        assertThat(set.problems()).hasSize(ReadLimits.PROBLEMS + 1);
        assertThat(set.problems().get(ReadLimits.PROBLEMS).rule()).isEqualTo("limit.problems");
        assertThat(set.problems().get(ReadLimits.PROBLEMS).isError()).isTrue();
    }

    @Test
    void problemsBeyondTheBound_areAnErrorOnlyWhenOneIs() {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 1500; i++) {
            many.append("---\n").append(named("p" + i, "ns", "a" + i + ": b"));
        }
        ResourceSet set = read(many.toString());
        assertThat(set.resources()).hasSize(1500);
        assertThat(set.hasErrors()).isFalse();
        assertThat(set.problems()).hasSize(ReadLimits.PROBLEMS + 1);
        ResourceSet withError = read(many + "---\n" + plugin("phase: x"));
        assertThat(withError.problems()).hasSize(ReadLimits.PROBLEMS + 1);
        assertThat(withError.hasErrors()).isTrue();
    }

    @Test
    void encoding_mustBeUtf8() {
        byte[] latin = plugin("pluginName: caf\u00e9").getBytes(StandardCharsets.ISO_8859_1);
        assertThat(ResourceReader.read("a.yaml", latin, ReadOptions.DEFAULT).errors())
                .hasToString("[a.yaml:8:18: is no UTF-8 from here on (expected: UTF-8)]");
        byte[] utf16 = plugin().getBytes(StandardCharsets.UTF_16);
        assertThat(ResourceReader.read("a.yaml", utf16, ReadOptions.DEFAULT).errors())
                .hasToString("[a.yaml:1:1: is UTF-16 (expected: UTF-8)]");
        byte[] cut = "a: \u00e9".getBytes(StandardCharsets.UTF_8);
        assertThat(ResourceReader.read("a.yaml", java.util.Arrays.copyOf(cut, cut.length - 1), ReadOptions.DEFAULT)
                        .errors())
                .extracting(Problem::rule)
                .containsExactly("file.encoding");
        only("\uFEFF" + plugin());
        assertThat(messages("a: b\nc: \u0007"))
                .containsExactly("plugins.yaml:2:4: character U+0007 is not allowed (expected: printable text)");
    }

    @Test
    void oddDirectives_areProblems() {
        for (String text : new String[] {
            "%YAML 99999999999.1\n---\na: b\n", "%TAG ! !\n", "\"\\U99999999\"", "%", "!<", "&", "*", "? ? ?", "\0"
        }) {
            assertThat(read(text).errors()).as(text).isNotEmpty();
        }
    }

    @Test
    void emptyText_isAWarning() {
        for (String text : new String[] {"", "---\n", "# nothing\n", "---\n...\n---\n"}) {
            ResourceSet set = read(text);
            assertThat(set.problems())
                    .hasToString(
                            "[plugins.yaml: holds no resource (expected: WasmPlugin, TrafficExtension or ServiceMeshExtension)]");
            assertThat(set.hasErrors()).isFalse();
        }
    }

    @Test
    void objects_ofOtherKinds_areSkipped() {
        ResourceSet set = read("apiVersion: v1\nkind: ConfigMap\ndata: {a: yes}\n---\n" + plugin());
        assertThat(set.problems()).isEmpty();
        assertThat(set.resources()).hasSize(1);
        assertThat(set.skipped())
                .extracting(object -> object.apiVersion() + " " + object.kind())
                .containsExactly("v1 ConfigMap");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "apiVersion: extensions.istio.io/v1beta1;kind: WasmPlugin",
                "apiVersion: extensions.istio.io/v1alpha1;kind: WasmPlugins",
                "apiVersion: extensions.istio.io/v1;kind: TrafficExtension",
                "apiVersion: maistra.io/v2;kind: ServiceMeshExtension",
                "apiVersion: v1;kind: wasmplugin",
                "apiVersion: v1;kind:",
                "kind: WasmPlugin;a: b",
                "apiVersion: v1;kind: 5",
            })
    void objects_thatAreAlmostOurs_areErrors(String first, String second) {
        assertThat(errorRules(first + "\n" + second + "\n")).containsExactly("object");
        assertThat(errorRules("text")).containsExactly("object");
        assertThat(errorRules("[1]")).containsExactly("object");
    }

    @Test
    void lists_holdResources() {
        String item = "{apiVersion: extensions.istio.io/v1alpha1, kind: WasmPlugin, metadata: {name: %s},"
                + " spec: {url: 'http://h/x'%s}}";
        String text = "apiVersion: v1\nkind: List\nitems:\n- " + item.formatted("a", "") + "\n- "
                + item.formatted("b", ", phase: x") + "\n- {apiVersion: v1, kind: List, items: ["
                + item.formatted("c", "") + "]}\n";
        ResourceSet set = read(text);
        assertThat(set.resources())
                .extracting(resource -> resource.spec().name())
                .containsExactly("a", "c");
        assertThat(set.errors()).hasSize(1);
        assertThat(set.errors().get(0).field()).isEqualTo("items[1].spec.phase");
        assertThat(read("apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPluginList\nitems: ["
                                + item.formatted("a", "") + "]\n")
                        .resources())
                .hasSize(1);
    }

    @Test
    void json_isReadAsJson() {
        String text = "{\n\t\"apiVersion\": \"extensions.istio.io/v1alpha1\",\n\t\"kind\": \"WasmPlugin\",\n"
                + "\t\"metadata\": {\"name\": \"p\"},\n\t\"spec\": {\"url\": \"http://h/x\", \"pluginConfig\":"
                + " {\"s\": \"\\ud83d\\ude00\", \"yes\": \"no\", \"n\": 12345678901234567890123, \"f\": 1.50,"
                + " \"lone\": \"\\ud800\"}}\n}\n";
        ResourceSet set = readJson(text);
        assertThat(set.problems()).isEmpty();
        assertThat(set.resources().get(0).wasmPlugin().pluginConfig())
                .isEqualTo("{\"f\":1.5,\"lone\":\"\\ud800\",\"n\":12345678901234567890123,"
                        + "\"s\":\"\uD83D\uDE00\",\"yes\":\"no\"}");
        assertThat(readJson(text.replace("\"http://h/x\"", "\"ftp://h/x\""))
                        .errors()
                        .get(0)
                        .position())
                .hasToString("plugins.json:5:18");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "json.syntax; {",
                "json.syntax; {\"a\": }",
                "json.syntax; {'a': 1}",
                "json.syntax; {\"a\": NaN}",
                "json.syntax; nul",
                "yaml.duplicateKey; {\"apiVersion\": \"v1\", \"kind\": \"X\", \"a\": 1, \"a\": 1}",
            })
    void json_thatIsWrong_isAProblem(String rule, String text) {
        assertThat(readJson(text).errors()).extracting(Problem::rule).contains(rule);
    }

    @Test
    void json_isBounded() {
        assertThat(readJson("[".repeat(1_000_000)).errors()).hasSize(1);
        assertThat(readJson("[" + "1,".repeat(300_000) + "1]").errors())
                .extracting(Problem::rule)
                .containsExactly("limit.values");
        assertThat(readJson("{\"a\": " + "1".repeat(1001) + "}").errors()).hasSize(1);
    }

    @Test
    void json_errors_holdNoLongQuotations() {
        assertThat(readJson("{\"a\": verylongsecretwithoutquotes}").problems().toString())
                .doesNotContain("verylongsecret");
    }

    private static ResourceSet readJson(String text) {
        return ResourceReader.read("plugins.json", text.getBytes(StandardCharsets.UTF_8), Resources.ANY_MODULE);
    }
}
