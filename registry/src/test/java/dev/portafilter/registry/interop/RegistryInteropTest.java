package dev.portafilter.registry.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.registry.FetchException;
import dev.portafilter.registry.FetchedImage;
import dev.portafilter.registry.ImageFetcher;
import dev.portafilter.registry.ImageLayout;
import dev.portafilter.registry.ImageOptions;
import dev.portafilter.registry.ModuleImage;
import dev.portafilter.registry.RegistryClient;
import dev.portafilter.registry.RegistryOptions;
import dev.portafilter.registry.Repository;
import dev.portafilter.registry.ResolvedImage;
import dev.portafilter.registry.interop.RunningRegistry.Authentication;
import dev.portafilter.resources.ImageReference;
import dev.portafilter.resources.ModuleReference;
import dev.portafilter.resources.ModuleUrl;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Images of others are pulled here, and ours there, from docker-registry, whatever it asks for. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(300)
class RegistryInteropTest {
    private final Matrix matrix = new Matrix("images by layout", (Object[]) Authentication.values());
    private final Map<Authentication, RunningRegistry> registries = new EnumMap<>(Authentication.class);
    private final byte[] module = TestFiles.module();

    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private RegistryClient client;

    @BeforeAll
    void makeClient(@TempDir Path shared) throws Exception {
        directory = shared;
        client = new RegistryClient(RegistryOptions.DEFAULT);
    }

    @AfterAll
    void stopAndPrint() throws Exception {
        for (RunningRegistry registry : registries.values()) {
            registry.close();
        }
        matrix.print();
    }

    private RunningRegistry registry(Authentication authentication) throws Exception {
        RunningRegistry registry = registries.get(authentication);
        if (registry == null) {
            registry = RunningRegistry.start(
                    Files.createDirectories(directory.resolve(authentication.name())), authentication);
            registries.put(authentication, registry);
            TestFiles.write(registry.home());
        }
        return registry;
    }

    static List<Arguments> pushes() {
        List<Arguments> rows = new ArrayList<>();
        for (Authentication authentication : Authentication.values()) {
            ToolPush.ALL.forEach(push -> rows.add(Arguments.of(push, authentication)));
        }
        return rows;
    }

    @ParameterizedTest(name = "{0}, authentication {1}")
    @MethodSource("pushes")
    void imageOfATool_isPulled(ToolPush push, Authentication authentication) throws Exception {
        push.tool().file();
        RunningRegistry registry = registry(authentication);
        String repository = registry.host() + "/" + push.path();
        push.run(registry.home(), repository);
        FetchedImage image = pull(registry, repository + ":v1");
        assertThat(image.module()).isEqualTo(module);
        assertThat(image.layout()).isEqualTo(push.expected());
        // The digest that the registry gave is the one that others see.
        assertThat(RegistryTool.CRANE
                        .run(registry.home(), "digest", "--insecure", repository + ":v1")
                        .trim())
                .isEqualTo(image.digest());
        assertThat(pull(registry, repository + "@" + image.digest()).module()).isEqualTo(module);
        matrix.passed(push.tool(), push.layout(), "pushes, we pull", authentication);
    }

    static List<Arguments> extensions() {
        List<Arguments> rows = new ArrayList<>();
        for (Authentication authentication : Authentication.values()) {
            ToolPush.EXTENSIONS.forEach(push -> rows.add(Arguments.of(push, authentication)));
        }
        return rows;
    }

    @ParameterizedTest(name = "{0}, authentication {1}")
    @MethodSource("extensions")
    void imageOfAnExtension_isPulled_withWhatItsManifestSays(ToolPush push, Authentication authentication)
            throws Exception {
        push.tool().file();
        RunningRegistry registry = registry(authentication);
        String repository = registry.host() + "/" + push.path();
        push.run(registry.home(), repository);
        FetchedImage image = pull(registry, repository + ":v1", ModuleReference.Layout.EXTENSION);
        assertThat(image.module()).isEqualTo(module);
        assertThat(image.layout()).isEqualTo(push.expected());
        assertThat(Objects.requireNonNull(image.manifest()).priority()).isEqualTo(7);
        matrix.passed(push.tool(), push.layout(), "pushes, we pull", authentication);
    }

    @Test
    void layerThatIsPackedWithZstd_isRefusedByName() throws Exception {
        RunningRegistry registry = registry(Authentication.NONE);
        String repository = registry.host() + "/zstd";
        String layer = "layer.tar:application/vnd.oci.image.layer.v1.tar+zstd";
        RegistryTool.ORAS.run(registry.home(), "push", "--plain-http", repository + ":v1", layer);
        assertThatThrownBy(() -> pull(registry, repository + ":v1"))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("is packed with zstd, which is not supported (expected: tar or tar+gzip)");
    }

    static List<Arguments> pulls() {
        List<Arguments> rows = new ArrayList<>();
        for (Authentication authentication : Authentication.values()) {
            for (ImageLayout layout : ImageLayout.values()) {
                for (boolean config : new boolean[] {false, true}) {
                    rows.add(Arguments.of(layout, config, authentication));
                }
            }
        }
        return rows;
    }

    @ParameterizedTest(name = "{0}, with configuration {1}, authentication {2}")
    @MethodSource("pulls")
    void imagePushedHere_isReadByTheTools(ImageLayout layout, boolean config, Authentication authentication)
            throws Exception {
        RunningRegistry registry = registry(authentication);
        String repository = registry.host() + "/ours/" + layout.name().toLowerCase(Locale.ROOT) + config;
        byte[] runtimeConfig = config ? Files.readAllBytes(registry.home().resolve("runtime-config.json")) : null;
        ImageReference reference = reference(repository + ":v1");
        ModuleImage made = ModuleImage.of(layout, module, runtimeConfig);
        String digest = made.push(client.openWritable(reference, registry.keychain()), "v1");
        assertThat(digest).isEqualTo(made.digest());
        FetchedImage pulled = pull(registry, repository + ":v1");
        assertThat(pulled.module()).isEqualTo(module);
        assertThat(pulled.layout()).isEqualTo(layout);
        String name = layout.name().toLowerCase(Locale.ROOT) + (config ? " with config" : "");
        for (RegistryTool tool : List.of(RegistryTool.CRANE, RegistryTool.ORAS, RegistryTool.SKOPEO)) {
            ToolPull.read(tool, registry.home(), repository, layout, digest, module);
            matrix.passed(tool, name, "pulls what we push", authentication);
        }
    }

    private static ImageReference reference(String text) {
        return Objects.requireNonNull(ModuleUrl.parse("oci://" + text).image());
    }

    private FetchedImage pull(RunningRegistry registry, String reference) throws Exception {
        return pull(registry, reference, ModuleReference.Layout.PLUGIN);
    }

    private FetchedImage pull(RunningRegistry registry, String reference, ModuleReference.Layout layout)
            throws Exception {
        ImageReference image = reference(reference);
        Repository repository = client.open(image, registry.keychain());
        ImageFetcher fetcher = new ImageFetcher(ImageOptions.DEFAULT);
        String digest = image.digest();
        ResolvedImage resolved = fetcher.resolve(repository, digest == null ? image.tag() : digest);
        return fetcher.fetch(repository, resolved, layout, false);
    }
}
