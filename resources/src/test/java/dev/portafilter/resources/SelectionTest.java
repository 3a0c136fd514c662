package dev.portafilter.resources;

import static dev.portafilter.resources.Resources.annotated;
import static dev.portafilter.resources.Resources.named;
import static dev.portafilter.resources.Resources.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.resources.Selection.Reason;
import dev.portafilter.resources.Workload.Side;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.plugin.PluginType;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which resources apply, and why others do not; see OrderingVectorsTest for their order. */
class SelectionTest {
    private static final Workload INGRESS = Workload.DEFAULT
            .withNamespace("ingress")
            .withLabels(Map.of("istio", "ingressgateway"))
            .withPort(8080);

    @Test
    void selectorAndNamespace_decide() {
        assertThat(reason(INGRESS, "selector: {matchLabels: {istio: egressgateway}}"))
                .isEqualTo("SELECTOR ingress/p does not apply: label istio is \"ingressgateway\""
                        + " (expected: \"egressgateway\")");
        assertThat(reason(INGRESS, "selector: {matchLabels: {app: x}}"))
                .isEqualTo("SELECTOR ingress/p does not apply: label app is missing (expected: \"x\")");
        assertThat(reason(INGRESS.withLabels(Map.of()), "selector: {matchLabels: {istio: ingressgateway}}"))
                .startsWith("SELECTOR");
        Selection selection = select(
                INGRESS,
                named("p", "istio-system", "selector: {matchLabels: {istio: ingressgateway}}") + "---\n"
                        + named("q", "other-ns"));
        assertThat(names(selection)).isEqualTo("p");
        assertThat(selection.excluded())
                .hasToString("[other-ns/q does not apply: namespace other-ns (expected: ingress or istio-system)]");
        assertThat(selection.excluded().get(0).reason()).isEqualTo(Reason.NAMESPACE);
    }

    /** Match, side, port, and whether it applies. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "2.5; []; GATEWAY; 8080; true",
                "2.5; [{mode: CLIENT_AND_SERVER}]; SIDECAR_INBOUND; 8080; true",
                "2.5; [{mode: UNDEFINED}]; SIDECAR_OUTBOUND; 8080; true",
                "2.5; [{mode: CLIENT}]; SIDECAR_INBOUND; 8080; false",
                "2.5; [{mode: SERVER}]; SIDECAR_INBOUND; 8080; true",
                "2.5; [{mode: CLIENT}]; SIDECAR_OUTBOUND; 8080; true",
                "2.5; [{mode: SERVER}]; SIDECAR_OUTBOUND; 8080; false",
                "2.5; [{mode: SERVER}]; UNDEFINED; 8080; true",
                "2.5; [{mode: SERVER, ports: [{number: 443}]}]; UNDEFINED; 8080; false",
                "2.5; [{mode: SERVER, ports: [{number: 443}]}]; UNDEFINED; 0; true",
                "2.5; [{ports: [{number: 443}]}]; GATEWAY; 0; false",
            })
    void match_needsModeAndPort(String id, String match, Side side, int port, boolean applies) {
        Workload workload = INGRESS.withSide(side).withPort(port);
        String text = named("p", "ingress", "match: " + match);
        assertThat(select(workload, text).chain()).as(id).hasSize(applies ? 1 : 0);
    }

    @Test
    void network_isInAChainOfItsOwn() {
        String text = named("a", "ingress", "type: NETWORK", "priority: 1") + "---\n" + named("h", "ingress") + "---\n"
                + named("b", "ingress", "type: NETWORK", "priority: 2");
        Selection selection = select(INGRESS, text);
        assertThat(names(selection)).isEqualTo("h");
        assertThat(selection.network()).extracting(r -> r.spec().name()).containsExactly("b", "a");
        assertThat(selection.plugins()).extracting(PluginSpec::name).containsExactly("h", "b", "a");
        assertThat(selection.plugins())
                .extracting(PluginSpec::type)
                .containsExactly(PluginType.HTTP, PluginType.NETWORK, PluginType.NETWORK);
    }

    @Test
    void typeThatTheHostDoesNotCarry_isUnsupported() {
        String text = named("n", "ingress", "type: NETWORK") + "---\n" + named("h", "ingress");
        Selection http = select(INGRESS, text).carrying(Set.of(PluginType.HTTP));
        assertThat(http.plugins()).extracting(PluginSpec::name).containsExactly("h");
        assertThat(http.excluded())
                .hasToString("[ingress/n does not apply: type NETWORK filters connections (expected: HTTP)]");
        assertThat(http.excluded().get(0).reason()).isEqualTo(Reason.UNSUPPORTED);
        Selection network = select(INGRESS, text).carrying(Set.of(PluginType.NETWORK));
        assertThat(network.plugins()).extracting(PluginSpec::name).containsExactly("n");
        assertThat(network.excluded())
                .hasToString("[ingress/h does not apply: type HTTP filters requests (expected: NETWORK)]");
    }

    @Test
    void targetRefs_needTheGatewayByName() {
        String gateway = "targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}]";
        assertThat(reason(INGRESS, gateway))
                .isEqualTo("TARGET ingress/p does not apply: targetRefs are set, and the workload belongs to no"
                        + " Kubernetes Gateway");
        Workload labelled = INGRESS.withLabels(Map.of(Workload.GATEWAY_NAME_LABEL, "edge"));
        assertThat(select(labelled, named("p", "ingress", gateway)).chain()).hasSize(1);
        assertThat(select(INGRESS.withGatewayName("edge"), named("p", "ingress", gateway))
                        .chain())
                .hasSize(1);
        assertThat(reason(INGRESS.withGatewayName("other"), gateway)).startsWith("TARGET");
        assertThat(select(labelled, named("p", "istio-system", gateway)).chain())
                .isEmpty();
        String service = "targetRef: {kind: Service, name: edge}";
        assertThat(reason(labelled, service)).startsWith("TARGET");
        assertThat(select(labelled, named("p", "ingress")).chain()).hasSize(1);
    }

    @Test
    void gatewayName_thatWasSet_staysWhenLabelsChange() {
        Workload edge = INGRESS.withGatewayName("edge");
        assertThat(edge.withLabels(Map.of("a", "b")).gatewayName()).isEqualTo("edge");
        Workload labelled = INGRESS.withLabels(Map.of(Workload.GATEWAY_NAME_LABEL, "edge"));
        assertThat(labelled.withLabels(Map.of()).gatewayName()).isNull();
    }

    @Test
    void connections_areSeenOnTheirOwnPort() {
        String match = "match: [{ports: [{number: 5432}]}]";
        ResourceSet set = read(named("h", "ingress", match) + "---\n" + named("n", "ingress", match, "type: NETWORK"));
        Selection selection = Selection.of(set.resources(), INGRESS, INGRESS.withPort(5432), TieBreaking.OSSM);
        assertThat(selection.chain()).isEmpty();
        assertThat(selection.network()).hasSize(1);
        assertThat(selection.excluded()).hasToString("[ingress/h does not apply: no match fits GATEWAY on port 8080]");
    }

    @Test
    void any_takesEveryNamespace_andWarnsOfWhatItIgnores() {
        String text = named("a", "one", "selector: {matchLabels: {x: y}}") + "---\n"
                + named("b", "two", "targetRef: {kind: Service, name: s}") + "---\n"
                + named("c", "three", "match: [{ports: [{number: 80}]}]") + "---\n"
                + named("d", "four", "match: [{mode: SERVER}]");
        Selection selection = select(Workload.any(), text);
        assertThat(names(selection)).isEqualTo("a b c");
        assertThat(selection.excluded()).extracting(Selection.Exclusion::reason).containsExactly(Reason.MATCH);
        assertThat(selection.warnings())
                .extracting(Problem::field)
                .containsExactly("spec.selector", "spec.targetRefs", "spec.match");
        assertThat(selection.warnings().get(0))
                .hasToString("plugins.yaml:1:1 spec.selector: is ignored: the labels of this host are not set");
        Selection onPort = select(Workload.any().withPort(8080), text);
        assertThat(names(onPort)).isEqualTo("a b");
        assertThat(onPort.excluded().get(0).detail()).isEqualTo("no match fits GATEWAY on port 8080");
    }

    @Test
    void services_areInNoChain_andComeLast() {
        String text = annotated("portafilter.dev/service: 'true'") + "---\n" + named("z", "ns");
        Selection selection = select(Workload.any(), text);
        assertThat(names(selection)).isEqualTo("z");
        assertThat(selection.services()).hasSize(1);
        assertThat(selection.plugins()).extracting(PluginSpec::name).containsExactly("z", "p");
    }

    @Test
    void workload_checksItsPort() {
        assertThatThrownBy(() -> Workload.DEFAULT.withPort(65_536))
                .hasMessage("port: 65536 is out of range (expected: 0..65535)");
        assertThat(Workload.DEFAULT.rootNamespace()).isEqualTo("istio-system");
        assertThat(Workload.any().anyScope()).isTrue();
    }

    private static Selection select(Workload workload, String text) {
        ResourceSet set = read(text);
        assertThat(set.errors()).isEmpty();
        return Selection.of(set.resources(), workload);
    }

    private static String reason(Workload workload, String line) {
        Selection selection = select(workload, named("p", "ingress", line));
        assertThat(selection.excluded()).hasSize(1);
        return selection.excluded().get(0).reason() + " " + selection.excluded().get(0);
    }

    private static String names(Selection selection) {
        return String.join(
                " ", selection.chain().stream().map(r -> r.spec().name()).toList());
    }
}
