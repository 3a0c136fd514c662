package dev.portafilter.runtime.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Vectors O-01 to O-10 and O-22 to O-24 of the WasmPlugin reference, section 2.9, and what makes an order an order. */
class ChainOrderTest {
    private static final ModuleSource MODULE = ModuleSource.of(new byte[0]);
    private static final long SEED = 20_240_101L;

    static Stream<Arguments> vectors() {
        return Stream.of(
                vector(
                        "O-01",
                        "openid acl-check check-header",
                        plugin("ingress", "check-header", Phase.AUTHZ, 10),
                        plugin("ingress", "acl-check", Phase.AUTHZ, 1000),
                        plugin("ingress", "openid", Phase.AUTHN, 0)),
                vector(
                        "O-02",
                        "c a b",
                        plugin("ingress", "a", Phase.STATS, 10),
                        plugin("ingress", "b", Phase.STATS, 5),
                        plugin("ingress", "c", Phase.STATS, 50)),
                vector("O-03", "a b", unset("b", Phase.AUTHN), plugin("ingress", "a", Phase.AUTHN, 0)),
                vector("O-04", "a b", plugin("ingress", "b", Phase.AUTHN, -5), unset("a", Phase.AUTHN)),
                vector("O-05", "a b", plugin("ingress", "b", Phase.AUTHZ, 7), plugin("ingress", "a", Phase.AUTHZ, 7)),
                vector(
                        "O-06",
                        "ingress/x istio-system/x",
                        plugin("istio-system", "x", Phase.AUTHN, 1),
                        plugin("ingress", "x", Phase.AUTHN, 1)),
                vector(
                        "O-07",
                        "istio-system/x zeta/x",
                        plugin("zeta", "x", Phase.AUTHN, 1),
                        plugin("istio-system", "x", Phase.AUTHN, 1)),
                vector(
                        "O-08",
                        "istio-system/a ingress/b",
                        plugin("ingress", "b", Phase.AUTHN, 1),
                        plugin("istio-system", "a", Phase.AUTHN, 1)),
                vector("O-09", "a b", plugin("ingress", "b", Phase.AUTHN, 3), plugin("ingress", "a", Phase.AUTHN, 3)),
                vector(
                        "O-10",
                        "n z s u",
                        plugin("ingress", "u", Phase.UNSPECIFIED, 9999),
                        plugin("ingress", "n", Phase.AUTHN, -1),
                        plugin("ingress", "s", Phase.STATS, 0),
                        plugin("ingress", "z", Phase.AUTHZ, 3)),
                vector(
                        "O-22",
                        "auth auth-2",
                        plugin("ingress", "auth-2", Phase.AUTHN, 1),
                        plugin("ingress", "auth", Phase.AUTHN, 1)),
                vector(
                        "O-23",
                        "p10 p2",
                        plugin("ingress", "p2", Phase.AUTHN, 1),
                        plugin("ingress", "p10", Phase.AUTHN, 1)),
                vector(
                        "O-24",
                        "most zero least",
                        plugin("ingress", "least", Phase.AUTHN, Long.MIN_VALUE),
                        plugin("ingress", "zero", Phase.AUTHN, 0),
                        plugin("ingress", "most", Phase.AUTHN, Long.MAX_VALUE)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("vectors")
    void chain_hasTheOrderOfTheVector(String id, String expected, List<PluginSpec> given) {
        List<PluginSpec> chain = new ArrayList<>(given);
        chain.sort(ChainOrder.INSTANCE);
        boolean namespaces = expected.contains("/");
        assertThat(chain)
                .extracting(spec -> namespaces ? spec.namespace() + "/" + spec.name() : spec.name())
                .containsExactly(expected.split(" "));
    }

    @Test
    void names_areComparedByteByByte() {
        // As chars U+FFFD is above the surrogates of U+1F600; as UTF-8 bytes it is below.
        PluginSpec below = plugin("ingress", "\uFFFD", Phase.AUTHN, 1);
        PluginSpec above = plugin("ingress", "\uD83D\uDE00", Phase.AUTHN, 1);
        assertThat(below.name().compareTo(above.name())).isPositive();
        assertThat(ChainOrder.INSTANCE.compare(below, above)).isNegative();
        assertThat(ChainOrder.INSTANCE.compare(
                        plugin("ingress", "Z", Phase.AUTHN, 1), plugin("ingress", "a", Phase.AUTHN, 1)))
                .isNegative();
    }

    @Test
    void order_doesNotDependOnTheOrderOfInput() {
        Random random = new Random(SEED);
        for (int round = 0; round < 200; round++) {
            List<PluginSpec> plugins = distinctPlugins(random);
            List<PluginSpec> sorted = new ArrayList<>(plugins);
            sorted.sort(ChainOrder.INSTANCE);
            Collections.shuffle(plugins, random);
            plugins.sort(ChainOrder.INSTANCE);
            assertThat(plugins).as("round %d, seed %d", round, SEED).isEqualTo(sorted);
        }
    }

    @Test
    void order_isTotal() {
        Random random = new Random(SEED);
        ChainOrder order = ChainOrder.INSTANCE;
        for (int round = 0; round < 20; round++) {
            List<PluginSpec> plugins = distinctPlugins(random);
            for (PluginSpec a : plugins) {
                for (PluginSpec b : plugins) {
                    int ab = Integer.signum(order.compare(a, b));
                    assertThat(ab).as("%s and %s", a, b).isEqualTo(-Integer.signum(order.compare(b, a)));
                    assertThat(ab == 0).as("%s and %s", a, b).isEqualTo(a == b);
                    for (PluginSpec c : plugins) {
                        boolean chained = ab < 0 && order.compare(b, c) < 0;
                        assertThat(!chained || order.compare(a, c) < 0)
                                .as("%s, %s, %s", a, b, c)
                                .isTrue();
                    }
                }
            }
        }
    }

    @Test
    void reason_namesWhatDecides() {
        PluginSpec a = plugin("ingress", "a", Phase.AUTHZ, 1000);
        assertThat(ChainOrder.reason(plugin("ingress", "x", Phase.AUTHN, 0), a))
                .isEqualTo("phase AUTHN is before AUTHZ");
        assertThat(ChainOrder.reason(a, plugin("ingress", "b", Phase.AUTHZ, 10)))
                .isEqualTo("same phase AUTHZ, priority 1000 > 10");
        assertThat(ChainOrder.reason(a, plugin("ingress", "b", Phase.AUTHZ, 1000)))
                .isEqualTo("same phase AUTHZ and priority 1000, name a < b");
        assertThat(ChainOrder.reason(a, plugin("zeta", "a", Phase.AUTHZ, 1000)))
                .isEqualTo("same phase AUTHZ and priority 1000 and name, namespace ingress < zeta");
    }

    private static List<PluginSpec> distinctPlugins(Random random) {
        String[] names = {"a", "auth", "auth-2", "p10", "p2", "\uFFFD", "\uD83D\uDE00"};
        String[] namespaces = {"ingress", "istio-system", "zeta"};
        long[] priorities = {Long.MIN_VALUE, -1, 0, 0, 1, 1000, Long.MAX_VALUE};
        List<PluginSpec> plugins = new ArrayList<>();
        for (String namespace : namespaces) {
            for (String name : names) {
                Phase phase = Phase.values()[random.nextInt(Phase.values().length)];
                plugins.add(plugin(namespace, name, phase, priorities[random.nextInt(priorities.length)]));
            }
        }
        return plugins;
    }

    private static Arguments vector(String id, String expected, PluginSpec... given) {
        return Arguments.of(id, expected, Arrays.asList(given));
    }

    private static PluginSpec unset(String name, Phase phase) {
        return PluginSpec.builder(name, MODULE)
                .namespace("ingress")
                .phase(phase)
                .build();
    }

    private static PluginSpec plugin(String namespace, String name, Phase phase, long priority) {
        return unset(name, phase).toBuilder()
                .namespace(namespace)
                .priority(priority)
                .build();
    }
}
