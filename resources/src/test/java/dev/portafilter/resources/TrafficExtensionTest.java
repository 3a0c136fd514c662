package dev.portafilter.resources;

import static dev.portafilter.resources.Resources.errorRules;
import static dev.portafilter.resources.Resources.messages;
import static dev.portafilter.resources.Resources.named;
import static dev.portafilter.resources.Resources.only;
import static dev.portafilter.resources.Resources.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.plugin.PluginType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A TrafficExtension means what the WasmPlugin with the same fields means. */
class TrafficExtensionTest {
    private static final List<String> OUTER = List.of("selector", "targetRefs", "match", "phase", "priority");

    /** A TrafficExtension of the lines of a WasmPlugin's spec. */
    private static String traffic(String name, String... lines) {
        List<String> outer = new ArrayList<>();
        List<String> inner = new ArrayList<>();
        for (String line : lines) {
            (OUTER.contains(line.substring(0, line.indexOf(':'))) ? outer : inner).add(line);
        }
        if (inner.stream().noneMatch(line -> line.startsWith("url:"))) {
            inner.add("url: http://test.com/test");
        }
        Stream<String> nested = inner.stream().map(line -> "    " + line + "\n");
        return "apiVersion: extensions.istio.io/v1alpha1\nkind: TrafficExtension\nmetadata:\n  name: " + name
                + "\n  namespace: ns\nspec:\n"
                + String.join("", outer.stream().map(line -> "  " + line + "\n").toList()) + "  wasm:\n"
                + String.join("", nested.toList());
    }

    @Test
    void everyField_meansWhatItMeansInAWasmPlugin() {
        String[] lines = {
            "selector: {matchLabels: {a: b}}",
            "url: oci://quay.io/a/b:1",
            "sha256: " + "a".repeat(64),
            "imagePullPolicy: Always",
            "imagePullSecret: s",
            "pluginConfig: {b: 1, a: [x]}",
            "pluginName: root",
            "phase: AUTHZ",
            "priority: 7",
            "failStrategy: FAIL_RELOAD",
            "vmConfig: {env: [{name: A, value: x}]}",
            "match: [{mode: CLIENT, ports: [{number: 80}]}]",
            "type: NETWORK"
        };
        PluginResource wasm = only(named("p", "ns", lines));
        PluginResource traffic = only(traffic("p", lines));
        assertThat(traffic.kind()).isEqualTo("TrafficExtension");
        assertThat(traffic.wasmPlugin()).isEqualTo(wasm.wasmPlugin());
        assertThat(parts(traffic.spec())).isEqualTo(parts(wasm.spec()));
        assertThat(traffic.spec().type()).isEqualTo(PluginType.NETWORK);
    }

    private static String parts(PluginSpec spec) {
        return spec + " " + spec.qualifiedName() + " " + spec.pluginName() + " " + spec.rootId() + " "
                + new String(spec.configuration(), StandardCharsets.UTF_8) + " " + spec.environment() + " "
                + spec.failurePolicy() + " " + spec.type();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "V-08; sha256: 12ab",
                "V-12; pluginName: ''",
                "V-13; selector: {matchLabels: {a: b}} | targetRefs: [{kind: Service, name: a}]",
                "V-23; vmConfig: {env: [{name: A}, {name: A}]}",
                "V-28; match: [null]",
                "V-31; phase: UNSPECIFIED_PHASE",
                "V-31; failStrategy: FAIL_CLOSED",
                "V-32; priority: 1.5",
                "V-34; pluginConfig: [1]",
                "V-35; verificationKey: abc",
            })
    void rules_ofAWasmPlugin_hold(String rule, String lines) {
        assertThat(errorRules(traffic("p", lines.split(" \\| ")))).containsExactly(rule);
    }

    @ParameterizedTest
    @ValueSource(strings = {"phase: UNSPECIFIED", "phase: ''", "phase: 0"})
    void phase_hasItsOwnWordForNone(String line) {
        only(traffic("p", line));
    }

    @Test
    void lua_isRefusedByName() {
        String head = "apiVersion: extensions.istio.io/v1alpha1\nkind: TrafficExtension\nmetadata: {name: p}\nspec:";
        assertThat(messages(head + "\n  lua: {inlineCode: x}\n"))
                .containsExactly("plugins.yaml:5:8 spec.lua: is not supported: this host runs WebAssembly"
                        + " (expected: wasm, with a module that does the same)");
        assertThat(errorRules(head + "\n  lua: {inlineCode: x}\n  wasm: {url: 'http://h/x'}\n"))
                .containsExactly("traffic.oneOf");
        assertThat(errorRules(head + " {}\n")).containsExactly("traffic.oneOf");
        assertThat(errorRules(head + "\n  wasm: [1]\n")).containsExactly("traffic.oneOf");
        assertThat(errorRules(head + "\n  wasm: {}\n")).containsExactly("V-02");
    }

    @Test
    void fieldsAtTheWrongLevel_areUnknown() {
        String text = traffic("p", "url: http://h/x").replace("spec:\n", "spec:\n  url: oci://a/b\n");
        assertThat(messages(text)).hasSize(1).allMatch(line -> line.contains("spec.url: unknown field, ignored"));
        assertThat(messages(traffic("p", "targetRef: {kind: Service, name: a}")))
                .hasSize(1)
                .allMatch(line -> line.contains("spec.wasm.targetRef: unknown field, ignored"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spec: {wasm: {url: 'http://h/x'}, a: b}",
                "spec: {wasm: {url: 'http://h/x', a: b}}",
                "spec: {wasm: {url: 'http://h/x'}, selector: {matchLabels: {a: b}, a: b}}",
                "spec: {wasm: {url: 'http://h/x', vmConfig: {a: b}}}",
                "spec: {wasm: {url: 'http://h/x', vmConfig: {env: [{name: a, a: b}]}}}",
                "spec: {wasm: {url: 'http://h/x'}, match: [{ports: [{number: 1, a: b}]}]}",
                "spec: {wasm: {url: 'http://h/x'}, match: [{a: b}]}",
                "spec: {wasm: {url: 'http://h/x'}, targetRefs: [{kind: Service, name: s, a: b}]}",
                "spec: {image: 'q.io/a/b:1', a: b}",
                "spec: {image: 'q.io/a/b:1', workloadSelector: {labels: {a: b}, a: b}}",
                "spec: {image: 'q.io/a/b:1', imagePullSecrets: [{name: a, a: b}]}",
                "spec: {image: 'q.io/a/b:1'}\na: b",
            })
    void unknownFields_atEveryLevel_areErrorsWhenStrict(String spec) {
        String head = spec.contains("image")
                ? "apiVersion: maistra.io/v1\nkind: ServiceMeshExtension\nmetadata: {name: p}\n"
                : "apiVersion: extensions.istio.io/v1alpha1\nkind: TrafficExtension\nmetadata: {name: p}\n";
        ReadOptions strict = Resources.ANY_MODULE.toBuilder().strict(true).build();
        assertThat(read(head + spec, strict).errors()).extracting(Problem::rule).containsExactly("unknownField");
        assertThat(read(head + spec).errors()).isEmpty();
    }

    @Test
    void sameName_inAnotherKind_isAllowed_andTheHostTellsThemApart() {
        ResourceSet set = read(traffic("p") + "---\n" + named("p", "ns") + "---\n" + named("q", "ns"));
        assertThat(set.errors()).isEmpty();
        assertThat(set.plugins())
                .extracting(PluginSpec::qualifiedName)
                .containsExactly("ns.p/TrafficExtension", "ns.p", "ns.q");
        assertThat(set.plugins()).extracting(PluginSpec::pluginName).containsExactly("ns.p", "ns.p", "ns.q");
        List<PluginResource> chain =
                Selection.of(set.resources(), Workload.any()).chain();
        assertThat(chain)
                .extracting(PluginResource::kind)
                .containsExactly("TrafficExtension", "WasmPlugin", "WasmPlugin");
    }

    @Test
    void lists_ofEveryKind_areRead() {
        String item = "{apiVersion: extensions.istio.io/v1alpha1, kind: TrafficExtension, metadata: {name: a}, spec:"
                + " {wasm: {url: 'http://h/x'}}}";
        assertThat(read("apiVersion: extensions.istio.io/v1alpha1\nkind: TrafficExtensionList\nitems: [" + item + "]\n")
                        .resources())
                .hasSize(1);
        String extension = "{apiVersion: maistra.io/v1, kind: ServiceMeshExtension, metadata: {name: a}, spec: {image:"
                + " quay.io/a/b:1}}";
        assertThat(read("apiVersion: maistra.io/v1\nkind: ServiceMeshExtensionList\nitems: [" + extension + "]\n")
                        .resources())
                .hasSize(1);
        assertThat(read("apiVersion: v1\nkind: List\nitems: [" + item + ", " + extension + "]\n")
                        .resources())
                .extracting(PluginResource::kind)
                .containsExactly("TrafficExtension", "ServiceMeshExtension");
    }
}
