package dev.portafilter.resources;

import static dev.portafilter.resources.Resources.annotated;
import static dev.portafilter.resources.Resources.plugin;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The published schema says of examples what the reader says, as far as its keywords go. */
class SchemaTest {
    private final Schema traffic = new Schema("trafficextension.schema.json");
    private final Schema extension = new Schema("servicemeshextension.schema.json");
    private final Schema all = new Schema("extensions.schema.json");
    private final Schema schema = new Schema("wasmplugin.schema.json");

    @ParameterizedTest
    @ValueSource(strings = {"openid-file", "openid-image", "plugin", "header-append"})
    void examples_fit(String name) throws IOException {
        String text = new String(OssmExamplesTest.bytes(name + ".yaml"), StandardCharsets.UTF_8);
        assertThat(schema.violations(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sha256: ''",
                "phase: 1",
                "priority: null",
                "priority: -7",
                "selector: {matchLabels: {a: b}}",
                "targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g}]",
                "vmConfig: {env: [{name: A, value: x}, {name: B, valueFrom: HOST}]}",
                "match: [{mode: CLIENT, ports: [{number: 80}]}, {}]",
                "type: NETWORK",
                "failStrategy: FAIL_RELOAD",
                "pluginConfig: {verification_key: x, any: [thing]}",
            })
    void goodFields_fit(String line) {
        assertThat(schema.violations(plugin(line))).isEmpty();
        Resources.read(plugin(line));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "url: ''",
                "sha256: 12ab",
                "imagePullPolicy: Never",
                "imagePullSecret: ''",
                "pluginName: 5",
                "selector: {matchLabels: {a: 'b*'}}",
                "selector: {matchLabels: {'*': b}}",
                "targetRef: {kind: Service}",
                "targetRefs: [{kind: Service, name: a, namespace: b}]",
                "vmConfig: {env: [{name: ''}]}",
                "vmConfig: {env: [{name: A, valueFrom: FILE}]}",
                "match: [null]",
                "match: [{ports: [{}]}]",
                "match: [{ports: [{number: 65536}]}]",
                "phase: authn",
                "priority: 1.5",
                "pluginConfig: [1]",
                "verificationKey: abc",
                "pluginConfig: {verificationKey: abc}",
            })
    void badFields_doNotFit(String line) {
        assertThat(schema.violations(plugin(line))).isNotEmpty();
        assertThat(Resources.errorRules(plugin(line))).isNotEmpty();
    }

    @Test
    void unknownFields_doNotFit() {
        assertThat(schema.violations(plugin("imagePullPolcy: Always")))
                .containsExactly("spec.imagePullPolcy: not known");
    }

    @Test
    void secrets_fit_inTheSchemaOfAllKinds() {
        String secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: login}\n";
        String docker = secret + "type: kubernetes.io/dockerconfigjson\n";
        assertThat(all.violations(docker + "data: {.dockerconfigjson: e30=}\n")).isEmpty();
        assertThat(all.violations(docker + "stringData: {.dockerconfigjson: '{}'}\n"))
                .isEmpty();
        assertThat(all.violations(secret)).isEmpty();
        assertThat(all.violations(docker + "data: {.dockerconfigjson: '{}'}\n")).isNotEmpty();
        assertThat(all.violations(docker + "spec: {}\n")).isNotEmpty();
    }

    @Test
    void annotations_areChecked() {
        assertThat(schema.violations(annotated("portafilter.dev/service: 'true'", "other: x")))
                .isEmpty();
        assertThat(schema.violations(annotated("portafilter.dev/service: 'yes'")))
                .isNotEmpty();
        assertThat(schema.violations(annotated("portafilter.dev/allowed-capabilities: a, b")))
                .isEmpty();
    }

    /** Every spec field of the schema is one that the reader knows: it draws no warning of an unknown field. */
    @Test
    void fields_ofTheSchema_areKnownToTheReader() {
        Node.Mapping spec = (Node.Mapping) Schema.at(Schema.at(schema.root(), "$defs"), "spec");
        for (String name :
                ((Node.Mapping) Schema.at(spec, "properties")).members().keySet()) {
            assertThat(Resources.read(plugin(name + ": {}")).problems())
                    .extracting(Problem::rule)
                    .doesNotContain("unknownField");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "phase: PreAuthN",
                "phase: ''",
                "priority: -7",
                "imagePullPolicy: Never",
                "imagePullSecrets: [{name: a}, {name: b}]",
                "workloadSelector: {labels: {a: b}}",
                "workloadSelector: {labels: {}}",
                "config: {a: [1]}",
                "image: registry.io:8080/corp/repo:latest",
            })
    void goodExtensions_fit(String line) {
        String text = Resources.extension(line);
        assertThat(extension.violations(text)).isEmpty();
        assertThat(all.violations(text)).isEmpty();
        assertThat(Resources.read(text).errors()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "phase: AUTHN",
                "priority: 1.5",
                "imagePullPolicy: never",
                "imagePullSecrets: [{}]",
                "workloadSelector: {}",
                "workloadSelector: {labels: {a: 'b*'}}",
                "config: text",
                "config: [1]",
                "image: ''",
                "image: test",
            })
    void badExtensions_doNotFit(String line) {
        String text = Resources.extension(line);
        assertThat(extension.violations(text)).isNotEmpty();
        assertThat(all.violations(text)).isNotEmpty();
        assertThat(Resources.read(text).errors()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"maistra.io/v1alpha1", "extensions.maistra.io/v1alpha1"})
    void extensionsOfOldVersions_haveTextAsConfig(String version) {
        String good = Resources.extension("config: text").replace("maistra.io/v1", version);
        String bad = Resources.extension("config: {a: b}").replace("maistra.io/v1", version);
        assertThat(extension.violations(good)).isEmpty();
        assertThat(Resources.read(good).errors()).isEmpty();
        assertThat(extension.violations(bad)).isNotEmpty();
        assertThat(Resources.read(bad).errors()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "phase: UNSPECIFIED | wasm: {url: oci://a/b}",
                "phase: 1 | wasm: {url: oci://a/b, pluginConfig: {a: 1}, type: NETWORK}",
                "match: [{mode: CLIENT}] | wasm: {url: oci://a/b, failStrategy: FAIL_OPEN}",
                "targetRefs: [{kind: Service, name: a}] | wasm: {url: oci://a/b, vmConfig: {env: [{name: A}]}}",
            })
    void goodTrafficExtensions_fit(String lines) {
        String text = trafficExtension(lines);
        assertThat(traffic.violations(text)).isEmpty();
        assertThat(all.violations(text)).isEmpty();
        assertThat(Resources.read(text).errors()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "phase: AUTHN",
                "lua: {inlineCode: x}",
                "lua: {inlineCode: x} | wasm: {url: oci://a/b}",
                "phase: UNSPECIFIED_PHASE | wasm: {url: oci://a/b}",
                "wasm: {}",
                "wasm: {url: oci://a/b, sha256: 12ab}",
                "wasm: {url: oci://a/b, pluginConfig: [1]}",
                "wasm: [1]",
            })
    void badTrafficExtensions_doNotFit(String lines) {
        String text = trafficExtension(lines);
        assertThat(traffic.violations(text)).isNotEmpty();
        assertThat(all.violations(text)).isNotEmpty();
        assertThat(Resources.read(text).errors()).isNotEmpty();
    }

    @Test
    void everyKind_fitsItsOwnSchemaOnly_andTheCommonOne() {
        String wasmPlugin = plugin("phase: AUTHN");
        String trafficExtension = trafficExtension("wasm: {url: oci://a/b}");
        String meshExtension = Resources.extension("phase: PreAuthN");
        for (String text : List.of(wasmPlugin, trafficExtension, meshExtension)) {
            assertThat(all.violations(text)).isEmpty();
            assertThat(List.of(schema, traffic, extension).stream()
                            .filter(one -> one.violations(text).isEmpty()))
                    .hasSize(1);
        }
        assertThat(all.violations("apiVersion: v1\nkind: List\nitems:\n- " + wasmPlugin.replace("\n", "\n  ")))
                .isEmpty();
        assertThat(all.violations("apiVersion: v1\nkind: List\nitems:\n- {kind: ConfigMap}\n"))
                .isNotEmpty();
        assertThat(all.violations("apiVersion: v1\nkind: ConfigMap\n")).isNotEmpty();
    }

    /** There are four files so that each stands alone; what they have in common is the same in all. */
    @Test
    void definitions_ofOneName_areTheSameInEverySchema() {
        Map<String, Node.Member> common = members(all.root(), "$defs");
        for (Schema one : List.of(schema, traffic, extension)) {
            members(one.root(), "$defs")
                    .forEach((name, definition) -> assertThat(JsonText.of(definition.value()))
                            .as(name)
                            .isEqualTo(JsonText.of(common.get(name).value())));
            Map<String, Node.Member> kind = new LinkedHashMap<>(one.root().members());
            String title = ((Node.Text) kind.get("title").value()).value();
            kind.keySet().removeAll(List.of("$schema", "$id", "$defs"));
            assertThat(JsonText.of(new Node.Mapping(kind, one.root().position())))
                    .isEqualTo(JsonText.of(common.get(title).value()));
        }
        Map<String, Node.Member> ofWasmPlugin =
                members(Schema.at(Schema.at(schema.root(), "$defs"), "spec"), "properties");
        Node spec = Schema.at(Schema.at(traffic.root(), "$defs"), "trafficExtensionSpec");
        Map<String, Node.Member> outer = members(spec, "properties");
        Map<String, Node.Member> inner = members(Schema.at(Schema.at(spec, "properties"), "wasm"), "properties");
        assertThat(Stream.of(outer, inner).flatMap(fields -> fields.keySet().stream()))
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                ofWasmPlugin.keySet().stream().filter(name -> !name.equals("targetRef")),
                                Stream.of("wasm"))
                        .toList());
        inner.forEach((name, field) -> assertThat(JsonText.of(field.value()))
                .as(name)
                .isEqualTo(JsonText.of(ofWasmPlugin.get(name).value())));
    }

    private static Map<String, Node.Member> members(Node node, String name) {
        return ((Node.Mapping) Schema.at(node, name)).members();
    }

    private static String trafficExtension(String lines) {
        return "apiVersion: extensions.istio.io/v1alpha1\nkind: TrafficExtension\nmetadata: {name: p}\nspec:\n  "
                + lines.replace(" | ", "\n  ") + "\n";
    }
}
