package dev.portafilter.resources;

import static dev.portafilter.resources.Resources.named;
import static dev.portafilter.resources.Resources.namedExtension;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.resources.Migration.Options;
import dev.portafilter.resources.Migration.Target;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The chain after migration has the order of the chain before: section 3.7. */
class MigrationOrderTest {
    private static final int SETS = 300;
    private static final String[] PHASES = {"PreAuthN", "PostAuthN", "PreAuthZ", "PostAuthZ", "PreStats", "PostStats"};
    private static final String[] PLUGIN_PHASES = {"AUTHN", "AUTHZ", "STATS", "''"};
    private static final Map<String, String> LABELS = Map.of("app", "a", "team", "t");

    @ParameterizedTest
    @EnumSource(Target.class)
    void order_ofRandomSets_stays(Target target) {
        for (int seed = 0; seed < SETS; seed++) {
            Random random = new Random(seed);
            String text = randomSet(random);
            Options options = new Options(target, random.nextBoolean(), random.nextBoolean(), false, "PostAuthZ");
            assertOrderStays("set " + seed, text, options);
        }
    }

    private static String randomSet(Random random) {
        List<Integer> names = new ArrayList<>(
                IntStream.range(0, 2 + random.nextInt(9)).boxed().toList());
        Collections.shuffle(names, random);
        List<String> documents = new ArrayList<>();
        for (int name : names) {
            List<String> lines = new ArrayList<>();
            boolean extension = random.nextInt(3) > 0;
            String namespace = random.nextInt(4) == 0 ? "istio-system" : "ns";
            if (!extension || random.nextInt(8) > 0) {
                String[] phases = extension ? PHASES : PLUGIN_PHASES;
                lines.add("phase: " + phases[random.nextInt(phases.length)]);
            }
            if (random.nextInt(3) > 0) {
                lines.add("priority: " + (random.nextInt(7) - 3) * (random.nextInt(20) == 0 ? 4_000_000_000L : 1));
            }
            if (random.nextInt(3) == 0) {
                String labels = "{app: " + (random.nextBoolean() ? "a" : "b") + "}";
                lines.add(
                        extension
                                ? "workloadSelector: {labels: " + labels + "}"
                                : "selector: {matchLabels: " + labels + "}");
            }
            if (extension) {
                lines.add("image: quay.io/" + (char) ('a' + random.nextInt(26)) + "/i:" + name);
            }
            String[] all = lines.toArray(String[]::new);
            String id = "p" + name;
            documents.add(extension ? namedExtension(id, namespace, all) : named(id, namespace, all));
        }
        return String.join("---\n", documents);
    }

    @Test
    void priorities_thatGiveTheOrder_areKept() {
        String text = namedExtension("a", "ns", "phase: PostAuthN", "priority: 5") + "---\n"
                + namedExtension("b", "ns", "phase: PreAuthZ", "priority: 5") + "---\n"
                + namedExtension("c", "ns", "phase: PreAuthZ", "priority: 1");
        Migration.Result result = assertOrderStays("kept", text, Options.DEFAULT);
        assertThat(result.files().get(0).text()).contains("priority: 5", "priority: 1\n");
        assertThat(String.join("", result.notes())).doesNotContain("new priorities");
    }

    @Test
    void unsetPriority_beforeANegativeOne_isWritten_sinceIstioTurnsThemAround() {
        String text = namedExtension("a", "ns", "phase: PreAuthN") + "---\n"
                + namedExtension("b", "ns", "phase: PreAuthN", "priority: -5");
        Migration.Result result = assertOrderStays("unset", text, Options.DEFAULT);
        assertThat(result.notes())
                .contains("phase AUTHN: new priorities, so that the order stays: ns/a unset -> 20, ns/b -5 -> 10");
    }

    @Test
    void ties_thatImagesDecided_getPriorities() {
        String text = namedExtension("a", "ns", "phase: PreAuthZ", "image: z.io/x/i:1") + "---\n"
                + namedExtension("ab", "ns", "phase: PreAuthZ", "image: c.io/x/i:1");
        Migration.Result result = assertOrderStays("ties", text, Options.DEFAULT);
        assertThat(result.notes())
                .contains("phase AUTHZ: new priorities, so that the order stays: ns/ab unset -> 20, ns/a unset -> 10");
    }

    @Test
    void resourcesThatNeverMeet_keepTheirPriorities() {
        String text = namedExtension(
                        "z", "ns", "phase: PostAuthN", "priority: 1", "workloadSelector: {labels: {app: a}}")
                + "---\n"
                + namedExtension("a", "ns", "phase: PreAuthZ", "priority: 9", "workloadSelector: {labels: {app: b}}");
        Migration.Result result = assertOrderStays("apart", text, Options.DEFAULT);
        assertThat(result.files().get(0).text()).contains("priority: 1\n", "priority: 9\n");
    }

    @Test
    void priorities_thatTheOrderNeeds_stayWhenTheyAreToBeLeftOut() {
        String text = namedExtension("a", "ns", "phase: PreAuthN", "priority: 1") + "---\n"
                + namedExtension("b", "ns", "phase: PreAuthN", "priority: 5");
        Options without = new Options(Target.WASM_PLUGIN, true, false, false, null);
        Migration.Result result = assertOrderStays("needed", text, without);
        assertThat(result.notes())
                .contains("phase AUTHN: priorities stay, because without them the order would change: ns/b, ns/a");
        assertThat(result.files().get(0).text()).contains("priority: 1\n", "priority: 5\n");
    }

    /** For a gateway in each namespace, with each label or without, the chains are compared. */
    private static Migration.Result assertOrderStays(String what, String text, Options options) {
        List<PluginResource> before = Resources.read(text).resources().stream()
                .map(resource -> resource.pending()
                        ? resource.withManifest(new Manifest(ServiceMeshExtension.PHASE.ofWord("PostAuthZ"), null, "m"))
                        : resource)
                .toList();
        Migration.Result result = Migration.of("plugins.yaml", text.getBytes(StandardCharsets.UTF_8), options);
        assertThat(result.hasErrors()).as("%s %s", what, result.problems()).isFalse();
        String migrated = result.files().get(0).text();
        for (ReadOptions.UnsetPriority unset : ReadOptions.UnsetPriority.values()) {
            ReadOptions reading =
                    Resources.ANY_MODULE.toBuilder().unsetPriority(unset).build();
            // Only what was migrated has the order it had: plugins without priority are read by this setting before
            // too.
            if (unset == ReadOptions.UnsetPriority.LOWEST
                    && before.stream().anyMatch(resource -> resource.kind().equals(WasmPlugin.KIND))) {
                continue;
            }
            List<PluginResource> after = Resources.read(migrated, reading).resources();
            assertThat(after).hasSameSizeAs(before);
            for (String namespace : List.of("ns", "istio-system")) {
                for (Map<String, String> labels : List.of(LABELS, Map.<String, String>of(), Map.of("app", "b"))) {
                    Workload workload =
                            Workload.DEFAULT.withNamespace(namespace).withLabels(labels);
                    assertThat(chain(after, workload))
                            .as("%s:\n%s\n%s", what, text, migrated)
                            .isEqualTo(chain(before, workload));
                }
            }
        }
        return result;
    }

    private static List<String> chain(List<PluginResource> resources, Workload workload) {
        return Selection.of(resources, workload).chain().stream()
                .map(PluginResource::identity)
                .toList();
    }
}
