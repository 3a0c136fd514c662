package dev.portafilter.resources;

import static dev.portafilter.resources.Resources.ANY_MODULE;
import static dev.portafilter.resources.Resources.named;
import static dev.portafilter.resources.Resources.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.resources.ReadOptions.UnsetPriority;
import dev.portafilter.runtime.plugin.ChainOrder;
import dev.portafilter.runtime.plugin.Phase;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.plugin.TieBreak;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TieBreakingTest {
    private static final Workload OWN = Workload.DEFAULT.withNamespace("own");
    private static final long SEED = 20_260_101L;
    private static final List<Phase> EXTENSION_PHASES = List.of(
            Phase.PRE_AUTHN, Phase.POST_AUTHN, Phase.PRE_AUTHZ, Phase.POST_AUTHZ, Phase.PRE_STATS, Phase.POST_STATS);

    @ParameterizedTest
    @CsvSource({
        "2024-01-01T10:00:01Z, 2024-01-01T10:00:01Z",
        "2024-01-01T11:00:01+01:00, 2024-01-01T10:00:01Z",
        "2024-01-01T10:00:01.999Z, 2024-01-01T10:00:01Z",
        "yesterday,",
        "+12024-01-01T10:00:01Z,",
        ","
    })
    void created_isATimeByTheSecond_orNone(String timestamp, String expected) {
        assertThat(TieBreaking.created(timestamp)).isEqualTo(expected);
    }

    @Test
    void istio_reason_namesTheStepThatDecides() {
        assertThat(reason(aged("b", "own", null), aged("a", "istio-system", null)))
                .isEqualTo("same phase AUTHN and priority 0, scope own namespace < root namespace");
        assertThat(reason(aged("b", "own", "2024-01-01T10:00:01Z"), aged("a", "own", "2024-01-01T10:00:05Z")))
                .isEqualTo("same phase AUTHN and priority 0 and scope, time of creation 2024-01-01T10:00:01Z <"
                        + " 2024-01-01T10:00:05Z");
        assertThat(reason(aged("b", "own", null), aged("a", "own", "2024-01-01T10:00:05Z")))
                .isEqualTo("same phase AUTHN and priority 0 and scope, time of creation (none) < 2024-01-01T10:00:05Z");
        assertThat(reason(aged("a", "own", null), aged("b", "own", null)))
                .isEqualTo("same phase AUTHN and priority 0 and scope and time of creation, name a < b");
    }

    /** With "absent is equal to everything", a is before c by age, c before b and b before a by name. */
    @Test
    void istio_absentTime_makesNoCircle() {
        String a = aged("z-a", "own", "2024-01-01T10:00:01Z");
        String b = aged("m-b", "own", null);
        String c = aged("a-c", "own", "2024-01-01T10:00:05Z");
        for (String text : List.of(a + "---\n" + b + "---\n" + c, c + "---\n" + a + "---\n" + b)) {
            assertThat(istio(OWN, text).chain())
                    .extracting(resource -> resource.spec().name())
                    .containsExactly("m-b", "z-a", "a-c");
        }
    }

    @Test
    void istio_timeThatIsNone_isWarnedOf() {
        Selection selection = istio(OWN, aged("a", "own", "yesterday"));
        assertThat(selection.warnings())
                .hasToString(
                        "[plugins.yaml:1:1 metadata.creationTimestamp: \"yesterday\" is no time, and counts as none"
                                + " (expected: such as 2024-01-31T10:00:00Z)]");
        ResourceSet set = read(aged("a", "own", "yesterday"));
        assertThat(Selection.of(set.resources(), OWN).warnings()).isEmpty();
    }

    @Test
    void istio_withoutNamespaces_goesByAgeAlone() {
        Selection selection = istio(
                Workload.any(),
                aged("a", "one", "2024-01-01T10:00:05Z") + "---\n" + aged("b", "istio-system", "2024-01-01T10:00:01Z"));
        assertThat(selection.chain())
                .extracting(resource -> resource.spec().name())
                .containsExactly("b", "a");
    }

    private static Stream<Arguments> modes() {
        return Stream.of(TieBreaking.values())
                .flatMap(ties -> Stream.of(UnsetPriority.values())
                        .flatMap(unset -> Stream.of(OWN, OWN.withRootNamespace("own"), Workload.any())
                                .map(workload -> Arguments.of(ties, unset, workload))));
    }

    /** Any two are told apart, and a chain of many has each two of them in the order that they have alone. */
    @ParameterizedTest
    @MethodSource("modes")
    void order_isTotal_andDoesNotDependOnTheInput(TieBreaking ties, UnsetPriority unset, Workload workload) {
        Random random = new Random(SEED);
        ReadOptions options = ANY_MODULE.toBuilder().unsetPriority(unset).build();
        for (int round = 0; round < 20; round++) {
            List<PluginResource> resources = resources(random, options);
            List<PluginResource> chain =
                    Selection.of(resources, workload, workload, ties).chain();
            List<String> expected = chain.stream().map(TieBreakingTest::key).toList();
            assertThat(Set.copyOf(expected)).hasSize(expected.size());
            for (int shuffle = 0; shuffle < 5; shuffle++) {
                Collections.shuffle(resources, random);
                assertThat(Selection.of(resources, workload, workload, ties).chain())
                        .as("round %d, seed %d", round, SEED)
                        .extracting(TieBreakingTest::key)
                        .isEqualTo(expected);
            }
            for (int i = 0; i < chain.size(); i++) {
                for (int j = i + 1; j < chain.size(); j++) {
                    List<PluginResource> pair = List.of(chain.get(j), chain.get(i));
                    assertThat(Selection.of(pair, workload, workload, ties).chain())
                            .as("round %d, seed %d", round, SEED)
                            .extracting(TieBreakingTest::key)
                            .containsExactly(expected.get(i), expected.get(j));
                }
            }
        }
    }

    private static List<PluginResource> resources(Random random, ReadOptions options) {
        List<String> names = List.of("a", "ab", "a-b", "b", "p2", "p10", "z");
        List<String> namespaces = List.of("own", "istio-system", "zeta");
        List<String> phases = List.of("AUTHN", "AUTHZ", "STATS", "UNSPECIFIED_PHASE");
        List<String> times = List.of(
                "2024-01-01T10:00:01Z",
                "2024-01-01T10:00:01.5Z",
                "2024-01-01T12:00:01+02:00",
                "2023-01-01T10:00:01Z",
                "x");
        List<PluginResource> resources = new ArrayList<>();
        for (String name : names) {
            for (String namespace : namespaces) {
                List<String> lines = new ArrayList<>();
                lines.add("phase: " + any(phases, random));
                if (random.nextBoolean()) {
                    lines.add("priority: " + (random.nextInt(3) - 1));
                }
                String text = named(name, namespace, lines.toArray(String[]::new));
                if (random.nextBoolean()) {
                    text = text.replace(
                            "metadata:\n", "metadata:\n  creationTimestamp: \"" + any(times, random) + "\"\n");
                }
                PluginResource resource = read(text, options).resources().get(0);
                resources.add(resource);
                if (random.nextInt(3) == 0) {
                    PluginSpec spec = resource.spec().toBuilder()
                            .tieBreaks(List.of(
                                    new TieBreak("name", name),
                                    new TieBreak("namespace", namespace),
                                    new TieBreak("kind", "TrafficExtension")))
                            .build();
                    resources.add(
                            new PluginResource("TrafficExtension", resource.model(), spec, "", resource.position()));
                }
                if (random.nextInt(3) == 0) {
                    resources.add(extension(resource, random));
                }
            }
        }
        return resources;
    }

    private static PluginResource extension(PluginResource resource, Random random) {
        PluginSpec spec = resource.spec();
        String image = any(List.of("a.io/x:1", "b.io/x:1", "-2.io/x:1"), random);
        PluginSpec extension = spec.toBuilder()
                .phase(any(EXTENSION_PHASES, random))
                .tieBreaks(List.of(
                        new TieBreak("name and image", spec.name() + image),
                        new TieBreak("namespace", spec.namespace())))
                .build();
        return new PluginResource("ServiceMeshExtension", resource.model(), extension, "", resource.position());
    }

    private static <T> T any(List<T> choices, Random random) {
        return choices.get(random.nextInt(choices.size()));
    }

    private static String key(PluginResource resource) {
        return resource.kind() + " " + resource.identity();
    }

    private static String aged(String name, String namespace, String created) {
        String text = named(name, namespace, "phase: AUTHN");
        return created == null
                ? text
                : text.replace("metadata:\n", "metadata:\n  creationTimestamp: \"" + created + "\"\n");
    }

    private static Selection istio(Workload workload, String text) {
        ResourceSet set = read(text);
        assertThat(set.errors()).isEmpty();
        return Selection.of(set.resources(), workload, workload, TieBreaking.ISTIO);
    }

    private static String reason(String earlier, String later) {
        List<PluginResource> chain = istio(OWN, later + "---\n" + earlier).chain();
        return ChainOrder.reason(chain.get(0).spec(), chain.get(1).spec());
    }
}
