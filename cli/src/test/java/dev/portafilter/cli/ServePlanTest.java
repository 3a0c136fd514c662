package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.resources.PluginResource;
import dev.portafilter.resources.Selection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code serve} makes of its settings. */
class ServePlanTest {
    @TempDir
    Path directory;

    @BeforeEach
    void writeResources() throws IOException {
        Files.writeString(
                directory.resolve("plugins.yaml"),
                resource("b", "", "phase: AUTHN")
                        + resource("a", "namespace: istio-system", "phase: AUTHN")
                        + resource("unset-last", "", "phase: AUTHN, priority: -5")
                        + resource("on-8080", "", "match: [{ports: [{number: 8080}]}]")
                        + resource("tcp-on-9000", "", "type: NETWORK, match: [{ports: [{number: 9000}]}]")
                        + resource("labelled", "", "selector: {matchLabels: {app: shop}}")
                        + resource("elsewhere", "namespace: other", "phase: STATS"));
    }

    private static String resource(String name, String metadata, String spec) {
        return "---\napiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nmetadata: {name: " + name
                + (metadata.isEmpty() ? "" : ", " + metadata) + "}\nspec: {url: \"file://x.wasm\", " + spec + "}\n";
    }

    @Test
    void plan_withoutAWorkload_takesEverything() throws Exception {
        Selection selection = plan("tcp-listen: 127.0.0.1:0\ntcp-upstream: 127.0.0.1:1\n");
        assertThat(selection.excluded()).isEmpty();
        assertThat(names(selection.chain()))
                .containsExactly("a", "b", "unset-last", "elsewhere", "labelled", "on-8080");
        assertThat(names(selection.network())).containsExactly("tcp-on-9000");
    }

    @Test
    void plan_forAWorkload_takesWhatIsForIt() throws Exception {
        Selection selection = plan("namespace: ingress\nlisten: 127.0.0.1:8080\nlabels: {app: shop}\n"
                + "tcp-listen: 127.0.0.1:9000\ntcp-upstream: 127.0.0.1:1\n");
        assertThat(names(selection.chain())).containsExactly("a", "b", "unset-last", "labelled", "on-8080");
        assertThat(names(selection.network())).containsExactly("tcp-on-9000");
        assertThat(selection.excluded())
                .hasToString("[other/elsewhere does not apply: namespace other (expected: ingress or istio-system)]");
        assertThat(selection.chain().get(1).identity()).isEqualTo("ingress/b");
    }

    @Test
    void plan_forOtherPortsAndLabels_saysWhatIsLeftOut() throws Exception {
        Selection selection = plan("namespace: ingress\nlisten: 127.0.0.1:8081\nlabels: {app: other}\n"
                + "tcp-listen: 127.0.0.1:8080\ntcp-upstream: 127.0.0.1:1\n");
        assertThat(selection.excluded())
                .extracting(Selection.Exclusion::toString)
                .contains(
                        "ingress/on-8080 does not apply: no match fits GATEWAY on port 8081",
                        "ingress/tcp-on-9000 does not apply: no match fits GATEWAY on port 8080",
                        "ingress/labelled does not apply: label app is \"other\" (expected: \"shop\")");
    }

    @Test
    void plan_inIstiosOrder_hasIt() throws Exception {
        Selection selection = plan("namespace: ingress\norder: {tieBreak: istio, unsetPriority: lowest}\n");
        assertThat(names(selection.chain())).startsWith("unset-last", "b", "a");
    }

    @Test
    void plan_settingsThatExcludeEachOther_areRefused() {
        assertThatThrownBy(() -> plan("reload: {baseInterval: 2s, baseMillis: 1000}\n"))
                .isInstanceOf(ServePlan.Refused.class)
                .hasMessageContaining("settings.yaml:1:40: reload.baseMillis: stands beside reload.baseInterval");
    }

    @Test
    void plan_wrongValues_areToldWhereTheyStand() {
        assertThatThrownBy(() -> plan("listen: here\nclusters: {auth: nowhere}\nnode.metadata: {a: [.nan]}\n"))
                .isInstanceOf(ServePlan.Refused.class)
                .hasMessageContaining("settings.yaml:1:9: listen: \"here\" is no endpoint")
                .hasMessageContaining("settings.yaml:2:11: clusters: auth: \"nowhere\" is no server");
    }

    @Test
    void plan_ofVariables_isThatOfAFile() throws Exception {
        Map<String, String> environment = Map.of(
                "PORTAFILTER_CONFIG", directory.resolve("plugins.yaml").toString(),
                "PORTAFILTER_UPSTREAM", "http://127.0.0.1:1",
                "PORTAFILTER_NAMESPACE", "ingress",
                "PORTAFILTER_DRAIN_TIMEOUT", "2s");
        ServePlan plan = ServePlan.of(new ServeFlags(), environment::get);
        assertThat(plan.resources().selection().excluded()).isNotEmpty();
        assertThat(plan.workers().retireMillis()).isEqualTo(2_000);
        assertThat(plan.keepLastGood()).isTrue();
    }

    private Selection plan(String settings) throws IOException, ServePlan.Refused {
        ServeFlags flags = new ServeFlags();
        flags.upstream = "http://127.0.0.1:1";
        flags.settings = Files.writeString(directory.resolve("settings.yaml"), settings + "config: plugins.yaml\n");
        return ServePlan.of(flags, name -> null).resources().selection();
    }

    private static List<String> names(List<PluginResource> resources) {
        return resources.stream().map(resource -> resource.spec().name()).toList();
    }
}
