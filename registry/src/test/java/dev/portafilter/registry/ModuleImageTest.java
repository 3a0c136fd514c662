package dev.portafilter.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.resources.ModuleReference;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ModuleImageTest {
    private static final byte[] CONFIG =
            TestImages.bytes("{\"type\":\"envoy_proxy\",\"config\":{\"root_ids\":[\"auth\"]}}");

    private TestRegistry registry;
    private RegistryClient client;

    @BeforeEach
    void start() throws IOException {
        registry = TestRegistry.plain();
        client = new RegistryClient(
                RegistryOptions.DEFAULT.withPlainRegistries(List.of(registry.host())),
                InetAddress::getAllByName,
                new FakePace());
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private WritableRepository writable() {
        return client.openWritable(registry.image(), Keychain.EMPTY);
    }

    private FetchedImage fetch(ImageOptions options, String reference) throws FetchException {
        ImageFetcher fetcher = new ImageFetcher(options);
        Repository repository = client.open(registry.image(), Keychain.EMPTY);
        return fetcher.fetch(repository, fetcher.resolve(repository, reference), ModuleReference.Layout.PLUGIN, false);
    }

    @ParameterizedTest
    @EnumSource(ImageLayout.class)
    void imageOfEachLayout_thatIsPushed_isWhatIsFetched(ImageLayout layout) throws IOException {
        ModuleImage image = ModuleImage.of(layout, TestImages.TINY, CONFIG);

        String digest = image.push(writable(), "v1");
        FetchedImage fetched = fetch(ImageOptions.DEFAULT, "v1");

        assertThat(digest).isEqualTo(image.digest());
        assertThat(fetched.digest()).isEqualTo(digest);
        assertThat(fetched.module()).isEqualTo(TestImages.TINY);
        assertThat(fetched.layout()).isEqualTo(layout);
        assertThat(fetched.runtimeConfig().rootIds()).containsExactly("auth");
        assertThat(fetched.warnings()).isEmpty();
        ImageOptions strict = new ImageOptions(1 << 20, true, false, false);
        assertThat(fetch(strict, digest).module()).isEqualTo(TestImages.TINY);
    }

    @ParameterizedTest
    @EnumSource(ImageLayout.class)
    void imageOfEachLayout_withoutConfig_isTheSameEachTime(ImageLayout layout) throws IOException {
        ModuleImage image = ModuleImage.of(layout, TestImages.TINY, null);

        image.push(writable(), image.digest());

        assertThat(ModuleImage.of(layout, TestImages.TINY, null).digest()).isEqualTo(image.digest());
        assertThat(fetch(ImageOptions.DEFAULT, image.digest()).module()).isEqualTo(TestImages.TINY);
    }

    @Test
    void blobsThatAreThere_areNotSentAgain() throws IOException {
        ModuleImage image = ModuleImage.of(ImageLayout.COMPAT, TestImages.TINY, null);
        image.push(writable(), "v1");
        int before = registry.requests().size();

        image.push(writable(), "v2");

        assertThat(registry.lines().subList(before, registry.lines().size()))
                .noneMatch(line -> line.startsWith("POST"))
                .last()
                .isEqualTo("PUT " + TestRegistry.manifestPath("v2"));
        assertThat(registry.manifest("v2").digest()).isEqualTo(image.digest());
    }

    @Test
    void uploadThatFails_isBegunAnew() throws IOException {
        byte[] blob = {1, 2, 3};
        String upload = "PUT /v2/team/auth/blobs/uploads/session?state=1&digest="
                + ImageDocument.digestOf(blob).replace(":", "%3A");
        registry.script(upload, TestRegistry.status(502));

        String digest = writable().putBlob(blob);

        assertThat(registry.blob(digest)).isEqualTo(blob);
        assertThat(registry.lines()).filteredOn(line -> line.startsWith("POST")).hasSize(2);
    }

    @Test
    void pushThatIsRefused_isAnError() {
        registry.guard(exchange -> {
            TestRegistry.status(exchange, 403);
            return false;
        });

        assertThatThrownBy(() -> writable().putBlob(new byte[3])).hasMessageContaining("image.unauthorized");
        assertThatThrownBy(() -> ModuleImage.of(ImageLayout.IMAGE, new byte[3], null))
                .hasMessageContaining("module.invalidMagic");
    }

    @Test
    void push_asksForATokenThatMayPush() throws IOException {
        registry.guard(exchange -> {
            if ("Bearer t".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                return true;
            }
            TestRegistry.challenge("Bearer realm=\"" + registry.url() + "/token\"")
                    .send(exchange);
            return false;
        });
        registry.script(
                "GET /token?scope=repository%3Ateam%2Fauth%3Apull%2Cpush", TestRegistry.text("{\"token\":\"t\"}"));

        assertThat(registry.blob(writable().putBlob(new byte[] {7}))).containsExactly(7);
    }
}
