package dev.portafilter.registry;

import static dev.portafilter.registry.FixedVectors.BUNDLE;
import static dev.portafilter.registry.FixedVectors.MANIFEST;
import static dev.portafilter.registry.FixedVectors.MANIFEST_DIGEST;
import static dev.portafilter.registry.FixedVectors.OTHER_P256;
import static dev.portafilter.registry.FixedVectors.P256;
import static dev.portafilter.registry.FixedVectors.P256_SIGNATURE;
import static dev.portafilter.registry.FixedVectors.PAYLOAD;
import static dev.portafilter.registry.FixedVectors.TINY_MODULE;
import static dev.portafilter.registry.FixedVectors.TINY_SHA256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portafilter.resources.ModuleLocator;
import dev.portafilter.resources.ModuleReference;
import dev.portafilter.resources.ModuleReference.Layout;
import dev.portafilter.resources.ModuleReference.PullPolicy;
import dev.portafilter.resources.ModuleUrl;
import dev.portafilter.runtime.service.MetricStore;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All of it over real connections, to a server in this process. */
class RegistryModulesWireTest {
    private static final String INDEX_TYPE = "application/vnd.oci.image.index.v1+json";

    @TempDir
    private Path directory;

    private final FakeTime time = new FakeTime();
    private TestRegistry server;
    private RegistryModules modules;

    @BeforeEach
    void start() throws Exception {
        server = TestRegistry.plain();
        server.putBlob("{}".getBytes(StandardCharsets.UTF_8));
        server.putBlob(TINY_MODULE);
        server.putManifest("v1", FakeRepository.OCI_MANIFEST, MANIFEST);
        modules = open(RegistryOptions.DEFAULT.withPlainRegistries(List.of(server.host())));
    }

    @AfterEach
    void end() throws Exception {
        modules.close();
        server.close();
    }

    private RegistryModules open(RegistryOptions options) throws IOException {
        RegistryClient client = new RegistryClient(options, InetAddress::getAllByName, time);
        return new RegistryModules(
                ModuleOptions.DEFAULT.withCacheDirectory(directory),
                new WebTransport(client.web(), client.options()),
                new RegistryImages(
                        client,
                        new ImageFetcher(ImageOptions.DEFAULT),
                        PullSecrets.in(directory.resolve("secrets"), warning -> {}),
                        Keychain.EMPTY),
                new MetricStore(),
                time,
                () -> 1_000_000_000_000L);
    }

    private byte[] load(String url, String sha256, List<String> secrets, PublicKey... keys) throws IOException {
        ModuleReference module = new ModuleReference(
                ModuleUrl.parse(url), Layout.PLUGIN, sha256, PullPolicy.UNSPECIFIED, secrets, List.of(keys));
        return modules.locate(module, new ModuleLocator.Requester("ns", "a", "1"), Path.of(""))
                .load();
    }

    private FetchException refused(String url, PublicKey... keys) {
        return catchThrowableOfType(FetchException.class, () -> load(url, "", List.of(), keys));
    }

    private String image() {
        return "oci://" + server.host() + "/" + TestRegistry.REPOSITORY + ":v1";
    }

    @Test
    void image_isPulledVerifiedAndCached() throws Exception {
        server.putBlob(PAYLOAD);
        String layer = new FakeRepository().signatureLayer(PAYLOAD, P256_SIGNATURE);
        server.putManifest(
                SimpleSigning.tag(MANIFEST_DIGEST),
                FakeRepository.OCI_MANIFEST,
                FakeRepository.manifestOf("", layer).getBytes(StandardCharsets.UTF_8));
        assertThat(load(image(), "", List.of(), P256)).isEqualTo(TINY_MODULE);
        int requests = server.lines().size();
        assertThat(load(image(), "", List.of(), P256)).isEqualTo(TINY_MODULE);
        assertThat(server.lines()).hasSize(requests);
        assertThat(refused(image(), OTHER_P256).code()).isEqualTo("signature.noneValid");
    }

    @Test
    @DisplayName("T-115 b: a bundle is found by the fallback tag where there are no referrers")
    void bundle_atTheFallbackTag_isVerified() throws Exception {
        server.putBlob(BUNDLE);
        String type = "application/vnd.dev.sigstore.bundle.v0.3+json";
        String layer = new FakeRepository().layer(type, BUNDLE, "");
        byte[] manifest = FakeRepository.manifestOf(MANIFEST_DIGEST, layer).getBytes(StandardCharsets.UTF_8);
        String digest = server.putManifest("bundle", FakeRepository.OCI_MANIFEST, manifest);
        String index = "{\"schemaVersion\":2,\"mediaType\":\"" + INDEX_TYPE + "\",\"manifests\":[{\"mediaType\":\""
                + FakeRepository.OCI_MANIFEST + "\",\"digest\":\"" + digest + "\",\"size\":" + manifest.length
                + ",\"artifactType\":\"" + type + "\"}]}";
        server.putManifest(MANIFEST_DIGEST.replace(':', '-'), INDEX_TYPE, index.getBytes(StandardCharsets.UTF_8));
        assertThat(load(image(), "", List.of(), P256)).isEqualTo(TINY_MODULE);
        assertThat(modules.cache().entries().get(0).signedBy()).containsExactly(SignatureAlgorithm.fingerprint(P256));
    }

    @Test
    @DisplayName("T-117: a registry that answers 500 for the signature is signature.fetch")
    void registryThatFailsForSignatures_isRefused() {
        TestRegistry.Answer broken = TestRegistry.status(500);
        server.script("GET " + TestRegistry.manifestPath(SimpleSigning.tag(MANIFEST_DIGEST)), broken, broken, broken);
        assertThat(refused(image(), P256).code()).isEqualTo("signature.fetch");
        assertThat(server.lines()).noneMatch(line -> line.contains("/blobs/"));
    }

    @Test
    @DisplayName("T-111: an image without any signature is signature.notFound")
    void imageWithoutSignature_isRefused() {
        FetchException e = refused(image(), P256);
        assertThat(e.code()).isEqualTo("signature.notFound");
        assertThat(e).hasMessageContaining(MANIFEST_DIGEST);
    }

    @Test
    void secretThatIsMissing_isRefused_withoutARequest() {
        FetchException e = catchThrowableOfType(FetchException.class, () -> load(image(), "", List.of("pull")));
        assertThat(e.code()).isEqualTo("secret.notFound");
        assertThat(server.lines()).isEmpty();
    }

    @Test
    void httpModule_isHad_throughRedirectsAndRetries() throws Exception {
        server.script(
                "GET /m.wasm", TestRegistry.status(503), TestRegistry.redirect(302, "/blobs/sha256:" + TINY_SHA256));
        assertThat(load(server.url() + "/m.wasm", "", List.of())).isEqualTo(TINY_MODULE);
        assertThat(server.lines()).containsExactly("GET /m.wasm", "GET /m.wasm", "GET /blobs/sha256:" + TINY_SHA256);
        assertThat(time.waits).containsExactly(500L);
    }

    @Test
    void redirect_toABlockedAddressOrWithAUser_isRefused_withoutRetry() {
        server.script(
                "GET /a",
                TestRegistry.redirect(302, "http://169.254.169.254/latest"),
                TestRegistry.redirect(302, "http://user:secret@" + server.host() + "/b"));
        assertThat(refused(server.url() + "/a").code()).isEqualTo("fetch.blockedAddress");
        FetchException e = refused(server.url() + "/a");
        assertThat(e.code()).isEqualTo("fetch.redirects");
        assertThat(String.valueOf(e.getMessage())).doesNotContain("secret");
        assertThat(server.lines()).hasSize(2);
        assertThat(refused("http://169.254.169.254/x").code()).isEqualTo("fetch.blockedAddress");
    }

    @Test
    void redirect_fromTlsToPlain_isFollowed_onlyForPinnedContent() throws Exception {
        try (TestRegistry secured = TestRegistry.secured()) {
            TestRegistry.Answer away = TestRegistry.redirect(302, server.url() + "/blobs/sha256:" + TINY_SHA256);
            secured.script("GET /m.wasm", away, away);
            modules.close();
            modules = open(RegistryOptions.DEFAULT.withInsecureRegistries(List.of(secured.host())));
            String url = "https://" + secured.host() + "/m.wasm";
            assertThat(refused(url).code()).isEqualTo("fetch.redirects");
            assertThat(load(url, TINY_SHA256, List.of())).isEqualTo(TINY_MODULE);
        }
    }

    @Test
    void httpModule_thatIsTooLarge_isRefused() throws Exception {
        HttpTransport transport = new WebTransport(
                new RegistryClient(RegistryOptions.DEFAULT, InetAddress::getAllByName, time).web(),
                RegistryOptions.DEFAULT);
        String url = server.url() + "/blobs/sha256:" + TINY_SHA256;
        Deadline deadline = Deadline.after(Duration.ofSeconds(5), time);
        assertThat(transport.get(url, TINY_MODULE.length, false, deadline).body())
                .isEqualTo(TINY_MODULE);
        FetchException e = catchThrowableOfType(
                FetchException.class, () -> transport.get(url, TINY_MODULE.length - 1, false, deadline));
        assertThat(e.code()).isEqualTo("limit.moduleTooLarge");
    }

    @Test
    void modules_ofThisMachinesNetwork_areOpened() throws Exception {
        modules.close();
        modules = RegistryModules.open(
                ModuleOptions.DEFAULT,
                RegistryOptions.DEFAULT,
                ImageOptions.DEFAULT,
                PullSecrets.NONE,
                Keychain.EMPTY,
                new MetricStore());
        assertThat(load(image(), Sha256.hexOf(MANIFEST_DIGEST), List.of())).isEqualTo(TINY_MODULE);
    }
}
