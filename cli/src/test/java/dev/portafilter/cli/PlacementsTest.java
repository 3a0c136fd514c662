package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.registry.ImageOptions;
import dev.portafilter.registry.Keychain;
import dev.portafilter.registry.ModuleOptions;
import dev.portafilter.registry.PullSecrets;
import dev.portafilter.registry.RegistryModules;
import dev.portafilter.registry.RegistryOptions;
import dev.portafilter.resources.PluginResource;
import dev.portafilter.resources.ReadOptions;
import dev.portafilter.resources.ResourceReader;
import dev.portafilter.resources.Selection;
import dev.portafilter.resources.TieBreaking;
import dev.portafilter.resources.Workload;
import dev.portafilter.runtime.plugin.Phase;
import dev.portafilter.runtime.service.MetricStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Extensions whose image says where they stand. */
@Timeout(60)
class PlacementsTest {
    private static final String MANIFEST =
            "schemaVersion: 1\nname: filter\nphase: PostAuthZ\npriority: 7\nmodule: extension.wasm\n";
    private static final byte[] MODULE = {0, 'a', 's', 'm', 1, 0, 0, 0};

    @TempDir
    private Path directory;

    private MemoryRegistry registry;
    private RegistryModules modules;

    @BeforeEach
    void open() throws IOException {
        registry = new MemoryRegistry();
        modules = RegistryModules.open(
                ModuleOptions.DEFAULT.withCacheDirectory(directory),
                RegistryOptions.DEFAULT.withInsecureRegistries(List.of(registry.host())),
                ImageOptions.DEFAULT,
                PullSecrets.NONE,
                Keychain.EMPTY,
                new MetricStore());
    }

    @AfterEach
    void close() throws IOException {
        modules.close();
        registry.close();
    }

    private List<PluginResource> extension() {
        String yaml = "apiVersion: maistra.io/v1\nkind: ServiceMeshExtension\nmetadata: {name: filter}\n"
                + "spec: {image: '" + registry.host() + "/maistra/filter:2.2'}\n";
        ReadOptions options = ReadOptions.DEFAULT.toBuilder().modules(modules).build();
        return ResourceReader.read("e.yaml", yaml.getBytes(StandardCharsets.UTF_8), options)
                .resources();
    }

    private static Function<Collection<PluginResource>, Selection> through(Placements placements) {
        return placements.before(
                resources -> Selection.of(resources, Workload.any(), Workload.any(), TieBreaking.OSSM));
    }

    private static void assertPlaced(Selection selection) {
        assertThat(selection.chain()).hasSize(1);
        assertThat(selection.chain().get(0).spec().phase()).isEqualTo(Phase.POST_AUTHZ);
        assertThat(selection.chain().get(0).spec().priority()).isEqualTo(7);
    }

    @Test
    void extension_isPlaced_atOnce_forWhoWaits() {
        ExtensionImages.push(registry, "maistra/filter", MANIFEST, MODULE);
        try (Placements placements = new Placements(modules, true)) {
            assertPlaced(through(placements).apply(extension()));
        }
    }

    @Test
    void extension_isPending_untilItsImageIsRead_andThenItIsSelectedAgain() throws Exception {
        ExtensionImages.push(registry, "maistra/filter", MANIFEST, MODULE);
        CountDownLatch placed = new CountDownLatch(1);
        try (Placements placements = new Placements(modules, false)) {
            placements.whenPlaced(placed::countDown);
            List<PluginResource> resources = extension();
            Selection first = through(placements).apply(resources);
            assertThat(first.chain()).isEmpty();
            assertThat(first.excluded().get(0).reason()).isEqualTo(Selection.Reason.PENDING);
            assertThat(placed.await(30, TimeUnit.SECONDS)).isTrue();
            assertPlaced(through(placements).apply(resources));
        }
    }

    @Test
    void extension_thatIsPlacedBeforeAnybodyWantsToKnow_isToldThen_once() throws Exception {
        ExtensionImages.push(registry, "maistra/filter", MANIFEST, MODULE);
        AtomicInteger told = new AtomicInteger();
        CountDownLatch tell = new CountDownLatch(1);
        Runnable action = () -> {
            told.incrementAndGet();
            tell.countDown();
        };
        try (Placements placements = new Placements(modules, false)) {
            List<PluginResource> resources = extension();
            // Bounded by the timeout of the class.
            while (through(placements).apply(resources).chain().isEmpty()) {
                Thread.onSpinWait();
            }
            placements.whenPlaced(action);
            placements.whenPlaced(action);
            assertThat(tell.await(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(told).hasValue(1);
    }

    @Test
    void extension_isAskedForAgain_whenItsImageComesLater_onceForAllWhoSelect() throws Exception {
        CountDownLatch placed = new CountDownLatch(1);
        try (Placements placements = new Placements(modules, true)) {
            placements.whenPlaced(placed::countDown);
            List<PluginResource> resources = extension();
            assertThat(through(placements).apply(resources).chain()).isEmpty();
            assertThat(through(placements).apply(resources).chain()).isEmpty();
            ExtensionImages.push(registry, "maistra/filter", MANIFEST, MODULE);
            assertThat(placed.await(30, TimeUnit.SECONDS)).isTrue();
            assertPlaced(through(placements).apply(resources));
        }
    }
}
