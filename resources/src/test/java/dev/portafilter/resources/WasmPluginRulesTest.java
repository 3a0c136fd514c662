package dev.portafilter.resources;

import static dev.portafilter.resources.Resources.annotated;
import static dev.portafilter.resources.Resources.errorRules;
import static dev.portafilter.resources.Resources.messages;
import static dev.portafilter.resources.Resources.named;
import static dev.portafilter.resources.Resources.only;
import static dev.portafilter.resources.Resources.plugin;
import static dev.portafilter.resources.Resources.read;
import static dev.portafilter.resources.Resources.valid;
import static dev.portafilter.resources.Resources.warningRules;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.resources.ModuleReference.PullPolicy;
import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.Phase;
import dev.portafilter.runtime.plugin.PluginSpec;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules V-01 to V-40, and vectors T-001 to T-034 without those of the url. */
class WasmPluginRulesTest {
    private static final String A = "a".repeat(64);
    private static final String B = "b".repeat(64);
    private static final String HEAD = "apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\n";

    /** Rule, then lines of the spec with | between them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "V-02; url: null",
                "V-02; url: 5",
                "V-02; url: ''",
                "V-03; url: oci:foo/bar",
                "V-03; url: \"http://h/\\n\"",
                "V-04; url: ftp://test.com/test",
                "V-05; url: file://",
                "V-06; url: '#%blah$#@'",
                "V-07; url: oci://h/r@sha512:00",
                "V-08; sha256: 01ba47",
                "V-08; sha256: test",
                "V-08; sha256: 12",
                "V-09; sha256: 'Baaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'",
                "V-11; imagePullSecret: ''",
                "V-12; pluginName: ''",
                "V-12; pluginName: 5",
                "V-13; selector: {matchLabels: {a: b}} | targetRef: {kind: Service, name: a}",
                "V-13; selector: {matchLabels: {a: b}} | targetRefs: [{kind: Service, name: a}]",
                "V-13; targetRef: {kind: Service, name: a} | targetRefs: [{kind: Service, name: a}]",
                "V-14; selector: {matchLabels: {'': x}}",
                "V-14; selector: x",
                "V-15; selector: {matchLabels: {istio: 'bar*'}}",
                "V-15; selector: {matchLabels: {'istio*': bar}}",
                "V-16; selector: {matchLabels: {version: 1.10}}",
                "V-16; selector: {matchLabels: {a: null}}",
                "V-18; targetRef: {kind: Service}",
                "V-18; targetRef: {name: x}",
                "V-18; targetRefs: [{kind: '', name: x}]",
                "V-18; targetRefs: [null]",
                "V-18; targetRefs: x",
                "V-19; targetRef: {kind: Service, name: a, namespace: b}",
                "V-20; targetRef: {kind: wrong-kind, name: a}",
                "V-20; targetRef: {group: wrong-group, kind: Service, name: a}",
                "V-22; vmConfig: {env: [{name: ''}]}",
                "V-22; vmConfig: {env: [{value: x}]}",
                "V-22; vmConfig: {env: [x]}",
                "V-22; vmConfig: x",
                "V-22; vmConfig: {env: [{name: \"A\\0B\"}]}",
                "V-23; vmConfig: {env: [{name: ENV1}, {name: ENV1}]}",
                "V-24; vmConfig: {env: [{name: A, valueFrom: HOST, value: x}]}",
                "V-25; vmConfig: {env: [{name: A, value: 5}]}",
                "V-25; vmConfig: {env: [{name: A, value: \"x\\0y\"}]}",
                "V-28; match: [null]",
                "V-28; match: [{ports: [null]}]",
                "V-28; match: x",
                "V-29; match: [{ports: [{}]}]",
                "V-29; match: [{ports: [{number: 0}]}]",
                "V-29; match: [{ports: [{number: -1}]}]",
                "V-29; match: [{ports: [{number: 65536}]}]",
                "V-29; match: [{ports: [{number: '80'}]}]",
                "V-30; match: [{ports: [{number: 80}, {number: 80}]}]",
                "V-31; phase: authn",
                "V-31; phase: 4",
                "V-31; phase: -1",
                "V-31; phase: true",
                "V-31; imagePullPolicy: Never",
                "V-31; failStrategy: FAIL_CLOSED",
                "V-31; type: TCP",
                "V-31; match: [{mode: BOTH}]",
                "V-31; vmConfig: {env: [{name: A, valueFrom: FILE}]}",
                "V-32; priority: 1.5",
                "V-32; priority: '5'",
                "V-32; priority: 5.0",
                "V-32; priority: 9223372036854775808",
                "V-34; pluginConfig: [1]",
                "V-34; pluginConfig: text",
                "V-34; pluginConfig: 5",
                "V-35; verificationKey: abc",
                "V-35; verificationKey: ''",
                "V-35; pluginConfig: {verificationKey: abc}",
                "V-35; pluginConfig: {verificationKey: 5}",
            })
    void spec_thatBreaksARule_isRefusedForThatRuleOnly(String rule, String lines) {
        assertThat(errorRules(plugin(lines.split(" \\| ")))).containsExactly(rule);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "V-17; selector: {}",
                "V-17; selector: {matchLabels: {}}",
                "V-26; vmConfig: {env: [{name: a-b}]}",
                "V-27; vmConfig: {env: [{name: ISTIO_META_FOO, value: x}]}",
                "V-33; priority: 3000000000",
                "V-33; priority: -2147483649",
                "V-37; url: file:///x | imagePullPolicy: Always",
                "V-37; url: file:///x | imagePullSecret: s",
                "V-38; phase: AUTHN | failStrategy: FAIL_OPEN",
                "V-38; phase: AUTHZ | failStrategy: 1",
                "unknownField; imagePullPolcy: Always",
                "unknownField; image_pull_policy: Always",
                "yaml.oldBoolean; pluginConfig: {a: yes}",
                "yaml.oldBoolean; pluginConfig: {on: 1}",
                "yaml.oldOctal; pluginConfig: {mode: 0644}",
            })
    void spec_thatIsDoubtful_isUsedWithAWarning(String rule, String lines) {
        assertThat(warningRules(plugin(lines.split(" \\| ")))).containsExactly(rule);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sha256: ''",
                "sha256: null",
                "imagePullPolicy: ''",
                "targetRefs: []",
                "targetRef: {kind: Service, name: a, group: '', namespace: ''}",
                "targetRef: {kind: Service, name: a, group: core}",
                "targetRef: {kind: ServiceEntry, name: a, group: networking.istio.io}",
                "targetRefs: [{kind: Gateway, name: a, group: gateway.networking.k8s.io}]",
                "targetRefs: [{kind: GatewayClass, name: a, group: gateway.networking.k8s.io}]",
                "vmConfig: {env: [{name: A}, {name: a}]}",
                "vmConfig: {env: [{name: A, valueFrom: HOST}]}",
                "vmConfig: {env: [{name: A, valueFrom: HOST, value: ''}]}",
                "vmConfig: {env: [{name: A, valueFrom: INLINE, value: x}]}",
                "vmConfig: {env: [{name: A, value: x}]}",
                "match: [{ports: [{number: 1}, {number: 65535}]}]",
                "match: [{ports: [{number: 80}]}, {ports: [{number: 80}]}]",
                "match: [{mode: 3}]",
                "priority: null",
                "phase: ''",
                "phase: UNSPECIFIED_PHASE",
                "failStrategy: FAIL_OPEN",
                "pluginConfig: null",
                "pluginConfig: {verification_key: x}",
                "pluginConfig: {verificationKey: null}",
            })
    void spec_thatKeepsTheRules_hasNoProblem(String lines) {
        valid(lines.split(" \\| "));
    }

    @Test
    void T001_specMustBeThere() {
        assertThat(errorRules(HEAD + "metadata: {name: p}\nspec: {}\n")).containsExactly("V-02");
        assertThat(errorRules(HEAD + "metadata: {name: p}\nspec: null\n")).containsExactly("V-01");
        assertThat(errorRules(HEAD + "metadata: {name: p}\nspec: [1]\n")).containsExactly("V-01");
        assertThat(errorRules(HEAD + "metadata: {name: p}\n")).containsExactly("V-01");
        valid();
    }

    @Test
    void T012_sha256_mustBeTheDigestOfTheUrl() {
        assertThat(errorRules(plugin("url: oci://h/r@sha256:" + A, "sha256: " + B)))
                .containsExactly("V-10");
        valid("url: oci://h/r@sha256:" + A, "sha256: " + A);
    }

    @Test
    void T011_sha256_isReadAsWritten() {
        assertThat(valid("sha256: " + A).model().module().sha256()).isEqualTo(A);
        assertThat(errorRules(plugin("sha256: " + "1".repeat(64)))).containsExactly("V-08");
        valid("sha256: '" + "1".repeat(64) + "'");
    }

    @Test
    void lengths_areBoundedExactly() {
        assertThat(errorRules(plugin("imagePullSecret: " + "s".repeat(254)))).containsExactly("V-11");
        valid("imagePullSecret: " + "s".repeat(253));
        assertThat(errorRules(plugin("pluginName: " + "s".repeat(257)))).containsExactly("V-12");
        valid("pluginName: " + "s".repeat(256));
        assertThat(errorRules(plugin("vmConfig: {env: [{name: " + "s".repeat(257) + "}]}")))
                .containsExactly("V-22");
        assertThat(errorRules(plugin("vmConfig: {env: [{name: A, value: " + "s".repeat(2049) + "}]}")))
                .containsExactly("V-25");
        valid("vmConfig: {env: [{name: A, value: " + "s".repeat(2048) + "}]}");
        String label = "selector: {matchLabels: {a: " + "s".repeat(63);
        assertThat(errorRules(plugin(label + "s}}"))).containsExactly("V-16");
        valid(label + "}}");
    }

    @Test
    void counts_areBoundedExactly() {
        String reference = "{kind: Service, name: a}";
        valid("targetRefs: " + Collections.nCopies(16, reference));
        assertThat(errorRules(plugin("targetRefs: " + Collections.nCopies(17, reference))))
                .containsExactly("V-21");
        List<String> env =
                IntStream.range(0, 257).mapToObj(i -> "{name: A" + i + "}").toList();
        valid("vmConfig: {env: " + env.subList(0, 256) + "}");
        assertThat(errorRules(plugin("vmConfig: {env: " + env + "}"))).containsExactly("V-25");
        List<String> labels =
                IntStream.range(0, 4097).mapToObj(i -> "l" + i + ": v").toList();
        assertThat(errorRules(plugin("selector: {matchLabels: {" + String.join(", ", labels) + "}}")))
                .containsExactly("V-16");
    }

    @Test
    void T024_enums_areWordsOrNumbers() {
        assertThat(valid("phase: 1").spec().phase()).isEqualTo(Phase.AUTHN);
        assertThat(valid("phase: STATS").spec().phase()).isEqualTo(Phase.STATS);
        assertThat(valid("phase: ''").spec().phase()).isEqualTo(Phase.UNSPECIFIED);
        assertThat(valid().spec().phase()).isEqualTo(Phase.UNSPECIFIED);
        assertThat(valid("failStrategy: 2").spec().failurePolicy()).isEqualTo(FailurePolicy.FAIL_RELOAD);
        assertThat(valid().spec().failurePolicy()).isEqualTo(FailurePolicy.FAIL_CLOSED);
        assertThat(valid("imagePullPolicy: 2").model().module().pullPolicy()).isEqualTo(PullPolicy.ALWAYS);
    }

    @Test
    void T025_priority_isKeptAsWritten() {
        assertThat(valid("priority: null").wasmPlugin().priority()).isNull();
        assertThat(valid().spec().priority()).isZero();
        assertThat(valid("priority: -7").spec().priority()).isEqualTo(-7);
        assertThat(read(plugin("priority: 3000000000")).plugins().get(0).priority())
                .isEqualTo(3_000_000_000L);
        ReadOptions lowest = Resources.ANY_MODULE.toBuilder()
                .unsetPriority(ReadOptions.UnsetPriority.LOWEST)
                .build();
        assertThat(read(plugin(), lowest).plugins().get(0).priority()).isEqualTo(Integer.MIN_VALUE);
    }

    @Test
    void T027_unknownFields_areErrorsWhenStrict() {
        ReadOptions strict = Resources.ANY_MODULE.toBuilder().strict(true).build();
        ResourceSet set = read(plugin("imagePullPolcy: Always"), strict);
        assertThat(set.resources()).isEmpty();
        assertThat(set.errors())
                .hasToString("[plugins.yaml:8:3 spec.imagePullPolcy: unknown field; did you mean imagePullPolicy?]");
    }

    @Test
    void T028_allErrorsOfAResource_areReportedAndOthersLoad() {
        String bad = plugin("phase: x", "priority: x", "sha256: x");
        assertThat(errorRules(bad)).containsExactly("V-31", "V-32", "V-08");
        ResourceSet set = read(bad + "---\n" + named("good", "ns"));
        assertThat(set.errors()).hasSize(3);
        assertThat(set.resources()).extracting(PluginResource::identity).containsExactly("ns/good");
    }

    @Test
    void T029_sameNameTwice_refusesTheLater() {
        ResourceSet set = read(named("p", "ns", "priority: 1") + "---\n" + named("p", "ns", "priority: 2") + "---\n"
                + named("p", "other"));
        assertThat(set.errors())
                .hasToString("[plugins.yaml:13:9 metadata.name: \"ns/p\" stands at plugins.yaml:4:9 already"
                        + " (expected: each name once in a namespace)]");
        assertThat(set.resources())
                .extracting(resource -> resource.spec().priority())
                .containsExactly(1L, 0L);
    }

    @Test
    void T034_nearMiss_getsAHint() {
        assertThat(messages(plugin("failStrategy: FAIL_CLOSED")))
                .containsExactly("plugins.yaml:8:17 spec.failStrategy: \"FAIL_CLOSED\" is not one of its words"
                        + " (expected: FAIL_CLOSE, FAIL_OPEN, FAIL_RELOAD; did you mean FAIL_CLOSE?)");
        assertThat(messages(plugin("phase: authn")).get(0)).endsWith("did you mean AUTHN?)");
    }

    @Test
    void metadata_mustNameTheResource() {
        String spec = "spec: {url: http://h/x}\n";
        assertThat(errorRules(HEAD + spec)).containsExactly("V-39");
        assertThat(errorRules(HEAD + "metadata: {}\n" + spec)).containsExactly("V-39");
        assertThat(errorRules(HEAD + "metadata: {name: 5}\n" + spec)).containsExactly("V-39");
        assertThat(errorRules(HEAD + "metadata: {name: ''}\n" + spec)).containsExactly("V-39");
        assertThat(errorRules(HEAD + "metadata: {name: A_b}\n" + spec)).containsExactly("metadata.name");
        assertThat(errorRules(HEAD + "metadata: {name: a, namespace: a.b}\n" + spec))
                .containsExactly("metadata.namespace");
        assertThat(only(HEAD + "metadata: {name: a.b-c}\n" + spec).identity()).isEqualTo("default/a.b-c");
    }

    @Test
    void T126_names_becomeThoseOfTheSpec() {
        PluginSpec spec = valid("pluginName: my_root").spec();
        assertThat(spec.rootId()).isEqualTo("my_root");
        assertThat(spec.qualifiedName()).isEqualTo("ns.p");
        assertThat(spec.vmId()).isEmpty();
        assertThat(spec.vmConfiguration()).isEmpty();
    }

    @Test
    void T018_T127_environment_isWhatTheVmSees() {
        ReadOptions options = Resources.ANY_MODULE.toBuilder()
                .hostEnvironment(Map.of("SET", "here", "EMPTY", "", "SECRET", "not asked for")::get)
                .build();
        String env = "vmConfig: {env: [{name: UNSET, valueFrom: HOST}, {name: EMPTY, valueFrom: HOST},"
                + " {name: SET, valueFrom: 1}, {name: BARE}, {name: INLINE, value: v},"
                + " {name: ISTIO_META_FOO, value: x}]}";
        assertThat(read(plugin(env), options).plugins().get(0).environment())
                .isEqualTo(Map.of("EMPTY", "", "SET", "here", "BARE", "", "INLINE", "v"));
    }

    @Test
    void annotations_setWhatWasmPluginLacks() {
        PluginSpec spec = only(annotated(
                        "portafilter.dev/vm-id: shared",
                        "portafilter.dev/vm-configuration: vm text",
                        "portafilter.dev/plugin-configuration: plain text",
                        "portafilter.dev/allowed-capabilities: proxy_log, fd_write\tproxy_on_tick",
                        "portafilter.dev/allow-on-headers-stop-iteration: \"true\"",
                        "portafilter.dev/service: \"true\"",
                        "other/annotation: x"))
                .spec();
        assertThat(spec.vmId()).isEqualTo("shared");
        assertThat(spec.vmConfiguration()).isEqualTo("vm text".getBytes(StandardCharsets.UTF_8));
        assertThat(spec.configuration()).isEqualTo("plain text".getBytes(StandardCharsets.UTF_8));
        assertThat(spec.allowedCapabilities()).containsExactlyInAnyOrder("proxy_log", "fd_write", "proxy_on_tick");
        assertThat(spec.allowOnHeadersStopIteration()).isTrue();
        assertThat(spec.service()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "portafilter.dev/service: yes",
                "portafilter.dev/service: true",
                "portafilter.dev/allow-on-headers-stop-iteration: ''",
                "portafilter.dev/allowed-capabilities: proxy-log",
                "portafilter.dev/vm-id: 5",
                "portafilter.dev/plugin-configuration: {a: b}",
            })
    void annotation_withABadValue_isRefused(String annotation) {
        assertThat(errorRules(annotated(annotation))).containsExactly("annotation");
    }

    @Test
    void annotation_thatIsUnknown_getsAHint() {
        assertThat(messages(annotated("portafilter.dev/vmid: x")))
                .containsExactly("plugins.yaml:7:27 metadata.annotations[\"portafilter.dev/vmid\"]: unknown annotation,"
                        + " ignored; did you mean portafilter.dev/vm-id?");
        assertThat(messages(annotated("portafilter.dev/zzzzz: x")).get(0)).contains("expected: vm-id, vm-conf");
    }

    @Test
    void annotation_plugin_configuration_excludesPluginConfig() {
        String both = annotated("portafilter.dev/plugin-configuration: x") + "  pluginConfig: {a: 1}\n";
        assertThat(errorRules(both)).containsExactly("annotation");
        String empty = annotated("portafilter.dev/plugin-configuration: x") + "  pluginConfig: {}\n";
        assertThat(only(empty).spec().configuration()).hasSize(1);
    }

    @Test
    void hostSettings_holdWhereTheResourceSaysNothing() {
        ReadOptions options = Resources.ANY_MODULE.toBuilder()
                .allowOnHeadersStopIteration(true)
                .isolated(true)
                .defaultNamespace("team")
                .build();
        String text = HEAD + "metadata: {name: a}\nspec: {url: http://h/x}\n---\n"
                + annotated("portafilter.dev/allow-on-headers-stop-iteration: 'false'");
        List<PluginSpec> plugins = read(text, options).plugins();
        assertThat(plugins.get(0).namespace()).isEqualTo("team");
        assertThat(plugins.get(0).allowOnHeadersStopIteration()).isTrue();
        assertThat(plugins.get(1).allowOnHeadersStopIteration()).isFalse();
        assertThat(plugins).allMatch(PluginSpec::isolated);
    }

    @Test
    void secrets_areInNoMessage() {
        List<String> messages = messages(plugin(
                "url: http://user:hunter2@h/x",
                "pluginConfig: [hunter2]",
                "verificationKey: hunter2",
                "imagePullSecret: [hunter2]",
                "vmConfig: {env: [{name: A, value: hunter2, valueFrom: HOST}]}"));
        assertThat(messages).hasSize(5).noneMatch(message -> message.contains("hunter2"));
        String duplicate = plugin("pluginConfig: {password: hunter2, password: hunter2}");
        assertThat(messages(duplicate)).hasSize(1).noneMatch(message -> message.contains("hunter2"));
        PluginResource resource = valid("pluginConfig: {a: hunter2}", "vmConfig: {env: [{name: A, value: hunter2}]}");
        assertThat(resource.toString()
                        + resource.model()
                        + resource.wasmPlugin().env()
                        + resource.spec())
                .doesNotContain("hunter2");
        WasmPlugin raw =
                only(annotated("portafilter.dev/plugin-configuration: hunter2")).wasmPlugin();
        assertThat(raw.toString() + raw.metadata() + raw.extras()).doesNotContain("hunter2");
    }
}
