package dev.portafilter.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.resources.ModuleReference.PullPolicy;
import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.Phase;
import dev.portafilter.runtime.plugin.PluginSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The examples of the OpenShift Service Mesh documentation: vectors T-030 and O-01. */
class OssmExamplesTest {
    private static final Workload INGRESS = Workload.DEFAULT
            .withNamespace("istio-ingress")
            .withLabels(Map.of("istio", "ingressgateway"))
            .withPort(8080);

    @Test
    void openidFromAFile_isReadInFull() throws IOException {
        ResourceSet set = read("openid-file.yaml", ReadOptions.DEFAULT);
        assertThat(set.problems()).isEmpty();
        PluginResource resource = set.resources().get(0);
        assertThat(resource.identity()).isEqualTo("istio-ingress/openid-connect");
        assertThat(resource.model().attachment().selector()).isEqualTo(Map.of("istio", "ingressgateway"));
        assertThat(resource.model().module().sha256()).startsWith("1ef0").endsWith("6210");
        PluginSpec spec = resource.spec();
        assertThat(spec.module())
                .isEqualTo(new FileModule(
                        Path.of("/opt/filters/openid.wasm"),
                        resource.model().module().sha256()));
        assertThat(spec.phase()).isEqualTo(Phase.AUTHN);
        assertThat(spec.priority()).isZero();
        assertThat(spec.failurePolicy()).isEqualTo(FailurePolicy.FAIL_CLOSED);
        assertThat(new String(spec.configuration(), StandardCharsets.UTF_8))
                .isEqualTo("{\"openid_realm\":\"ingress\",\"openid_server\":\"authn\"}");
    }

    @Test
    void openidFromARegistry_isReadInFull() throws IOException {
        ModuleReference module = only("openid-image.yaml").model().module();
        assertThat(module.url().image()).hasToString("private-registry:5000/openid-connect/openid:latest");
        assertThat(module.pullPolicy()).isEqualTo(PullPolicy.IF_NOT_PRESENT);
        assertThat(module.imagePullSecrets()).containsExactly("private-registry-pull-secret");
        assertThat(only("plugin.yaml").model().module().pullPolicy()).isEqualTo(PullPolicy.ALWAYS);
    }

    @Test
    void examplesTogether_standInTheOrderOfTheText() throws IOException {
        List<PluginResource> all = new ArrayList<>();
        all.addAll(read("acl.yaml", Resources.ANY_MODULE).resources());
        all.addAll(read("openid-image.yaml", Resources.ANY_MODULE).resources());
        Selection selection = Selection.of(all, INGRESS);
        assertThat(selection.plugins())
                .extracting(PluginSpec::name)
                .containsExactly("openid-connect", "acl-check", "check-header");
        assertThat(selection.excluded()).isEmpty();
    }

    @Test
    void headerAppend_appliesToItsWorkloadInEveryNamespace() throws IOException {
        PluginResource resource = only("header-append.yaml");
        assertThat(resource.wasmPlugin().pluginConfig())
                .isEqualTo("{\"another-header\":\"another-value\",\"first-header\":\"some-value\"}");
        Workload httpbin = Workload.DEFAULT.withNamespace("bin").withLabels(Map.of("app", "httpbin"));
        assertThat(Selection.of(List.of(resource), httpbin).chain()).hasSize(1);
        assertThat(Selection.of(List.of(resource), INGRESS).chain()).isEmpty();
    }

    private static PluginResource only(String name) throws IOException {
        ResourceSet set = read(name, Resources.ANY_MODULE);
        assertThat(set.problems()).isEmpty();
        assertThat(set.resources()).hasSize(1);
        return set.resources().get(0);
    }

    private static ResourceSet read(String name, ReadOptions options) throws IOException {
        return ResourceReader.read(name, bytes(name), options);
    }

    static byte[] bytes(String name) throws IOException {
        try (InputStream in = OssmExamplesTest.class.getResourceAsStream("/ossm/" + name)) {
            assertThat(in).as(name).isNotNull();
            return in.readAllBytes();
        }
    }
}
