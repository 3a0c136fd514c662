package dev.portafilter.resources;

import static dev.portafilter.resources.Resources.ANY_MODULE;
import static dev.portafilter.resources.Resources.annotated;
import static dev.portafilter.resources.Resources.named;
import static dev.portafilter.resources.Resources.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.resources.Explanation.HostStep;
import dev.portafilter.resources.Explanation.IstioDifference;
import dev.portafilter.resources.Explanation.IstioDifference.Cause;
import dev.portafilter.resources.Explanation.Place;
import dev.portafilter.resources.Explanation.Step;
import dev.portafilter.resources.ReadOptions.UnsetPriority;
import dev.portafilter.resources.Workload.Side;
import dev.portafilter.runtime.plugin.Phase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplanationTest {
    private static final Workload INGRESS = Workload.DEFAULT
            .withNamespace("ingress")
            .withLabels(Map.of("istio", "ingressgateway"))
            .withPort(8080);
    private static final String OPENID = named("openid", "ingress", "phase: AUTHN");
    private static final String ACL = named("acl-check", "ingress", "phase: AUTHZ", "priority: 1000");
    private static final String HEADER = named("check-header", "ingress", "phase: AUTHZ", "priority: 10");

    @TempDir
    Path directory;

    @Test
    void O01_O25_chain_hasTheHostsSteps_andAResponseGoesBackwards() {
        Explanation explanation = explain(INGRESS, HEADER, ACL, OPENID);
        assertThat(steps(explanation.http()))
                .isEqualTo("openid [authn] acl-check check-header [authz] [stats] [router]");
        assertThat(steps(Explanation.response(explanation.http())))
                .isEqualTo("[router] [stats] [authz] check-header acl-check [authn] openid");
    }

    @Test
    void place_saysWhatDecides() {
        assertThat(reasons(explain(INGRESS, HEADER, ACL, OPENID)))
                .containsExactly(
                        "before acl-check: phase AUTHN is before AUTHZ",
                        "before check-header: same phase AUTHZ, priority 1000 > 10",
                        "after acl-check: same phase AUTHZ, priority 1000 > 10");
        assertThat(reasons(explain(INGRESS, ACL))).containsExactly("the only plugin");
        assertThat(reasons(explain(INGRESS, named("x", "ingress"), named("x", "istio-system")))
                        .get(0))
                .isEqualTo("before istio-system/x: same phase UNSPECIFIED and priority 0 and name, namespace ingress <"
                        + " istio-system");
        assertThat(reasons(explain(INGRESS, named("a", "ingress"), named("b", "ingress", "priority: -5")))
                        .get(0))
                .isEqualTo("before b: same phase UNSPECIFIED, priority 0 > -5 (a sets no priority, which counts as 0)");
    }

    @Test
    void place_ofTwoKindsWithOneName_isDecidedByTheKind() {
        ResourceSet set = read(ACL + "---\n" + trafficExtension(ACL));
        assertThat(reasons(Explanation.of(set, INGRESS, INGRESS, TieBreaking.OSSM)))
                .first()
                .isEqualTo(
                        "before WasmPlugin ingress/acl-check: same phase AUTHZ and priority 1000 and name and namespace, kind"
                                + " TrafficExtension < WasmPlugin");
    }

    @Test
    void O11_everyPhase_hasASlotOfItsOwn_betweenTheHosts() {
        List<Integer> slots = Arrays.stream(Phase.values()).map(ChainSlots::of).toList();
        assertThat(slots).isSorted().containsExactly(1, 2, 4, 5, 6, 8, 9, 10, 12, 13);
        assertThat(steps(explain(INGRESS).http())).isEqualTo("[authn] [authz] [stats] [router]");
        assertThat(explain(INGRESS).http()).extracting(Step::slot).containsExactly(3, 7, 11, 14);
    }

    @Test
    void chain_outOfASidecar_authenticatesNobody() {
        assertThat(steps(
                        explain(INGRESS.withSide(Side.SIDECAR_OUTBOUND), OPENID).http()))
                .isEqualTo("openid [stats] [router]");
    }

    @Test
    void network_isAChainOfItsOwn() {
        Explanation explanation = explain(
                INGRESS,
                named("n", "ingress", "type: NETWORK", "phase: AUTHN"),
                named("u", "ingress", "type: NETWORK"),
                OPENID);
        assertThat(steps(explanation.network())).isEqualTo("n [authz] u [stats] [tcp proxy]");
        assertThat(steps(explanation.http())).isEqualTo("openid [authn] [authz] [stats] [router]");
    }

    @Test
    void everyResource_isSomewhere() {
        Explanation explanation = explain(
                INGRESS,
                OPENID,
                annotated("portafilter.dev/service: 'true'").replace("namespace: ns", "namespace: ingress"),
                named("elsewhere", "other"),
                named("bad", "ingress", "phase: authn", "priority: high"),
                "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n");
        assertThat(steps(explanation.http())).startsWith("openid ");
        assertThat(explanation.services())
                .extracting(Place::reason)
                .containsExactly("is a service: it runs once, in no chain");
        assertThat(explanation.excluded())
                .hasToString("[other/elsewhere does not apply: namespace other (expected: ingress or istio-system)]");
        assertThat(explanation.refused()).singleElement().satisfies(refused -> {
            assertThat(refused.kind()).isEqualTo("WasmPlugin");
            assertThat(refused.identity()).isEqualTo("ingress/bad");
            assertThat(refused.errors()).extracting(Problem::rule).containsExactly("V-31", "V-32");
        });
        assertThat(explanation.problems()).extracting(Problem::rule).containsExactly("V-31", "V-32");
        assertThat(explanation.skipped()).hasSize(1);
    }

    @Test
    void moduleThatIsNoFile_isANote() throws Exception {
        Path there = Files.createFile(directory.resolve("there.wasm"));
        ResourceSet set = read(
                named("gone", "ingress", "url: file://" + directory.resolve("gone.wasm")) + "---\n"
                        + named("there", "ingress", "url: file://" + there),
                ReadOptions.DEFAULT);
        assertThat(set.errors()).isEmpty();
        assertThat(Explanation.of(set, INGRESS, INGRESS, TieBreaking.OSSM).notes())
                .singleElement()
                .asString()
                .startsWith("ingress/gone: ")
                .contains("gone.wasm is no file yet");
    }

    @Test
    void O03_O04_unsetPriority_isBelowEveryOtherInIstio() {
        IstioDifference difference = difference(
                TieBreaking.OSSM,
                UnsetPriority.ZERO,
                named("a", "ingress", "phase: AUTHN"),
                named("b", "ingress", "phase: AUTHN", "priority: -5"));
        assertThat(difference.cause()).isEqualTo(Cause.UNSET_PRIORITY);
        assertThat(difference.order()).extracting(PluginResource::identity).containsExactly("ingress/b", "ingress/a");
        assertThat(difference.followed()).isFalse();
        assertThat(difference.detail())
                .isEqualTo("Istio runs b before a: same phase AUTHN, priority -5 > -2147483648 (a priority that is not"
                        + " set is below every other there; as documented, it is 0)");
    }

    @Test
    void O08_namespace_decidesBeforeTheNameInIstio() {
        String root = named("a", "istio-system", "phase: AUTHN", "priority: 1");
        String own = named("b", "ingress", "phase: AUTHN", "priority: 1");
        IstioDifference difference = difference(TieBreaking.OSSM, UnsetPriority.ZERO, root, own);
        assertThat(difference.cause()).isEqualTo(Cause.TIE_BREAK);
        assertThat(difference.detail())
                .isEqualTo("Istio runs ingress/b before istio-system/a: same phase AUTHN and priority 1, scope own"
                        + " namespace < root namespace (as documented, the name decides, then the namespace)");
        assertThat(difference(TieBreaking.ISTIO, UnsetPriority.LOWEST, root, own)
                        .followed())
                .isTrue();
    }

    @Test
    void O22_nameThatBeginsAnother_isBehindItInIstio() {
        IstioDifference difference = difference(
                TieBreaking.ISTIO,
                UnsetPriority.LOWEST,
                named("auth", "ingress", "phase: AUTHN", "priority: 1"),
                named("auth-2", "ingress", "phase: AUTHN", "priority: 1"));
        assertThat(difference.cause()).isEqualTo(Cause.NAME_SUFFIX);
        assertThat(difference.followed()).isFalse();
        assertThat(difference.detail())
                .isEqualTo("Istio runs auth-2 before auth: same phase AUTHN and priority 1 and scope and time of"
                        + " creation, name auth-2~istio-translated-wasmplugin < auth~istio-translated-wasmplugin (names"
                        + " of WasmPlugins get a suffix there before they are compared)");
    }

    @Test
    void pluginWithoutPhase_runsEarlierInIstio() {
        IstioDifference difference = difference(TieBreaking.OSSM, UnsetPriority.ZERO, named("u", "ingress"), OPENID);
        assertThat(difference.cause()).isEqualTo(Cause.UNSPECIFIED_PHASE);
        assertThat(difference.detail()).startsWith("Istio runs u right after phase STATS, before its own steps");
    }

    @Test
    void chain_inIstiosDocumentedOrder_hasNoDifference() {
        assertThat(explain(INGRESS, HEADER, ACL, OPENID).istio()).isEmpty();
    }

    private static String trafficExtension(String wasmPlugin) {
        return wasmPlugin
                .replace("WasmPlugin", "TrafficExtension")
                .replace("  url: http://test.com/test\n", "  wasm: {url: http://test.com/test}\n");
    }

    private static IstioDifference difference(TieBreaking ties, UnsetPriority unset, String... texts) {
        ReadOptions options = ANY_MODULE.toBuilder().unsetPriority(unset).build();
        ResourceSet set = read(String.join("---\n", texts), options);
        List<IstioDifference> differences =
                Explanation.of(set, INGRESS, INGRESS, ties).istio();
        assertThat(differences).hasSize(1);
        return differences.get(0);
    }

    private static Explanation explain(Workload workload, String... texts) {
        return Explanation.of(read(String.join("---\n", texts)), workload, workload, TieBreaking.OSSM);
    }

    private static List<String> reasons(Explanation explanation) {
        return Explanation.plugins(explanation.http()).stream()
                .map(Place::reason)
                .toList();
    }

    private static String steps(List<Step> chain) {
        return chain.stream()
                .map(step -> step instanceof HostStep host
                        ? "[" + host.name() + "]"
                        : ((Place) step).resource().spec().name())
                .collect(Collectors.joining(" "));
    }
}
