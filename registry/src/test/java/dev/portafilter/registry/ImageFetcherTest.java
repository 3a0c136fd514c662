package dev.portafilter.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.resources.ModuleReference;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFetcherTest {
    private static final byte[] TINY = TestImages.TINY;
    private static final byte[] OTHER = {0, 'a', 's', 'm', 1, 0, 0, 0, 0, 1, 0};
    private static final ImageOptions STRICT = new ImageOptions(1 << 20, true, false, false);
    private static final ImageOptions WITH_MANIFEST = new ImageOptions(1 << 20, false, true, false);

    private final TestImages images = new TestImages();

    private FetchedImage fetch(String reference) throws FetchException {
        return fetch(reference, ImageOptions.DEFAULT);
    }

    private FetchedImage fetch(String reference, ImageOptions options) throws FetchException {
        ImageFetcher fetcher = new ImageFetcher(options);
        return fetcher.fetch(images, fetcher.resolve(images, reference), ModuleReference.Layout.PLUGIN, false);
    }

    private FetchedImage fetchExtension(String reference) throws FetchException {
        ImageFetcher fetcher = new ImageFetcher(ImageOptions.DEFAULT);
        return fetcher.fetch(images, fetcher.resolve(images, reference), ModuleReference.Layout.EXTENSION, false);
    }

    private void fails(String code, String reference, ImageOptions options) {
        assertThatThrownBy(() -> fetch(reference, options))
                .isInstanceOfSatisfying(
                        FetchException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private void fails(String code, String reference) {
        fails(code, reference, ImageOptions.DEFAULT);
    }

    private static byte[] plugin() {
        return Archives.tar().file("plugin.wasm", TINY).gzip();
    }

    @Test
    @DisplayName("section 9.1: the fixed blobs, the manifest and the index have the fixed digests")
    void fixedObjects_haveTheFixedDigests() {
        assertThat(ImageDocument.digestOf(TINY)).isEqualTo(TestImages.TINY_DIGEST);
        assertThat(ImageDocument.digestOf(TestImages.bytes("{}"))).isEqualTo(TestImages.CONFIG_DIGEST);
        assertThat(TestImages.bytes(TestImages.M)).hasSize(365);
        assertThat(ImageDocument.digestOf(TestImages.bytes(TestImages.M))).isEqualTo(TestImages.M_DIGEST);
        assertThat(TestImages.bytes(TestImages.X)).hasSize(289);
        assertThat(ImageDocument.digestOf(TestImages.bytes(TestImages.X))).isEqualTo(TestImages.X_DIGEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plugin.wasm", "./plugin.wasm", "/plugin.wasm"})
    @DisplayName("T-056: plugin.wasm in the root of the one layer of a Docker image is the module")
    void dockerImage_withPluginInItsRoot_givesTheModule(String name) throws FetchException {
        images.layer(MediaTypes.DOCKER_LAYER, Archives.tar().file(name, TINY).gzip())
                .image("v1", MediaTypes.DOCKER_MANIFEST);

        FetchedImage image = fetch("v1");

        assertThat(image.module()).isEqualTo(TINY);
        assertThat(image.layout()).isEqualTo(ImageLayout.IMAGE);
        assertThat(image.digest()).isEqualTo(images.digest("v1"));
        assertThat(image.warnings()).isEmpty();
        assertThat(fetch("v1", STRICT).module()).isEqualTo(TINY);
    }

    @Test
    @DisplayName("T-057: plugin.wasm in the last of two layers of an OCI image is the module")
    void ociImage_withPluginInTheLastLayer_givesTheModule() throws FetchException {
        images.layer(
                        MediaTypes.OCI_LAYER,
                        Archives.tar().file("plugin.wasm", OTHER).gzip())
                .layer(MediaTypes.OCI_LAYER, plugin())
                .oci("v1");

        assertThat(fetch("v1").module()).isEqualTo(TINY);
        assertThat(fetch("v1").layout()).isEqualTo(ImageLayout.COMPAT);
        assertThat(fetch("v1", STRICT).module()).isEqualTo(TINY);
    }

    @Test
    @DisplayName("T-058: plugin.wasm below runtime-config.json is the module with a warning, and none when strict")
    void ociImage_withPluginBelowTheLastLayer_givesTheModuleWithAWarning() throws FetchException {
        images.layer(MediaTypes.OCI_LAYER, plugin())
                .layer(
                        MediaTypes.OCI_LAYER,
                        Archives.tar()
                                .file("runtime-config.json", "{\"config\":{\"root_ids\":[\"x\"]}}")
                                .gzip())
                .oci("v1");

        FetchedImage image = fetch("v1");

        assertThat(image.module()).isEqualTo(TINY);
        assertThat(image.runtimeConfig().rootIds()).containsExactly("x");
        assertThat(image.warnings()).singleElement().asString().startsWith("image.notInLastLayer: ");
        fails("image.pluginNotFound", "v1", STRICT);
    }

    @Test
    @DisplayName("T-059: plugin.wasm in another directory is the module with a warning")
    void image_withPluginInAnotherDirectory_givesTheModuleWithAWarning() throws FetchException {
        images.layer(
                        MediaTypes.OCI_LAYER,
                        Archives.tar().file("opt/plugin.wasm", TINY).gzip())
                .oci("v1");

        assertThat(fetch("v1").module()).isEqualTo(TINY);
        assertThat(fetch("v1").warnings()).singleElement().asString().startsWith("image.notAtRoot: ");
        assertThat(fetch("v1", STRICT).warnings()).isEmpty();
    }

    @Test
    void image_withPluginInTheRootBehindAnother_givesThatOfTheRoot() throws FetchException {
        images.layer(
                        MediaTypes.OCI_LAYER,
                        Archives.tar()
                                .file("opt/plugin.wasm", OTHER)
                                .file("plugin.wasm", TINY)
                                .gzip())
                .oci("v1");

        assertThat(fetch("v1").module()).isEqualTo(TINY);
        assertThat(fetch("v1", STRICT).module()).isEqualTo(OTHER);
    }

    @ParameterizedTest
    @ValueSource(strings = {".wh.plugin.wasm", ".wh..wh..opq"})
    @DisplayName("T-060: plugin.wasm that the layer above deletes is not there")
    void image_whoseLastLayerDeletesThePlugin_holdsNone(String whiteout) {
        images.layer(MediaTypes.OCI_LAYER, plugin())
                .layer(MediaTypes.OCI_LAYER, Archives.tar().file(whiteout, "").gzip())
                .oci("v1");

        fails("image.pluginNotFound", "v1");
    }

    @Test
    @DisplayName("T-061: an artifact gives its content in any order of layers, and alone unless strict")
    void artifact_inAnyOrder_givesItsContent() throws FetchException {
        byte[] config = TestImages.bytes("{\"type\":\"envoy_proxy\",\"abi_version\":\"v0-2-1\"}");
        images.layer(MediaTypes.MODULE_CONFIG, config)
                .layer(MediaTypes.MODULE_CONTENT, TINY)
                .oci("a");
        images.layer(MediaTypes.MODULE_CONTENT, TINY)
                .layer(MediaTypes.MODULE_CONFIG, config)
                .oci("b");
        images.layer(MediaTypes.MODULE_CONTENT, TINY).oci("c");

        for (String tag : new String[] {"a", "b"}) {
            assertThat(fetch(tag).module()).isEqualTo(TINY);
            assertThat(fetch(tag).layout()).isEqualTo(ImageLayout.ARTIFACT);
            assertThat(fetch(tag).runtimeConfig().abiVersions()).containsExactly("v0-2-1");
            assertThat(fetch(tag, STRICT).module()).isEqualTo(TINY);
        }
        assertThat(fetch("c").module()).isEqualTo(TINY);
        fails("image.noUsableLayer", "c", STRICT);
    }

    @Test
    void artifact_withSeveralModules_givesTheOneTitledPluginWithAWarning() throws FetchException {
        images.layer(MediaTypes.MODULE_CONTENT, OTHER, "other.wasm")
                .layer(MediaTypes.WASM_CONTENT, TINY, "plugin.wasm")
                .oci("v1");

        assertThat(fetch("v1").module()).isEqualTo(TINY);
        assertThat(fetch("v1").warnings()).singleElement().asString().startsWith("image.severalModules: ");
    }

    @Test
    void artifact_whoseContentIsPacked_givesTheModule() throws FetchException {
        images.layer(MediaTypes.MODULE_CONTENT, plugin()).oci("v1");

        assertThat(fetch("v1").module()).isEqualTo(TINY);
    }

    private void fixedImages() {
        images.blob(TINY);
        images.blob(TestImages.bytes("{}"));
        images.manifest("m", MediaTypes.OCI_MANIFEST, TestImages.M);
        images.manifest("x", MediaTypes.OCI_INDEX, TestImages.X);
    }

    @Test
    @DisplayName("T-062: the CNCF artifact of section 9.1 gives its 8 bytes and d4519cf4…")
    void cncfArtifact_givesItsModule() throws FetchException {
        fixedImages();

        FetchedImage image = fetch("m");

        assertThat(image.module()).isEqualTo(TINY);
        assertThat(image.digest()).isEqualTo(TestImages.M_DIGEST);
        assertThat(image.childDigest()).isEqualTo(TestImages.M_DIGEST);
        assertThat(image.warnings()).isEmpty();
    }

    @Test
    void cncfArtifact_forWasip2_isRefused() {
        byte[] config = TestImages.bytes("{\"os\":\"wasip2\"}");
        images.blob(TINY);
        String manifest = TestImages.M
                .replace(TestImages.CONFIG_DIGEST, images.blob(config))
                .replace("\"size\":2}", "\"size\":" + config.length + "}");
        images.manifest("v1", MediaTypes.OCI_MANIFEST, manifest);

        fails("module.component", "v1");
    }

    @Test
    @DisplayName("T-063: layers of unknown types, and no layers, are of no use")
    void image_withoutKnownLayers_isOfNoUse() {
        images.layer("aaa", TINY).layer("aaa", OTHER).oci("a").oci("b");

        assertThatThrownBy(() -> fetch("a"))
                .hasMessageContaining("image.noUsableLayer")
                .hasMessageContaining("aaa, aaa");
        fails("image.noUsableLayer", "b");
        fails("image.noUsableLayer", "a", STRICT);
    }

    @Test
    void image_packedWithZstd_isRefusedByName() {
        images.layer(MediaTypes.OCI_ZSTD_LAYER, TINY).oci("v1");

        assertThatThrownBy(() -> fetch("v1"))
                .hasMessageContaining("image.noUsableLayer")
                .hasMessageContaining("zstd");
    }

    @Test
    @DisplayName("T-064: a layer that is not packed is read, and may hold no plugin.wasm")
    void plainLayer_isRead() throws FetchException {
        images.layer(
                        MediaTypes.OCI_PLAIN_LAYER,
                        Archives.tar().file("readme", "hi").bytes())
                .oci("a");
        images.layer(
                        MediaTypes.OCI_PLAIN_LAYER,
                        Archives.tar().file("plugin.wasm", TINY).bytes())
                .oci("b");

        fails("image.pluginNotFound", "a");
        assertThat(fetch("b").module()).isEqualTo(TINY);
    }

    @Test
    @DisplayName("T-065: bytes that begin as no module, too few bytes and components are refused")
    void bytesThatAreNoModule_areRefused() {
        images.layer(MediaTypes.MODULE_CONTENT, TestImages.bytes("hello")).oci("a");
        images.layer(MediaTypes.MODULE_CONTENT, new byte[] {0, 'a', 's', 'm', 1, 0, 0})
                .oci("b");
        images.layer(MediaTypes.MODULE_CONTENT, new byte[] {0, 'a', 's', 'm', 13, 0, 1, 0})
                .oci("c");

        fails("module.invalidMagic", "a");
        fails("module.invalidMagic", "b");
        fails("module.component", "c");
    }

    @Test
    @DisplayName("T-066: a link named plugin.wasm is no file; a pax path is a path")
    void tarTricks_areSeenThrough() throws FetchException {
        images.layer(
                        MediaTypes.OCI_LAYER,
                        Archives.tar().entry("plugin.wasm", '2', new byte[0]).gzip())
                .oci("a");
        images.layer(
                        MediaTypes.OCI_LAYER,
                        Archives.tar()
                                .pax("path", "very/long/" + "x".repeat(200) + "/plugin.wasm")
                                .file("short", TINY)
                                .gzip())
                .oci("b");
        images.layer(
                        MediaTypes.OCI_LAYER,
                        Archives.tar()
                                .entry("plugin.wasm", '1', new byte[0])
                                .file("opt/plugin.wasm", TINY)
                                .gzip())
                .oci("c");
        images.layer(
                        MediaTypes.OCI_LAYER,
                        Archives.tar().file("../plugin.wasm", TINY).gzip())
                .oci("d");

        fails("image.notRegular", "a");
        assertThat(fetch("b").module()).isEqualTo(TINY);
        assertThat(fetch("c").module()).isEqualTo(TINY);
        fails("image.pluginNotFound", "d");
    }

    @Test
    @DisplayName("T-068: what unpacks to more than the limit is refused, also behind the module")
    void gzipBomb_isRefused() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(Archives.tar().header("bomb", '0', 1L << 33).bytes(), 0, 512);
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 8; i++) {
                gzip.write(zeros);
            }
        }
        images.layer(MediaTypes.OCI_LAYER, packed.toByteArray()).oci("a");
        images.layer(
                        MediaTypes.OCI_LAYER,
                        Archives.tar().header("plugin.wasm", '0', 1L << 33).gzip())
                .oci("b");
        images.layer(MediaTypes.MODULE_CONTENT, Archives.gzip(new byte[4 << 20]))
                .oci("c");

        fails("limit.moduleTooLarge", "a", WITH_MANIFEST);
        fails("limit.moduleTooLarge", "b", WITH_MANIFEST);
        fails("limit.moduleTooLarge", "c", WITH_MANIFEST);
    }

    @Test
    void brokenLayer_isRefused() {
        byte[] whole = plugin();
        images.layer(MediaTypes.OCI_LAYER, Arrays.copyOf(whole, whole.length / 2))
                .oci("a");
        images.layer(MediaTypes.OCI_LAYER, TestImages.bytes("this is no archive at all"))
                .oci("b");

        fails("image.layerInvalid", "a");
        fails("image.layerInvalid", "b");
    }

    @Test
    void layerWithAnyByteChanged_isReadOrRefused() throws FetchException {
        byte[] plain = Archives.tar()
                .pax("path", "plugin.wasm")
                .file("x", TINY)
                .file("runtime-config.json", "{}")
                .bytes();
        for (byte[] whole : new byte[][] {plain, Archives.gzip(plain)}) {
            for (int i = 0; i < whole.length; i++) {
                byte[] changed = whole.clone();
                changed[i] ^= (byte) 0xa5;
                String tag = "v" + i;
                images.layer(MediaTypes.OCI_PLAIN_LAYER, changed).oci(tag);
                try {
                    assertThat(fetch(tag).module()).startsWith(0, 'a', 's', 'm');
                } catch (FetchException e) {
                    assertThat(e.code()).matches("(image|module|limit)[.][A-Za-z0-9]+");
                }
            }
        }
    }

    @Test
    @DisplayName("T-069: a manifest of schema 1 is refused by name")
    void schema1_isRefused() {
        images.manifest("a", MediaTypes.DOCKER_SCHEMA_1_SIGNED, "{\"schemaVersion\":1}");

        fails("image.schema1", "a");
        assertThat(ImageDocument.DIGEST.matcher(images.digest("a")).matches()).isTrue();
    }

    @Test
    @DisplayName("T-070: an index gives linux/amd64, a child without platform, the only image, or wasm")
    void index_givesTheImageThatFits() throws FetchException {
        fixedImages();
        images.layer(MediaTypes.MODULE_CONTENT, OTHER).oci("arm");
        images.layer(MediaTypes.MODULE_CONTENT, TINY).oci("amd");
        String arm = images.child("arm", TestImages.platform("linux", "s390x"));
        String unknown = images.child("arm", TestImages.platform("unknown", "unknown"));
        String attestation =
                images.child("amd", ",\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\"}");
        images.index("a", arm, images.child("amd", TestImages.platform("linux", "amd64")));
        images.index("b", arm, images.child("amd", ""));
        images.index("c", arm, unknown, attestation);
        images.index("d", unknown, attestation);

        assertThat(fetch("a").module()).isEqualTo(TINY);
        assertThat(fetch("a").digest()).isEqualTo(images.digest("a"));
        assertThat(fetch("a").childDigest()).isEqualTo(images.digest("amd"));
        assertThat(fetch("b").module()).isEqualTo(TINY);
        assertThat(fetch("c").module()).isEqualTo(OTHER);
        fails("image.noPlatform", "d");
        assertThat(fetch("x").digest()).isEqualTo(TestImages.X_DIGEST);
        assertThat(fetch("x").childDigest()).isEqualTo(TestImages.M_DIGEST);
    }

    @Test
    void index_inAnIndex_isReadToTheSecondLevel() throws FetchException {
        fixedImages();
        images.index("one", images.child("x", ""));
        images.index("two", images.child("one", ""));

        assertThat(fetch("one").childDigest()).isEqualTo(TestImages.M_DIGEST);
        fails("image.noPlatform", "two");
    }

    @Test
    @DisplayName("T-071: a runtime-config.json that is wrong, or knows another root id, is a warning")
    void runtimeConfig_thatIsWrong_isAWarning() throws FetchException {
        images.layer(
                        MediaTypes.OCI_LAYER,
                        Archives.tar()
                                .file("plugin.wasm", TINY)
                                .file("runtime-config.json", "{\"config\":")
                                .gzip())
                .oci("a");
        images.layer(
                        MediaTypes.OCI_LAYER,
                        Archives.tar()
                                .file("runtime-config.json", "{\"config\":{\"root_ids\":[\"x\"]}}")
                                .file("plugin.wasm", TINY)
                                .gzip())
                .oci("b");

        assertThat(fetch("a").module()).isEqualTo(TINY);
        assertThat(fetch("a").warnings()).singleElement().asString().startsWith("image.runtimeConfig: ");
        assertThat(fetch("b").runtimeConfig().rootIds()).containsExactly("x");
    }

    @Test
    void image_thatIsNotThere_isNotFound() {
        fails("image.notFound", "v1");
    }

    private static final String MANIFEST = "schemaVersion: 1\nphase: PreAuthZ\npriority: 7\nmodule: ./filters/a.wasm\n";

    @Test
    void extension_givesTheModuleThatItsManifestNames_inTheMergedFiles() throws FetchException {
        images.layer(
                        MediaTypes.DOCKER_LAYER,
                        Archives.tar()
                                .file("manifest.yaml", "schemaVersion: 2\n")
                                .file("filters/a.wasm", TINY)
                                .gzip())
                .layer(
                        MediaTypes.DOCKER_LAYER,
                        Archives.tar().file("manifest.yaml", MANIFEST).gzip())
                .image("v1", MediaTypes.DOCKER_MANIFEST);

        FetchedImage image = fetchExtension("v1");

        assertThat(image.module()).isEqualTo(TINY);
        assertThat(image.manifest().priority()).isEqualTo(7);
        assertThat(image.warnings()).isEmpty();
    }

    @Test
    @DisplayName("T-042: the module of an extension may be in the first of three layers")
    void extension_whoseModuleIsInTheFirstOfThreeLayers_isFound() throws FetchException {
        images.layer(
                        MediaTypes.OCI_LAYER,
                        Archives.tar().file("filters/a.wasm", TINY).gzip())
                .layer(
                        MediaTypes.OCI_LAYER,
                        Archives.tar().file("manifest.yaml", MANIFEST).gzip())
                .layer(MediaTypes.OCI_LAYER, Archives.tar().file("notes", "x").gzip())
                .oci("v1");

        assertThat(fetchExtension("v1").module()).isEqualTo(TINY);
    }

    @Test
    @DisplayName("T-043 a: a manifest that the last layer deletes is missing")
    void extension_whoseManifestIsDeletedAbove_hasNone() {
        images.layer(
                        MediaTypes.OCI_LAYER,
                        Archives.tar()
                                .file("manifest.yaml", MANIFEST)
                                .file("filters/a.wasm", TINY)
                                .gzip())
                .layer(
                        MediaTypes.OCI_LAYER,
                        Archives.tar().file(".wh.manifest.yaml", "").gzip())
                .oci("v1");

        assertThatThrownBy(() -> fetchExtension("v1")).hasMessageContaining("manifest.missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"filters/.wh.a.wasm", ".wh.filters", "filters/.wh..wh..opq", "filters"})
    void extension_whoseModuleIsDeletedAbove_isRefused(String entry) {
        images.layer(
                        MediaTypes.OCI_LAYER,
                        Archives.tar()
                                .file("manifest.yaml", MANIFEST)
                                .file("filters/a.wasm", TINY)
                                .gzip())
                .layer(MediaTypes.OCI_LAYER, Archives.tar().file(entry, "").gzip())
                .oci("v1");

        assertThatThrownBy(() -> fetchExtension("v1")).hasMessageContaining("manifest.moduleNotFound");
    }

    @Test
    void extension_withoutManifest_isRefused() {
        images.layer(MediaTypes.OCI_LAYER, plugin()).oci("v1");

        assertThatThrownBy(() -> fetchExtension("v1")).hasMessageContaining("manifest.missing");
    }

    @Test
    @DisplayName("T-055: an image without plugin.wasm holds none, or what its manifest names where that is allowed")
    void plugin_withoutPluginFile_isWhatTheManifestNamesOnlyIfAllowed() throws FetchException {
        images.layer(
                        MediaTypes.OCI_LAYER,
                        Archives.tar()
                                .file("manifest.yaml", MANIFEST)
                                .file("filters/a.wasm", TINY)
                                .gzip())
                .oci("v1");

        fails("image.pluginNotFound", "v1");
        FetchedImage image = fetch("v1", WITH_MANIFEST);
        assertThat(image.module()).isEqualTo(TINY);
        assertThat(image.warnings()).singleElement().asString().startsWith("image.manifestFallback: ");
    }
}
