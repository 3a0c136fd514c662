package dev.portafilter.resources;

import static dev.portafilter.resources.Resources.extension;
import static dev.portafilter.resources.Resources.messages;
import static dev.portafilter.resources.Resources.named;
import static dev.portafilter.resources.Resources.namedExtension;
import static dev.portafilter.resources.Resources.onlyExtension;
import static dev.portafilter.resources.Resources.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.resources.ModuleReference.Layout;
import dev.portafilter.resources.ModuleReference.PullPolicy;
import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.Phase;
import dev.portafilter.runtime.plugin.PluginSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * ServiceMeshExtensions as they are read: sections 3.1 to 3.4, and of the vectors T-035 to T-055 those about reading. Those
 * about migration are in MigrationTest, those about manifests in ManifestTest, those about layers in ImageFetcherTest of the
 * registry, and T-048 in RuntimeVectorsTest of the kit.
 */
class ServiceMeshExtensionTest {
    private static final Workload GATEWAY = Workload.DEFAULT.withNamespace("ns").withPort(8080);

    @TestFactory
    Stream<DynamicTest> vectorsOfPlaceAndImage() {
        return new VectorTable()
                .test("T-037", () -> {
                    PluginResource resource = onlyExtension(extension());
                    assertThat(resource.pending()).isTrue();
                    PluginResource resolved = resource.withManifest(new Manifest(Phase.PRE_AUTHZ, 100L, "m.wasm"));
                    assertThat(resolved.pending()).isFalse();
                    assertPlace(resolved, Phase.PRE_AUTHZ, 100);
                })
                .test("T-038 a", () -> {
                    PluginResource resource = onlyExtension(extension("priority: 0"));
                    assertPlace(
                            resource.withManifest(new Manifest(Phase.PRE_AUTHZ, 100L, "m.wasm")), Phase.PRE_AUTHZ, 0);
                })
                .test("T-038 b", () -> {
                    PluginResource resource = onlyExtension(extension("phase: PostAuthZ"));
                    assertPlace(resource, Phase.POST_AUTHZ, 0);
                    assertPlace(
                            resource.withManifest(new Manifest(Phase.PRE_AUTHN, 100L, "m.wasm")),
                            Phase.POST_AUTHZ,
                            100);
                })
                .test("T-044 a", () -> refused("image: ''", "V-02"))
                .test("T-044 b", () -> refused("image: r/a@sha256:" + "a".repeat(63), "V-07"))
                .test("T-044 c", () -> refused("image: 'r/a@sha256:41@f2aa'", "V-07"))
                .test("T-045", () -> {
                    ModuleReference module = onlyExtension(extension("image: registry.io:8080/corp/repo:latest"))
                            .model()
                            .module();
                    assertThat(module.url().image()).hasToString("registry.io:8080/corp/repo:latest");
                    assertThat(module.url().image().host()).isEqualTo("registry.io:8080");
                    assertThat(module.effectivePullPolicy()).isEqualTo(PullPolicy.ALWAYS);
                })
                .tests();
    }

    @TestFactory
    Stream<DynamicTest> vectorsOfScopeAndConfiguration() {
        String v1alpha1 = extension("config: '%s'").replace("maistra.io/v1", "maistra.io/v1alpha1");
        return new VectorTable()
                .test("T-046", () -> {
                    Workload labelled = Workload.DEFAULT.withNamespace("b").withLabels(Map.of("app", "x"));
                    String labels = "workloadSelector: {labels: {app: x}}";
                    assertThat(chain(labelled, namedExtension("r", "istio-system", "phase: PreAuthN", labels)))
                            .containsExactly("r");
                    assertThat(chain(labelled, namedExtension("a", "a", "phase: PreAuthN", labels)))
                            .isEmpty();
                })
                .test(
                        "T-047",
                        () -> assertThat(chain(GATEWAY, extension("phase: PreAuthN")))
                                .containsExactly("x"))
                .test(
                        "T-049 a",
                        () -> assertThat(configuration(v1alpha1.formatted("{\"a\": 1}")))
                                .isEqualTo("{\"a\":1}"))
                .test("T-049 b", () -> {
                    assertThat(configuration(v1alpha1.formatted("not json"))).isEqualTo("not json");
                    assertThat(configuration(extension("config: {raw_v1alpha1_config: not json}")))
                            .isEqualTo("not json");
                })
                .test("T-050", () -> {
                    assertThat(configuration(extension())).isEmpty();
                    assertThat(configuration(extension("config: {}"))).isEqualTo("{}");
                    assertThat(configuration(extension("config: {b: 1, a: x}"))).isEqualTo("{\"a\":\"x\",\"b\":1}");
                })
                .test("T-051", () -> {
                    PluginSpec spec = onlyExtension(extension()).spec();
                    assertThat(spec.rootId()).isEqualTo("x_root");
                    assertThat(spec.pluginName()).isEqualTo("x");
                    assertThat(spec.qualifiedName()).isEqualTo("ns.x");
                    assertThat(spec.vmId()).isEmpty();
                    assertThat(spec.failurePolicy()).isEqualTo(FailurePolicy.FAIL_CLOSED);
                })
                .test("T-052", () -> {
                    ResourceSet set =
                            read(extension("imagePullPolicy: Never", "imagePullSecrets: [{name: a}, {name: b}]"));
                    assertThat(set.problems()).extracting(Problem::rule).containsExactly("sme.deprecated", "sme.never");
                    ModuleReference module = set.resources().get(0).model().module();
                    assertThat(module.pullPolicy()).isEqualTo(PullPolicy.IF_NOT_PRESENT);
                    assertThat(module.imagePullSecrets()).containsExactly("a", "b");
                })
                .test("T-054", () -> {
                    String both = extension("phase: PreAuthN", "image: quay.io/x/i:1") + "---\n"
                            + named("w", "ns", "url: quay.io/x/i:2");
                    Selection selection = Selection.of(read(both).resources(), GATEWAY);
                    assertThat(selection.chain()).hasSize(2);
                    assertThat(selection.warnings())
                            .hasToString("[plugins.yaml:1:1 metadata.name: \"ns/x\" shares the image quay.io/x/i with"
                                    + " WasmPlugin ns/w at plugins.yaml:10:1, and both run on every request that they"
                                    + " are for (expected: one of them: the older one is deleted before the newer one"
                                    + " is created)]");
                })
                .tests();
    }

    @Test
    void example_ofTheDocumentation_isReadInFull() throws Exception {
        ResourceSet set = ResourceReader.read(
                "e.yaml", OssmExamplesTest.bytes("header-append-extension.yaml"), Resources.ANY_MODULE);
        assertThat(set.problems())
                .hasToString("[e.yaml:2:7 kind: is deprecated (expected: WasmPlugin; portafilter migrate writes it)]");
        PluginResource resource = set.resources().get(0);
        assertThat(resource).hasToString("ServiceMeshExtension istio-system/header-append at e.yaml:1:1");
        assertThat(resource.model().attachment().selector()).isEqualTo(Map.of("app", "httpbin"));
        assertThat(resource.model().module().layout()).isEqualTo(Layout.EXTENSION);
        assertThat(resource.model().module().url()).hasToString("oci://quay.io/maistra-dev/header-append-filter:2.2");
        assertPlace(resource, Phase.POST_AUTHZ, 100);
        assertThat(resource.spec().joinsWhenReady()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "maistra.io/v1, ''",
        "maistra.io/v1alpha1, ''",
        "extensions.maistra.io/v1alpha1, sme.apiVersion",
    })
    void apiVersions_areAllKnown(String apiVersion, String more) {
        List<String> rules = read(extension().replace("maistra.io/v1", apiVersion)).problems().stream()
                .map(Problem::rule)
                .toList();
        assertThat(rules).contains("sme.deprecated").hasSize(more.isEmpty() ? 1 : 2);
        assertThat(more.isEmpty() || rules.contains(more)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "V-05; image: test",
                "V-06; image: quay.io/a/B:1",
                "V-02; image: null",
                "V-11; imagePullSecrets: [{}]",
                "V-11; imagePullSecrets: [{name: ''}]",
                "V-11; imagePullSecrets: x",
                "V-14; workloadSelector: x",
                "V-15; workloadSelector: {labels: {a: 'b*'}}",
                "V-16; workloadSelector: {labels: {a: 1}}",
                "sme.labels; workloadSelector: {}",
                "V-31; phase: AUTHN",
                "V-31; phase: preauthn",
                "V-31; phase: 1",
                "V-31; imagePullPolicy: never",
                "V-32; priority: high",
                "V-32; priority: 9223372036854775808",
                "V-34; config: text",
                "V-34; config: [1]",
            })
    void spec_thatBreaksARule_isRefused(String rule, String line) {
        refused(line, rule);
    }

    @Test
    void configAsMapping_isNotForV1alpha1() {
        ResourceSet set = read(extension("config: {a: 1}").replace("maistra.io/v1", "maistra.io/v1alpha1"));
        assertThat(set.errors()).extracting(Problem::rule).containsExactly("V-34");
    }

    @Test
    void messages_nameTheField() {
        assertThat(messages(extension("image: quay.io/a/b", "pirority: 1")))
                .containsExactly(
                        "plugins.yaml:2:7 kind: is deprecated (expected: WasmPlugin; portafilter migrate writes it)",
                        "plugins.yaml:7:10 spec.image: \"quay.io/a/b\" has no tag (expected: host/repository:tag)",
                        "plugins.yaml:8:3 spec.pirority: unknown field, ignored; did you mean priority?");
        assertThat(read(extension(), ReadOptions.DEFAULT).errors())
                .hasToString("[plugins.yaml:7:10 spec.image: oci:// is not supported yet (expected: file://)]");
    }

    @Test
    void resource_withoutPhase_isInNoChainUntilItsManifestIsKnown() {
        PluginResource resource = onlyExtension(extension());
        Selection selection = Selection.of(List.of(resource), GATEWAY);
        assertThat(selection.chain()).isEmpty();
        assertThat(selection.excluded())
                .hasToString("[ns/x does not apply: spec.phase is not set, and manifest.yaml of its image not known]");
        assertThat(selection.excluded().get(0).reason()).isEqualTo(Selection.Reason.PENDING);
        PluginResource resolved = resource.withManifest(new Manifest(Phase.PRE_STATS, 1L, "m"));
        assertThat(Selection.of(List.of(resolved), GATEWAY).chain()).hasSize(1);
        PluginResource plugin = Resources.valid();
        assertThatThrownBy(() -> plugin.withManifest(new Manifest(Phase.PRE_STATS, 1L, "m")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("WasmPlugin ns/p");
    }

    @Test
    void manifest_mayLackWhatTheResourceSays() {
        ServiceMeshExtension both = (ServiceMeshExtension)
                onlyExtension(extension("phase: PreAuthN", "priority: 5")).model();
        assertThat(both.overridesManifest()).isTrue();
        ServiceMeshExtension one = (ServiceMeshExtension)
                onlyExtension(extension("phase: PreAuthN")).model();
        assertThat(one.overridesManifest()).isFalse();
        PluginResource placed =
                onlyExtension(extension("phase: PreAuthN", "priority: 5")).withManifest(new Manifest(null, null, "m"));
        assertPlace(placed, Phase.PRE_AUTHN, 5);
    }

    @ParameterizedTest
    @CsvSource({"GATEWAY, true", "SIDECAR_INBOUND, true", "SIDECAR_OUTBOUND, false"})
    void traffic_isThatOfGateways_andWhatSidecarsReceive(Workload.Side side, boolean applies) {
        List<String> chain = chain(GATEWAY.withSide(side), extension("phase: PreAuthN"));
        assertThat(chain).hasSize(applies ? 1 : 0);
    }

    @Test
    void blockUntilReady_makesRequestsWait() {
        ReadOptions options =
                Resources.ANY_MODULE.toBuilder().blockUntilReady(true).build();
        assertThat(read(extension(), options).plugins().get(0).joinsWhenReady()).isFalse();
        assertThat(Resources.valid().spec().joinsWhenReady()).isFalse();
    }

    @Test
    void pluginThatFailsOpen_isNotWaitedFor_unlessItIsAFile() {
        assertThat(joins("failStrategy: FAIL_OPEN", "url: oci://a.io/b")).isTrue();
        assertThat(joins("failStrategy: FAIL_OPEN", "url: https://a.io/b")).isTrue();
        assertThat(joins("failStrategy: FAIL_OPEN", "url: file://b.wasm")).isFalse();
        assertThat(joins("failStrategy: FAIL_CLOSE", "url: oci://a.io/b")).isFalse();
        assertThat(joins("failStrategy: FAIL_RELOAD", "url: oci://a.io/b")).isFalse();
    }

    private static boolean joins(String... lines) {
        return read(Resources.plugin(lines), Resources.ANY_MODULE)
                .plugins()
                .get(0)
                .joinsWhenReady();
    }

    @Test
    void ties_areBrokenByNameAndImageTogether() {
        String text = namedExtension("a", "ns", "phase: PreAuthZ", "priority: 5", "image: z.io/x/i:1") + "---\n"
                + namedExtension("ab", "ns", "phase: PreAuthZ", "priority: 5", "image: c.io/x/i:1");
        assertThat(chain(GATEWAY, text)).containsExactly("ab", "a");
    }

    @Test
    void doubleActivation_ofEqualNames_isToldForEveryPairOfKinds() {
        String text = namedExtension("p", "ns", "phase: PreAuthN") + "---\n" + named("p", "ns") + "---\n"
                + named("p", "ns")
                        .replace("kind: WasmPlugin", "kind: TrafficExtension")
                        .replace("  url: http", "  wasm:\n    url: http")
                + "---\n" + named("q", "ns");
        Selection selection = Selection.of(read(text).resources(), GATEWAY);
        assertThat(selection.chain()).hasSize(4);
        assertThat(selection.warnings())
                .hasSize(2)
                .allMatch(problem -> problem.rule().equals("extension.doubleActive"));
    }

    @Test
    void doubleActivation_onOtherWorkloads_isNone() {
        String text = extension("phase: PreAuthN", "image: quay.io/x/i:1") + "---\n"
                + named("w", "ns", "url: quay.io/x/i:2", "selector: {matchLabels: {a: b}}");
        assertThat(Selection.of(read(text).resources(), GATEWAY).warnings()).isEmpty();
    }

    @Test
    void hostVariables_areKept_whenTheHostDoesNotGiveThem() {
        String text = Resources.plugin(
                "vmConfig: {env: [{name: A, valueFrom: HOST}, {name: B, valueFrom: HOST}, {name: C, value: c}]}");
        ReadOptions options = Resources.ANY_MODULE.toBuilder()
                .hostEnvironment(name -> "of the host")
                .hostAllow(java.util.Set.of("A"))
                .build();
        ResourceSet set = read(text, options);
        assertThat(set.plugins().get(0).environment()).isEqualTo(Map.of("A", "of the host", "C", "c"));
        assertThat(set.problems())
                .hasToString(
                        "[plugins.yaml:8:55 spec.vmConfig.env[1].name: \"B\" is kept from the plugin: this host does"
                                + " not give it away (expected: a name in env.hostAllow)]");
    }

    private static void assertPlace(PluginResource resource, Phase phase, long priority) {
        assertThat(resource.spec().phase()).isEqualTo(phase);
        assertThat(resource.spec().priority()).isEqualTo(priority);
        ServiceMeshExtension extension = (ServiceMeshExtension) resource.model();
        assertThat(extension.effectivePhase()).isEqualTo(phase);
        assertThat(extension.effectivePriority()).isEqualTo(priority);
    }

    private static void refused(String line, String rule) {
        ResourceSet set = read(extension(line));
        assertThat(set.errors()).extracting(Problem::rule).containsExactly(rule);
        assertThat(set.resources()).isEmpty();
    }

    private static String configuration(String text) {
        return new String(onlyExtension(text).spec().configuration(), StandardCharsets.UTF_8);
    }

    private static List<String> chain(Workload workload, String text) {
        return Selection.of(read(text).resources(), workload).chain().stream()
                .map(resource -> resource.spec().name())
                .toList();
    }
}
