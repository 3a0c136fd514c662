package dev.portafilter.registry;

import static dev.portafilter.registry.FixedVectors.ED25519;
import static dev.portafilter.registry.FixedVectors.MANIFEST_DIGEST;
import static dev.portafilter.registry.FixedVectors.OTHER_P256;
import static dev.portafilter.registry.FixedVectors.P256;
import static dev.portafilter.registry.FixedVectors.P256_SIGNATURE;
import static dev.portafilter.registry.FixedVectors.PAYLOAD;
import static dev.portafilter.registry.FixedVectors.SIGNED_MODULE;
import static dev.portafilter.registry.FixedVectors.TINY_MODULE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portafilter.resources.Manifest;
import dev.portafilter.resources.ModuleReference.Layout;
import dev.portafilter.resources.ModuleReference.PullPolicy;
import dev.portafilter.resources.PluginResource;
import dev.portafilter.resources.ReadOptions;
import dev.portafilter.resources.ResourceReader;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.ProxyWasmHost;
import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.Phase;
import dev.portafilter.runtime.plugin.PluginSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryModulesTest {
    private static final String URL = "https://h/m.wasm";
    private static final String IMAGE = "oci://h/r:v1";

    @TempDir
    private Path directory;

    private final ModulesFixture fixture = new ModulesFixture();
    private final KeyPair keys = TestKeys.ec("secp256r1");

    @BeforeEach
    void open() throws IOException {
        fixture.open(directory.resolve("cache"));
        fixture.images.image("v1", MANIFEST_DIGEST, TINY_MODULE);
        fixture.http.file(URL, TINY_MODULE);
    }

    private void sign() {
        FakeRepository repository = fixture.images.repository;
        repository.signatures(MANIFEST_DIGEST, repository.signatureLayer(PAYLOAD, P256_SIGNATURE));
    }

    @Test
    void image_isVerified_beforeItsLayersAreRead_andNotCachedOtherwise() throws Exception {
        FetchException e = fixture.want(IMAGE).keys(P256).refused();
        assertThat(e.code()).isEqualTo("signature.notFound");
        assertThat(fixture.images.requests).containsExactly("manifest v1");
        assertThat(fixture.modules().cache().entries()).isEmpty();
        assertThat(fixture.fetches("signature_failure")).isEqualTo(1);
        sign();
        assertThat(fixture.want(IMAGE).keys(P256).load()).isEqualTo(TINY_MODULE);
        assertThat(fixture.modules().cache().entries().get(0).signedBy())
                .containsExactly(SignatureAlgorithm.fingerprint(P256));
    }

    @Test
    @DisplayName("T-122: an image that is cached is verified when a key comes, once")
    void cachedImage_isVerified_whenAKeyComes() throws Exception {
        fixture.want(IMAGE).load();
        fixture.images.requests.clear();
        assertThat(fixture.want(IMAGE).keys(P256).refused().code()).isEqualTo("signature.notFound");
        sign();
        assertThat(fixture.want(IMAGE).keys(P256).load()).isEqualTo(TINY_MODULE);
        assertThat(fixture.images.requests).isEmpty();
        int before = fixture.images.repository.requests.size();
        fixture.open(directory.resolve("cache"));
        assertThat(fixture.want(IMAGE).keys(OTHER_P256, P256).load()).isEqualTo(TINY_MODULE);
        assertThat(fixture.images.repository.requests).hasSize(before);
        assertThat(fixture.want(IMAGE).keys(OTHER_P256).refused().code()).isEqualTo("signature.noneValid");
    }

    @Test
    @DisplayName("T-120: a plugin that fails open and is not signed is skipped, and its code never loaded")
    void pluginThatIsNotSigned_isNeverInstantiated() throws Exception {
        PluginSpec spec = PluginSpec.builder("p", fixture.want(URL).keys(P256).source())
                .failurePolicy(FailurePolicy.FAIL_OPEN)
                .build();
        try (ProxyWasmHost host = ProxyWasmHost.builder().plugin(spec).build()) {
            PluginStatus status = host.plugins().get(0);
            assertThat(status.state()).isEqualTo(PluginStatus.State.FAILED);
            assertThat(status.reason()).startsWith("signature.notFound: https://h/m.wasm: has no signature");
            assertThat(status.digest()).isEmpty();
            assertThat(status.vmCount()).isZero();
        }
    }

    @Test
    @DisplayName("T-143: one fetch and then one hit are counted, and one entry is there")
    void fetchAndHit_areCounted() throws Exception {
        fixture.want(IMAGE).load();
        fixture.want(IMAGE).load();
        assertThat(fixture.fetches("success")).isEqualTo(1);
        assertThat(fixture.metrics
                        .hostCounter("istio_agent_wasm_cache_lookup_count", "hit", "true")
                        .sum())
                .isEqualTo(1);
        assertThat(fixture.metrics.hostSamples())
                .filteredOn(sample -> sample.name().equals("istio_agent_wasm_cache_entries"))
                .singleElement()
                .satisfies(sample -> assertThat(sample.value()).isEqualTo(1));
    }

    @Test
    void rootIds_ofTheImage_areKnownOnceItIsLoaded_fromTheCacheToo() throws Exception {
        fixture.images.rootIds = List.of("one");
        LocatedModule first = fixture.want(IMAGE).source();
        assertThat(first.rootIds()).isEmpty();
        first.load();
        assertThat(first.rootIds()).containsExactly("one");
        assertThat(first.rootId()).isEmpty();

        fixture.images.usesRootIds = true;
        fixture.open(directory.resolve("cache"));
        fixture.images.requests.clear();
        LocatedModule cached = fixture.want(IMAGE).source();
        cached.load();
        assertThat(fixture.images.requests).isEmpty();
        assertThat(cached.rootId()).isEqualTo("one");
    }

    @Test
    void rootId_isThatOfTheImage_onlyIfItListsOne() throws Exception {
        fixture.images.usesRootIds = true;
        fixture.images.rootIds = List.of("one", "two");
        fixture.open(directory.resolve("cache"));
        LocatedModule source = fixture.want(IMAGE).source();
        source.load();
        assertThat(source.rootIds()).containsExactly("one", "two");
        assertThat(source.rootId()).isEmpty();
    }

    @Test
    void httpModule_isVerifiedByTheFileBesideIt_andAgainForAnotherKey() throws Exception {
        fixture.http.file(URL, SIGNED_MODULE);
        assertThat(fixture.want(URL).load()).isEqualTo(SIGNED_MODULE);
        assertThat(fixture.want(URL).keys(ED25519).load()).isEqualTo(SIGNED_MODULE);
        assertThat(fixture.http.requests)
                .containsExactly(URL, URL, "https://h/m.wasm.sigstore.json", "https://h/m.wasm.sig");
        fixture.want(URL).keys(ED25519).load();
        assertThat(fixture.http.requests).hasSize(4);
        FetchException e = fixture.want(URL).keys(P256).refused();
        assertThat(e.code()).isEqualTo("signature.notFound");
        assertThat(e).hasMessageContaining(".sig: there is none");
    }

    @Test
    void httpModule_whoseSignatureCannotBeRead_isRefused() {
        fixture.http.next(200, 403);
        assertThat(fixture.want(URL).keys(P256).refused().code()).isEqualTo("signature.fetch");
    }

    @Test
    void file_isVerifiedByTheFileBesideIt() throws Exception {
        Path file = Files.write(directory.resolve("m.wasm"), TINY_MODULE);
        SigningKey key =
                SigningKey.parse(TestKeys.pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
        assertThat(fixture.want("file://" + file)
                        .keys(keys.getPublic())
                        .refused()
                        .code())
                .isEqualTo("signature.notFound");
        Files.write(directory.resolve("m.wasm.sig"), key.signFile(TINY_MODULE));
        assertThat(fixture.want("file://" + file).keys(keys.getPublic()).load()).isEqualTo(TINY_MODULE);
        Files.write(file, SIGNED_MODULE);
        assertThat(fixture.want("file://" + file)
                        .keys(keys.getPublic())
                        .refused()
                        .code())
                .isEqualTo("signature.noneValid");
    }

    @Test
    void file_thatMustBeSigned_isWatchedWithItsSignatures() {
        assertThat(fixture.want("file:///m.wasm").keys(P256).source().files())
                .containsExactly(Path.of("/m.wasm"), Path.of("/m.wasm.sigstore.json"), Path.of("/m.wasm.sig"));
        assertThat(fixture.want("file:///m.wasm").source().files()).containsExactly(Path.of("/m.wasm"));
        assertThat(fixture.want(URL).keys(P256).source().files()).isEmpty();
    }

    @Test
    void file_thatCannotBeHad_isRefusedByItsPlace() {
        Path missing = directory.resolve("none.wasm");
        assertThat(fixture.want("file://" + missing).refused())
                .hasMessage("fetch.file: " + missing + ": no such file (expected: a WebAssembly module)");
        assertThat(fixture.want("file://" + directory).refused()).hasMessageContaining("is no regular file");
    }

    @Test
    void file_thatIsTooLarge_isRefused() throws Exception {
        Path file = Files.write(directory.resolve("m.wasm"), SIGNED_MODULE);
        fixture.open(ModuleOptions.DEFAULT.withMaxBytes(SIGNED_MODULE.length));
        assertThat(fixture.want("file://" + file).load()).isEqualTo(SIGNED_MODULE);
        fixture.open(ModuleOptions.DEFAULT.withMaxBytes(SIGNED_MODULE.length - 1));
        assertThat(fixture.want("file://" + file).refused().code()).isEqualTo("limit.moduleTooLarge");
    }

    @Test
    void start_withoutNetwork_hasWhatIsCached_unlessItMustAsk() throws Exception {
        fixture.want(IMAGE).load();
        fixture.want(URL).load();
        fixture.images.goesDown();
        fixture.http.goesDown();
        fixture.open(directory.resolve("cache"));
        assertThat(fixture.want(IMAGE).load()).isEqualTo(TINY_MODULE);
        assertThat(fixture.want(URL).load()).isEqualTo(TINY_MODULE);
        assertThat(fixture.want(IMAGE)
                        .policy(PullPolicy.ALWAYS)
                        .revision("2")
                        .refused()
                        .code())
                .isEqualTo("fetch.network");
        assertThat(fixture.want(URL)
                        .policy(PullPolicy.ALWAYS)
                        .revision("2")
                        .refused()
                        .code())
                .isEqualTo("fetch.network");
        assertThat(fixture.fetches("manifest_failure")).isEqualTo(1);
        assertThat(fixture.fetches("download_failure")).isEqualTo(1);
    }

    @Test
    void failedPull_isTriedAgain_inTheSameRevision() throws Exception {
        fixture.want(URL).load();
        fixture.http.next(404);
        ModulesFixture.Want always = fixture.want(URL).policy(PullPolicy.ALWAYS).revision("2");
        assertThat(always.refused().code()).isEqualTo("fetch.http(404)");
        assertThat(always.load()).isEqualTo(TINY_MODULE);
        assertThat(fixture.http.requests).hasSize(3);
        always.load();
        assertThat(fixture.http.requests).hasSize(3);
    }

    @Test
    void offline_asksNobody() throws Exception {
        fixture.want(IMAGE).load();
        fixture.want(URL).load();
        fixture.images.requests.clear();
        fixture.http.requests.clear();
        fixture.open(ModuleOptions.DEFAULT
                .withCacheDirectory(directory.resolve("cache"))
                .withOffline(true));
        assertThat(fixture.want(IMAGE).policy(PullPolicy.ALWAYS).load()).isEqualTo(TINY_MODULE);
        assertThat(fixture.want(URL).policy(PullPolicy.ALWAYS).load()).isEqualTo(TINY_MODULE);
        assertThat(fixture.want("oci://h/r:v2").refused().code()).isEqualTo("fetch.offline");
        assertThat(fixture.want("https://h/x").refused().code()).isEqualTo("fetch.offline");
        assertThat(fixture.want(IMAGE).keys(P256).refused().code()).isEqualTo("signature.fetch");
        assertThat(fixture.want(URL).keys(P256).refused().code()).isEqualTo("fetch.offline");
        assertThat(fixture.images.requests).isEmpty();
        assertThat(fixture.http.requests).isEmpty();
    }

    @Test
    void secretThatCannotBeUsed_neverMeansAnonymous() {
        assertThat(fixture.want(IMAGE).secret("pull").refused().code()).isEqualTo("secret.notFound");
        assertThat(fixture.images.requests).isEmpty();
    }

    @Test
    void bytesThatAreNoModule_areRefused_andNotCached() throws Exception {
        fixture.http.file(URL, "wasm\n".getBytes(StandardCharsets.UTF_8));
        fixture.images.image("v1", MANIFEST_DIGEST, new byte[] {0, 'a', 's', 'm', 0x0d, 0, 1, 0});
        assertThat(fixture.want(URL).refused().code()).isEqualTo("module.invalidMagic");
        assertThat(fixture.want(IMAGE).refused().code()).isEqualTo("module.component");
        assertThat(fixture.modules().cache().entries()).isEmpty();
        assertThat(fixture.fetches("fetch_failure")).isEqualTo(1);
    }

    @Test
    void loads_areCountedByTheirKind() throws Exception {
        Path file = Files.write(directory.resolve("m.wasm"), TINY_MODULE);
        fixture.want("file://" + file).load();
        fixture.want(URL).load();
        fixture.want("https://h/none").refused();
        String name = "istio_agent_wasm_config_conversion_count";
        assertThat(fixture.metrics.hostCounter(name, "result", "no_remote_load").sum())
                .isEqualTo(1);
        assertThat(fixture.metrics.hostCounter(name, "result", "success").sum()).isEqualTo(1);
        assertThat(fixture.metrics.hostCounter(name, "result", "fetch_failure").sum())
                .isEqualTo(1);
    }

    @Test
    void sources_areEqual_unlessTheyMayLoadSomethingElse() {
        LocatedModule one = fixture.want(URL).source();
        assertThat(one).isEqualTo(fixture.want(URL).resource("b").revision("2").source());
        assertThat(one).hasSameHashCodeAs(fixture.want(URL).source()).hasToString(URL);
        assertThat(one).isNotEqualTo(fixture.want(URL).keys(P256).source());
        assertThat(one)
                .isNotEqualTo(fixture.want(URL).sha256(FixedVectors.TINY_SHA256).source());
        assertThat(fixture.want(IMAGE).policy(PullPolicy.ALWAYS).source())
                .isNotEqualTo(fixture.want(IMAGE)
                        .policy(PullPolicy.ALWAYS)
                        .revision("2")
                        .source())
                .isEqualTo(fixture.want(IMAGE).policy(PullPolicy.ALWAYS).source());
        LocatedModule latest = fixture.want("oci://h/r").source();
        assertThat(latest).isNotEqualTo(fixture.want("oci://h/r").revision("2").source());
    }

    @Test
    void cacheWithoutDirectory_goesWithTheModules() throws Exception {
        fixture.open(ModuleOptions.DEFAULT);
        fixture.want(URL).load();
        Path file = fixture.modules().cache().entries().get(0).file();
        assertThat(file).exists();
        fixture.modules().close();
        assertThat(file).doesNotExist();
    }

    @Test
    void extension_isPlacedByItsImage_alsoFromTheCache() throws Exception {
        fixture.images.image(
                "v1", MANIFEST_DIGEST, MANIFEST_DIGEST, TINY_MODULE, new Manifest(Phase.PRE_AUTHZ, 7L, "x.wasm"));
        for (int i = 0; i < 2; i++) {
            PluginResource pending = extension("");
            assertThat(pending.pending()).isTrue();
            PluginResource placed = fixture.modules().placed(pending);
            assertThat(placed.pending()).isFalse();
            assertThat(placed.spec().phase()).isEqualTo(Phase.PRE_AUTHZ);
            assertThat(placed.spec().priority()).isEqualTo(7);
            fixture.open(directory.resolve("cache"));
        }
        assertThat(fixture.images.requests).containsExactly("manifest v1", "layers " + MANIFEST_DIGEST);
        assertThat(fixture.want(IMAGE).load()).isEqualTo(TINY_MODULE);
        assertThat(fixture.images.requests).hasSize(4);
    }

    @Test
    void extension_whoseImageSaysNothing_isRefused_unlessItSaysAllItself() throws Exception {
        fixture.images.image("v1", MANIFEST_DIGEST, MANIFEST_DIGEST, TINY_MODULE, new Manifest(null, null, "x.wasm"));
        PluginResource pending = extension("");
        FetchException e = catchThrowableOfType(
                FetchException.class, () -> fixture.modules().placed(pending));
        assertThat(e.code()).isEqualTo("manifest.phase");
        PluginResource own = extension("  phase: PreAuthN\n  priority: 3\n");
        assertThat(fixture.modules().placed(own)).isSameAs(own);
        assertThat(own.spec().module().load()).isEqualTo(TINY_MODULE);
    }

    private PluginResource extension(String lines) {
        String text =
                "apiVersion: maistra.io/v1\nkind: ServiceMeshExtension\nmetadata: {name: x}\nspec:\n  image: h/r:v1\n"
                        + "  imagePullPolicy: IfNotPresent\n" + lines;
        ReadOptions options =
                ReadOptions.DEFAULT.toBuilder().modules(fixture.modules()).build();
        List<PluginResource> resources = ResourceReader.read("x.yaml", text.getBytes(StandardCharsets.UTF_8), options)
                .resources();
        assertThat(resources).hasSize(1);
        return resources.get(0);
    }

    @Test
    void extensionLayout_hasAnEntryOfItsOwn() throws Exception {
        fixture.images.image(
                "v1", MANIFEST_DIGEST, MANIFEST_DIGEST, TINY_MODULE, new Manifest(Phase.PRE_AUTHZ, 7L, "x.wasm"));
        fixture.want(IMAGE).load();
        fixture.want(IMAGE).layout(Layout.EXTENSION).load();
        assertThat(fixture.modules().cache().entries())
                .extracting(CacheEntry::name)
                .containsExactlyInAnyOrder("oci://index.docker.io/h/r", "oci://index.docker.io/h/r#manifest.yaml");
    }
}
