package dev.portafilter.resources;

import static dev.portafilter.resources.Resources.errorRules;
import static dev.portafilter.resources.Resources.named;
import static dev.portafilter.resources.Resources.plugin;
import static dev.portafilter.resources.Resources.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.resources.ModuleUrl.Scheme;
import dev.portafilter.runtime.plugin.Phase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Vectors T-001 to T-034: parsing and validation. */
class ParsingVectorsTest {
    private static final String HEAD = "apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\n";
    private static final String A = "a".repeat(64);
    private static final String B = "b".repeat(64);
    private static final String TARGET = "targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: g";

    @TempDir
    private Path directory;

    @TestFactory
    Stream<DynamicTest> places() {
        return new VectorTable()
                .refused("T-001 a", HEAD + "metadata: {name: p, namespace: ns}\nspec: {}\n", "V-02")
                .refused("T-001 b", HEAD + "metadata: {name: p, namespace: ns}\nspec: null\n", "V-01")
                .valid("T-001 c", plugin())
                .refused("T-002 a", plugin("url: ftp://test.com/test"), "V-04")
                .refused("T-002 b", plugin("url: fake://x"), "V-04")
                .valid("T-003 a", plugin("url: oci://test.com/test"), image("test.com/test:latest"))
                .valid("T-003 b", plugin("url: test.com/test"), image("test.com/test:latest"))
                .valid("T-003 c", plugin("url: test"), image("index.docker.io/library/test:latest"))
                .valid(
                        "T-004",
                        plugin("url: quay.io/my-username/my-plugin:latest"),
                        image("quay.io/my-username/my-plugin:latest"))
                .valid(
                        "T-005 a",
                        plugin("url: private-registry:5000/openid-connect/openid:latest"),
                        image("private-registry:5000/openid-connect/openid:latest"))
                .valid("T-005 b", plugin("url: 10.0.0.5:5000/a:1"), image("10.0.0.5:5000/a:1"))
                .valid("T-005 c", plugin("url: localhost:5000/a"), image("localhost:5000/a:latest"))
                .valid("T-006", plugin("url: oci://my_registry:5000/a"), image("my_registry:5000/a:latest"))
                .refused("T-007", plugin("url: '#%blah$#@'"), "V-06")
                .refused("T-008 a", plugin("url: oci:///x"), "V-05")
                .refused("T-008 b", plugin("url: http:///x"), "V-05")
                .refused("T-008 c", plugin("url: file://"), "V-05")
                .refused("T-008 d", plugin("url: oci://quay.io"), "V-05")
                .refused("T-009", plugin("url: oci:foo/bar"), "V-03")
                .valid("T-010 a", plugin("url: file://fake.wasm"), file("fake.wasm"))
                .valid("T-010 b", plugin("url: file:///opt/filters/openid.wasm"), file("/opt/filters/openid.wasm"))
                .valid("T-010 c", plugin("url: FILE:///x"), file("/x"))
                .valid("T-010 d", plugin("url: file:/x"), file("/x"))
                .refused("T-011 a", plugin("sha256: 01ba47"), "V-08")
                .refused("T-011 b", plugin("sha256: test"), "V-08")
                .refused("T-011 c", plugin("sha256: B" + "a".repeat(63)), "V-09")
                .valid(
                        "T-011 d",
                        plugin("sha256: ''"),
                        resource -> assertThat(module(resource).sha256()).isEmpty())
                .refused("T-012 a", plugin("url: oci://h/r@sha256:" + A, "sha256: " + B), "V-10")
                .valid("T-012 b", plugin("url: oci://h/r@sha256:" + A, "sha256: " + A))
                .refused("T-013 a", plugin("url: oci://h/r@sha256:" + A.substring(1)), "V-07")
                .refused("T-013 b", plugin("url: oci://h/r@sha512:" + A), "V-07")
                .refused("T-013 c", plugin("url: oci://h/r@sha256:" + A.toUpperCase(java.util.Locale.ROOT)), "V-07")
                .refused("T-014 a", plugin("imagePullSecret: ''"), "V-11")
                .refused("T-014 b", plugin("imagePullSecret: " + "s".repeat(254)), "V-11")
                .valid("T-014 c", plugin("imagePullSecret: " + "s".repeat(253)))
                .tests();
    }

    @TestFactory
    Stream<DynamicTest> namesAndEnvironment() {
        return new VectorTable()
                .refused("T-015 a", plugin("pluginName: ''"), "V-12")
                .refused("T-015 b", plugin("pluginName: " + "n".repeat(257)), "V-12")
                .valid("T-015 c", plugin("pluginName: " + "n".repeat(256)))
                .refused("T-016 a", plugin("vmConfig: {env: [{name: ENV1}, {name: ENV1}]}"), "V-23")
                .valid("T-016 b", plugin("vmConfig: {env: [{name: A}, {name: a}]}"))
                .refused("T-016 c", plugin("vmConfig: {env: [{name: ''}]}"), "V-22")
                .refused("T-017 a", plugin("vmConfig: {env: [{name: A, valueFrom: HOST, value: x}]}"), "V-24")
                .valid("T-017 b", plugin("vmConfig: {env: [{name: A, valueFrom: HOST}]}"))
                .valid("T-017 c", plugin("vmConfig: {env: [{name: A, valueFrom: INLINE, value: x}]}"))
                .valid("T-017 d", plugin("vmConfig: {env: [{name: A, value: x}]}"))
                .test("T-018", () -> {
                    String text = plugin("vmConfig: {env: [{name: ISTIO_META_FOO, value: x}, {name: A, value: y}]}");
                    assertThat(Resources.warningRules(text)).containsExactly("V-27");
                    assertThat(read(text).plugins().get(0).environment()).containsOnlyKeys("A");
                })
                .tests();
    }

    @TestFactory
    Stream<DynamicTest> attachment() {
        return new VectorTable()
                .refused("T-019 a", plugin("match: [{ports: [{}]}]"), "V-29")
                .refused("T-019 b", plugin("match: [{ports: [{number: 0}]}]"), "V-29")
                .refused("T-019 c", plugin("match: [{ports: [{number: 65536}]}]"), "V-29")
                .refused("T-019 d", plugin("match: [{ports: [{number: -1}]}]"), "V-29")
                .valid("T-019 e", plugin("match: [{ports: [{number: 1}]}]"))
                .valid("T-019 f", plugin("match: [{ports: [{number: 65535}]}]"))
                .refused("T-020 a", plugin("match: [null]"), "V-28")
                .refused("T-020 b", plugin("match: [{ports: [null]}]"), "V-28")
                .refused("T-021", plugin("selector: {matchLabels: {a: b}}", TARGET + "}"), "V-13")
                .refused("T-022 a", plugin("selector: {matchLabels: {istio: 'bar*'}}"), "V-15")
                .refused("T-022 b", plugin("selector: {matchLabels: {'istio*': bar}}"), "V-15")
                .refused("T-022 c", plugin("selector: {matchLabels: {'': x}}"), "V-14")
                .warned("T-022 d", plugin("selector: {}"), "V-17")
                .refused("T-023 a", plugin(TARGET + ", namespace: x}"), "V-19")
                .refused("T-023 b", plugin("targetRef: {kind: Service}"), "V-18")
                .refused("T-023 c", plugin("targetRef: {kind: wrong-kind, name: a}"), "V-20")
                .refused("T-023 d", plugin("targetRef: {group: wrong-group, kind: Service, name: a}"), "V-20")
                .valid("T-023 e", plugin("targetRef: {group: '', kind: Service, name: a}"))
                .tests();
    }

    @TestFactory
    Stream<DynamicTest> orderAndConfiguration() {
        return new VectorTable()
                .refused("T-024 a", plugin("phase: authn"), "V-31")
                .valid("T-024 b", plugin("phase: ''"), phase(Phase.UNSPECIFIED))
                .valid("T-024 c", plugin("phase: 1"), phase(Phase.AUTHN))
                .valid("T-025 a", plugin("priority: null"), priority(null))
                .refused("T-025 b", plugin("priority: 1.5"), "V-32")
                .refused("T-025 c", plugin("priority: '5'"), "V-32")
                .test("T-025 d", () -> {
                    String text = plugin("priority: 3000000000");
                    assertThat(Resources.warningRules(text)).containsExactly("V-33");
                    priority(3_000_000_000L).accept(read(text).resources().get(0));
                })
                .valid("T-025 e", plugin("priority: -7"), priority(-7L))
                .refused("T-026 a", plugin("pluginConfig: [1]"), "V-34")
                .valid("T-026 b", plugin("pluginConfig: {}"), configuration(""))
                .valid("T-026 c", plugin("pluginConfig: null"), configuration(""))
                .test("T-027", () -> {
                    String text = plugin("imagePullPolcy: Always");
                    assertThat(Resources.warningRules(text)).containsExactly("unknownField");
                    ReadOptions strict =
                            Resources.ANY_MODULE.toBuilder().strict(true).build();
                    assertThat(read(text, strict).errors())
                            .extracting(Problem::rule)
                            .containsExactly("unknownField");
                })
                .refused("T-028 a", plugin("phase: x", "priority: x", "sha256: x"), "V-31", "V-32", "V-08")
                .test("T-028 b", () -> {
                    ResourceSet set = read(plugin("phase: x") + "---\n" + named("good", "ns"));
                    assertThat(set.resources())
                            .extracting(PluginResource::identity)
                            .containsExactly("ns/good");
                })
                .test("T-029", () -> {
                    ResourceSet set = read(plugin() + "---\n" + plugin());
                    assertThat(set.errors()).extracting(Problem::rule).containsExactly("V-40");
                    assertThat(set.resources()).hasSize(1);
                })
                .test("T-030", this::examplesAreValid_andTheFileIsCheckedAgainstItsSha256)
                .tests();
    }

    @TestFactory
    Stream<DynamicTest> keysAndFailure() throws GeneralSecurityException {
        String one = pem(64);
        String other = pem(64);
        String wrapped = one.replaceFirst("(?s)(-----BEGIN PUBLIC KEY-----\n.{20})", "$1\n");
        return new VectorTable()
                .valid("T-031 a", plugin("pluginConfig: " + key(one)), resource -> {
                    assertThat(module(resource).verificationKeys()).hasSize(1);
                    assertThat(resource.wasmPlugin().pluginConfig()).contains("-----BEGIN PUBLIC KEY-----");
                })
                .refused("T-031 b", plugin("pluginConfig: {verificationKey: abc}"), "V-35")
                .refused("T-031 c", plugin("pluginConfig: {verificationKey: 5}"), "V-35")
                .valid("T-032 a", plugin("verificationKey: " + quoted(wrapped), "pluginConfig: " + key(one)))
                .refused("T-032 b", plugin("verificationKey: " + quoted(other), "pluginConfig: " + key(one)), "V-36")
                .valid("T-033", plugin("pluginConfig: {verification_key: x}"), resource -> {
                    assertThat(module(resource).verificationKeys()).isEmpty();
                    configuration("{\"verification_key\":\"x\"}").accept(resource);
                })
                .warned("T-034 a", plugin("failStrategy: FAIL_OPEN", "phase: AUTHN"), "V-38")
                .test("T-034 b", () -> {
                    String text = plugin("failStrategy: FAIL_CLOSED");
                    assertThat(errorRules(text)).containsExactly("V-31");
                    assertThat(Resources.messages(text).get(0)).contains("did you mean FAIL_CLOSE?");
                })
                .tests();
    }

    private void examplesAreValid_andTheFileIsCheckedAgainstItsSha256() throws IOException {
        for (String name : new String[] {"openid-file.yaml", "openid-image.yaml", "plugin.yaml"}) {
            ResourceSet set = ResourceReader.read(name, OssmExamplesTest.bytes(name), Resources.ANY_MODULE);
            assertThat(set.problems()).as(name).isEmpty();
            assertThat(set.resources()).as(name).hasSize(1);
        }
        Path wasm = Files.write(directory.resolve("openid.wasm"), new byte[] {0});
        String text = new String(OssmExamplesTest.bytes("openid-file.yaml"), StandardCharsets.UTF_8)
                .replace("/opt/filters/openid.wasm", wasm.toString());
        var module = read(text, ReadOptions.DEFAULT).plugins().get(0).module();
        assertThatThrownBy(module::load).isInstanceOf(IOException.class).hasMessageContaining("1ef0c9a92b04");
    }

    private static ModuleReference module(PluginResource resource) {
        return resource.model().module();
    }

    private static Consumer<PluginResource> image(String text) {
        return resource -> {
            assertThat(module(resource).url().scheme()).isEqualTo(Scheme.OCI);
            assertThat(module(resource).url().image()).hasToString(text);
        };
    }

    private static Consumer<PluginResource> file(String path) {
        return resource -> {
            assertThat(module(resource).url().scheme()).isEqualTo(Scheme.FILE);
            assertThat(module(resource).url().path()).isEqualTo(path);
        };
    }

    private static Consumer<PluginResource> phase(Phase phase) {
        return resource -> assertThat(resource.spec().phase()).isEqualTo(phase);
    }

    private static Consumer<PluginResource> priority(Long priority) {
        return resource -> {
            assertThat(resource.wasmPlugin().priority()).isEqualTo(priority);
            assertThat(resource.spec().priority()).isEqualTo(priority == null ? 0 : priority);
        };
    }

    private static Consumer<PluginResource> configuration(String text) {
        return resource -> assertThat(new String(resource.spec().configuration(), StandardCharsets.UTF_8))
                .isEqualTo(text);
    }

    private static String key(String pem) {
        return "{verificationKey: " + quoted(pem) + "}";
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\n", "\\n") + "\"";
    }

    private static String pem(int width) throws GeneralSecurityException {
        byte[] key = KeyPairGenerator.getInstance("Ed25519")
                .generateKeyPair()
                .getPublic()
                .getEncoded();
        String text = Base64.getMimeEncoder(width, new byte[] {'\n'}).encodeToString(key);
        return "-----BEGIN PUBLIC KEY-----\n" + text + "\n-----END PUBLIC KEY-----\n";
    }
}
