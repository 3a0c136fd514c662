package dev.portafilter.resources;

import static dev.portafilter.resources.Resources.ANY_MODULE;
import static dev.portafilter.resources.Resources.named;
import static dev.portafilter.resources.Resources.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.resources.ReadOptions.UnsetPriority;
import dev.portafilter.resources.Selection.Reason;
import dev.portafilter.runtime.plugin.ChainOrder;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.Phase;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.plugin.TieBreak;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Vectors O-01 to O-29 of section 2.9, in the order of this host and in that of Istio. O-25 is also in ExplanationTest,
 * where the way of a response is shown; what Istio has for O-22 is reported there, and copied nowhere.
 */
class OrderingVectorsTest {
    private static final Workload INGRESS = Workload.DEFAULT
            .withNamespace("ingress")
            .withLabels(Map.of("istio", "ingressgateway"))
            .withPort(8080);
    private static final ReadOptions LOWEST =
            ANY_MODULE.toBuilder().unsetPriority(UnsetPriority.LOWEST).build();

    /** A vector, resources as name,namespace,phase,priority,created, the order here, and Istio's if it is another. */
    private static Stream<Arguments> chains() {
        return Stream.of(
                chain(
                        "O-01",
                        "check-header,ingress,AUTHZ,10 acl-check,ingress,AUTHZ,1000 openid,ingress,AUTHN,-",
                        "openid acl-check check-header",
                        ""),
                chain("O-02", "a,ingress,STATS,10 b,ingress,STATS,5 c,ingress,STATS,50", "c a b", ""),
                chain("O-03", "a,ingress,AUTHN,- b,ingress,AUTHN,0", "a b", "b a"),
                chain("O-04", "a,ingress,AUTHN,- b,ingress,AUTHN,-5", "a b", "b a"),
                chain("O-05", "b,ingress,AUTHZ,7,10:00:01 a,ingress,AUTHZ,7,10:00:01", "a b", ""),
                chain("O-08", "b,ingress,AUTHN,1 a,istio-system,AUTHN,1", "a b", "b a"),
                chain("O-09", "a,ingress,AUTHN,1,10:00:05 b,ingress,AUTHN,1,10:00:01", "a b", "b a"),
                chain("O-10", "u,ingress,-,9999 n,ingress,AUTHN,-1 s,ingress,STATS,0 z,ingress,AUTHZ,3", "n z s u", ""),
                chain("O-22", "auth,ingress,AUTHN,1 auth-2,ingress,AUTHN,1", "auth auth-2", ""),
                chain("O-23", "p2,ingress,AUTHN,1 p10,ingress,AUTHN,1", "p10 p2", ""),
                chain(
                        "O-24",
                        "min,ingress,AUTHN," + Long.MIN_VALUE + " zero,ingress,AUTHN,0 max,ingress,AUTHN,"
                                + Long.MAX_VALUE,
                        "max zero min",
                        ""),
                chain("O-29", "x,istio-system,AUTHN,5 y,ingress,AUTHN,10 z,ingress,AUTHN,50", "z y x", ""));
    }

    private static Arguments chain(String id, String given, String expected, String istio) {
        return Arguments.of(id, List.of(given.split(" ")), expected, istio.isEmpty() ? expected : istio);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("chains")
    void chain_isOrderedAsTheDocumentationSays(String id, List<String> given, String expected, String istio) {
        assertThat(names(select(INGRESS, given))).isEqualTo(expected);
        assertThat(names(select(INGRESS, reversed(given)))).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("chains")
    void chain_asInIstio_isOrderedAsIstioDoes(String id, List<String> given, String expected, String istio) {
        assertThat(names(istio(INGRESS, given))).isEqualTo(istio);
        assertThat(names(istio(INGRESS, reversed(given)))).isEqualTo(istio);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "O-06, ingress, ingress/x istio-system/x, ingress/x istio-system/x",
        "O-07, zeta, istio-system/x zeta/x, zeta/x istio-system/x",
    })
    void sameName_isOrderedByNamespace_andInIstioByItsList(String id, String own, String expected, String istio) {
        List<String> given = List.of("x,istio-system,AUTHN,1", "x," + own + ",AUTHN,1");
        Workload workload = INGRESS.withNamespace(own);
        assertThat(identities(select(workload, given))).isEqualTo(expected);
        assertThat(identities(istio(workload, given))).isEqualTo(istio);
    }

    @Test
    void O11_aPluginInEachPhase_standsInItsSlot() {
        List<PluginSpec> chain = new ArrayList<>();
        Phase[] phases = {
            Phase.POST_STATS, Phase.PRE_STATS, Phase.POST_AUTHZ, Phase.PRE_AUTHZ, Phase.POST_AUTHN, Phase.PRE_AUTHN
        };
        for (int i = 0; i < phases.length; i++) {
            chain.add(extension("s" + (6 - i), "z.io/x/i:1", phases[i], 0));
        }
        chain.add(plugin("w4", Phase.UNSPECIFIED, 0));
        chain.add(plugin("w3", Phase.STATS, 0));
        chain.add(plugin("w2", Phase.AUTHZ, 0));
        chain.add(plugin("w1", Phase.AUTHN, 0));
        assertThat(sorted(chain)).isEqualTo("w1 s1 s2 w2 s3 s4 w3 s5 s6 w4");
    }

    @Test
    void O12_extensionsOfEqualPriority_areOrderedByNameAndImageTogether() {
        PluginSpec a = extension("a", "z.io/x/i:1", Phase.PRE_AUTHZ, 5);
        PluginSpec ab = extension("ab", "c.io/x/i:1", Phase.PRE_AUTHZ, 5);
        assertThat(sorted(List.of(a, ab))).isEqualTo("ab a");
        assertThat(ChainOrder.reason(ab, a))
                .isEqualTo("same phase PRE_AUTHZ and priority 5, name and image abc.io/x/i:1 < az.io/x/i:1");
    }

    @Test
    void O13_extensionOfHigherPriority_isFirst() {
        assertThat(sorted(List.of(
                        extension("x", "z.io/x/i:1", Phase.POST_AUTHZ, 50),
                        extension("y", "z.io/x/i:1", Phase.POST_AUTHZ, 100))))
                .isEqualTo("y x");
    }

    @Test
    void O14_priority_neverCrossesSlots() {
        assertThat(sorted(List.of(
                        extension("b", "z.io/x/i:1", Phase.PRE_STATS, 1000),
                        plugin("w", Phase.STATS, 1),
                        extension("a", "z.io/x/i:1", Phase.POST_AUTHZ, 1000))))
                .isEqualTo("a w b");
    }

    @Test
    void O15_otherLabel_isNotInTheChain() {
        Selection selection =
                selection(INGRESS, named("p", "ingress", "selector: {matchLabels: {istio: egressgateway}}"));
        assertThat(selection.chain()).isEmpty();
        assertThat(selection.excluded()).extracting(Selection.Exclusion::reason).containsExactly(Reason.SELECTOR);
    }

    @Test
    void O16_otherNamespace_isNotLookedAt_andTheRootNamespaceIs() {
        Selection selection = selection(
                INGRESS,
                named("p", "istio-system", "selector: {matchLabels: {istio: ingressgateway}}") + "---\n"
                        + named("q", "other-ns"));
        assertThat(names(selection)).isEqualTo("p");
        assertThat(selection.excluded()).extracting(Selection.Exclusion::reason).containsExactly(Reason.NAMESPACE);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = ';',
            value = {
                "O-17; [{mode: SERVER}]; false",
                "O-17; [{mode: CLIENT}]; true",
                "O-18; [{ports: [{number: 443}]}]; false",
                "O-18; [{ports: [{number: 443}]}, {ports: [{number: 8080}]}]; true",
                "O-19; [{mode: SERVER, ports: [{number: 8080}]}, {mode: CLIENT, ports: [{number: 9090}]}]; false",
                "O-20; [{}]; true",
            })
    void match_onAGatewayOfPort8080_needsModeAndPort(String id, String match, boolean applies) {
        assertThat(selection(INGRESS, named("p", "ingress", "match: " + match)).chain())
                .hasSize(applies ? 1 : 0);
    }

    @Test
    void O21_network_isInNoChainForHttp() {
        Selection selection = selection(INGRESS, named("n", "ingress", "type: NETWORK"));
        assertThat(selection.chain()).isEmpty();
        assertThat(selection.network()).hasSize(1);
    }

    @Test
    void O26_ownNamespaceThatIsTheRoot_isLookedAtOnce() {
        Workload workload = INGRESS.withRootNamespace("ingress");
        assertThat(names(select(workload, List.of("p,ingress,AUTHN,1")))).isEqualTo("p");
        assertThat(names(istio(workload, List.of("p,ingress,AUTHN,1")))).isEqualTo("p");
    }

    @Test
    void O27_editOfTheConfiguration_keepsThePlace() {
        String before = named("a", "ingress", "pluginConfig: {x: 1}") + "---\n" + named("b", "ingress");
        String after = named("b", "ingress") + "---\n" + named("a", "ingress", "pluginConfig: {x: 2, zz: y}");
        assertThat(names(selection(INGRESS, before))).isEqualTo("a b");
        assertThat(names(selection(INGRESS, after))).isEqualTo("a b");
    }

    @Test
    void O28_emptySelector_applies_withAWarning() {
        ResourceSet set = read(named("p", "ingress", "selector: {}"));
        assertThat(set.warnings()).extracting(Problem::rule).containsExactly("V-17");
        assertThat(names(Selection.of(set.resources(), INGRESS))).isEqualTo("p");
    }

    private static PluginSpec plugin(String name, Phase phase, long priority) {
        return PluginSpec.builder(name, ModuleSource.of(new byte[0]))
                .namespace("ingress")
                .phase(phase)
                .priority(priority)
                .build();
    }

    private static PluginSpec extension(String name, String image, Phase phase, long priority) {
        return plugin(name, phase, priority).toBuilder()
                .tieBreaks(List.of(new TieBreak("name and image", name + image), new TieBreak("namespace", "ingress")))
                .build();
    }

    private static String sorted(List<PluginSpec> specs) {
        List<PluginSpec> chain = new ArrayList<>(specs);
        chain.sort(ChainOrder.INSTANCE);
        List<PluginSpec> again = new ArrayList<>(reversed(specs));
        again.sort(ChainOrder.INSTANCE);
        assertThat(again).isEqualTo(chain);
        return String.join(" ", chain.stream().map(PluginSpec::name).toList());
    }

    private static <T> List<T> reversed(List<T> list) {
        List<T> back = new ArrayList<>(list);
        Collections.reverse(back);
        return back;
    }

    private static Selection select(Workload workload, List<String> given) {
        return selection(workload, resources(given));
    }

    private static Selection selection(Workload workload, String text) {
        ResourceSet set = read(text);
        assertThat(set.errors()).isEmpty();
        return Selection.of(set.resources(), workload);
    }

    private static Selection istio(Workload workload, List<String> given) {
        ResourceSet set = read(resources(given), LOWEST);
        assertThat(set.errors()).isEmpty();
        return Selection.of(set.resources(), workload, workload, TieBreaking.ISTIO);
    }

    private static String resources(List<String> given) {
        return String.join(
                "---\n",
                given.stream().map(resource -> resource(resource.split(","))).toList());
    }

    private static String resource(String[] parts) {
        List<String> lines = new ArrayList<>();
        if (!parts[2].equals("-")) {
            lines.add("phase: " + parts[2]);
        }
        if (!parts[3].equals("-")) {
            lines.add("priority: " + parts[3]);
        }
        String text = named(parts[0], parts[1], lines.toArray(String[]::new));
        return parts.length < 5
                ? text
                : text.replace("metadata:\n", "metadata:\n  creationTimestamp: \"2024-01-01T" + parts[4] + "Z\"\n");
    }

    private static String names(Selection selection) {
        return String.join(
                " ", selection.chain().stream().map(r -> r.spec().name()).toList());
    }

    private static String identities(Selection selection) {
        return String.join(
                " ", selection.chain().stream().map(PluginResource::identity).toList());
    }
}
