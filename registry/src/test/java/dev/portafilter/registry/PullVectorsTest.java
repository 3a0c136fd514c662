package dev.portafilter.registry;

import static dev.portafilter.registry.FixedVectors.INDEX_DIGEST;
import static dev.portafilter.registry.FixedVectors.MANIFEST_DIGEST;
import static dev.portafilter.registry.FixedVectors.SIGNED_MODULE;
import static dev.portafilter.registry.FixedVectors.TINY_MODULE;
import static dev.portafilter.registry.FixedVectors.TINY_SHA256;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.resources.ModuleReference.PullPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Vectors T-088 and T-092 to T-107 of the WasmPlugin reference, section 8.6. */
class PullVectorsTest {
    private static final String URL = "https://h/m.wasm";
    private static final String TAGGED = "oci://h/r:v0.1.0";
    private static final String LATEST = "oci://h/r:latest";

    @TempDir
    private Path directory;

    private final ModulesFixture fixture = new ModulesFixture();

    @Test
    @DisplayName("T-088: sha256 is that of the module or of what was downloaded")
    void sha256_ofModuleOrBody_isAccepted() throws Exception {
        byte[] boxed = Boxes.gzip(Boxes.tar(Boxes.entry("m.wasm", '0', TINY_MODULE)));
        fixture.http.file(URL, boxed);
        fixture.open(directory);
        assertThat(fixture.want(URL).sha256(TINY_SHA256).load()).isEqualTo(TINY_MODULE);
        fixture.open(directory.resolve("b"));
        assertThat(fixture.want(URL).sha256(Sha256.hex(boxed)).load()).isEqualTo(TINY_MODULE);
        assertThat(fixture.want(URL).sha256(Sha256.hex(boxed)).load()).isEqualTo(TINY_MODULE);
        assertThat(fixture.http.requests).hasSize(2);
        fixture.open(directory.resolve("c"));
        FetchException e = fixture.want(URL).sha256("0".repeat(64)).refused();
        assertThat(e.code()).isEqualTo("checksum.mismatch");
        assertThat(e)
                .hasMessageContaining(TINY_SHA256 + " and " + Sha256.hex(boxed))
                .hasMessageContaining("expected: " + "0".repeat(64) + ", as spec.sha256 says");
        assertThat(fixture.modules().cache().entries()).isEmpty();
        assertThat(fixture.fetches("checksum_mismatched")).isEqualTo(1);
        assertThat(fixture.fetches("success")).isEqualTo(2);
    }

    @Test
    @DisplayName("T-092: http asks again only for Always in a new revision, or for a new url")
    void httpModule_isAskedForAgain_onlyWhenAlwaysAndChanged() throws Exception {
        fixture.open(directory);
        fixture.http.file(URL, TINY_MODULE);
        fixture.http.file(URL + "?2", TINY_MODULE);
        List<Integer> requests = new ArrayList<>();
        for (ModulesFixture.Want want : List.of(
                fixture.want(URL).revision("1"),
                fixture.want(URL).revision("2"),
                fixture.want(URL).policy(PullPolicy.IF_NOT_PRESENT).revision("3"),
                fixture.want(URL).policy(PullPolicy.ALWAYS).revision("3"),
                fixture.want(URL).policy(PullPolicy.ALWAYS).revision("4"),
                fixture.want(URL + "?2").policy(PullPolicy.ALWAYS).revision("4"))) {
            assertThat(want.load()).isEqualTo(TINY_MODULE);
            requests.add(fixture.http.requests.size());
        }
        assertThat(requests).containsExactly(1, 1, 1, 1, 2, 3);
    }

    @Test
    @DisplayName("T-093: a cached tag is used in a new revision")
    void tag_thatIsCached_isNotAskedFor() throws Exception {
        fixture.cached(directory, TAGGED);
        fixture.want(TAGGED).revision("2").load();
        assertThat(fixture.images.requests).isEmpty();
    }

    @Test
    @DisplayName("T-094: :latest is asked for in a new revision, and its layers are not read again")
    void latest_isAskedForWhenItsResourceChanges() throws Exception {
        fixture.cached(directory, LATEST);
        fixture.want(LATEST).load();
        assertThat(fixture.images.requests).isEmpty();
        fixture.want(LATEST).revision("2").load();
        assertThat(fixture.images.requests).containsExactly("manifest latest");
    }

    @Test
    @DisplayName("T-095: :latest with IfNotPresent is not asked for")
    void latest_ifNotPresent_isNotAskedFor() throws Exception {
        fixture.cached(directory, LATEST);
        fixture.want(LATEST).policy(PullPolicy.IF_NOT_PRESENT).revision("2").load();
        assertThat(fixture.images.requests).isEmpty();
    }

    @Test
    @DisplayName("T-096: :latest with a cached sha256 is not asked for, even with Always")
    void latest_pinned_isNotAskedFor() throws Exception {
        fixture.cached(directory, LATEST);
        fixture.want(LATEST)
                .sha256(Sha256.hexOf(MANIFEST_DIGEST))
                .policy(PullPolicy.ALWAYS)
                .revision("2")
                .load();
        assertThat(fixture.images.requests).isEmpty();
    }

    @Test
    @DisplayName("T-097: a tag that moved means the new module, with Always in a new revision")
    void tag_thatMoved_isFollowed() throws Exception {
        fixture.cached(directory, TAGGED);
        fixture.images.image("v0.1.0", INDEX_DIGEST, SIGNED_MODULE);
        assertThat(fixture.want(TAGGED).policy(PullPolicy.ALWAYS).revision("2").load())
                .isEqualTo(SIGNED_MODULE);
        assertThat(fixture.images.requests).containsExactly("manifest v0.1.0", "layers " + INDEX_DIGEST);
        assertThat(fixture.want(TAGGED).revision("3").load()).isEqualTo(SIGNED_MODULE);
    }

    @Test
    @DisplayName("T-098: an image without tag is asked for in a new revision")
    void imageWithoutTag_isAskedFor() throws Exception {
        fixture.cached(directory, "oci://h/r");
        fixture.want("oci://h/r").revision("2").load();
        assertThat(fixture.images.requests).containsExactly("manifest latest");
    }

    @Test
    @DisplayName("T-099: the digest of an image that was had by its tag is cached")
    void digest_ofACachedTag_isNotAskedFor() throws Exception {
        fixture.cached(directory, TAGGED);
        assertThat(fixture.want("oci://h/r@" + MANIFEST_DIGEST).load()).isEqualTo(TINY_MODULE);
        assertThat(fixture.images.requests).isEmpty();
    }

    @Test
    @DisplayName("T-100: another url with the same sha256 is fetched, and must match")
    void otherUrl_withTheSameSha256_isFetched() throws Exception {
        fixture.open(directory);
        fixture.http.file(URL, TINY_MODULE);
        fixture.http.file("https://h/other", SIGNED_MODULE);
        fixture.want(URL).sha256(TINY_SHA256).load();
        assertThat(fixture.want("https://h/other").sha256(TINY_SHA256).refused().code())
                .isEqualTo("checksum.mismatch");
        assertThat(fixture.http.requests).containsExactly(URL, "https://h/other");
    }

    @Test
    @DisplayName("T-101: two resources with one tag and Always ask once each")
    void resourcesWithOneTag_askOnceEach() throws Exception {
        fixture.cached(directory, TAGGED);
        for (String resource : List.of("a", "b")) {
            for (int i = 0; i < 2; i++) {
                fixture.want(TAGGED)
                        .policy(PullPolicy.ALWAYS)
                        .resource(resource)
                        .revision("2")
                        .load();
            }
        }
        assertThat(fixture.images.requests).containsExactly("manifest v0.1.0", "manifest v0.1.0");
    }

    @Test
    @DisplayName("T-102: sha256 of an image is that of its index or manifest, and not of its module")
    void sha256_ofAnImage_isItsDigest() throws Exception {
        fixture.open(directory);
        fixture.images.image("v0.1.0", INDEX_DIGEST, MANIFEST_DIGEST, TINY_MODULE, null);
        assertThat(fixture.want(TAGGED).sha256(Sha256.hexOf(INDEX_DIGEST)).load())
                .isEqualTo(TINY_MODULE);
        assertThat(fixture.want(TAGGED).sha256(Sha256.hexOf(MANIFEST_DIGEST)).load())
                .isEqualTo(TINY_MODULE);
        assertThat(fixture.images.requests).containsExactly("manifest v0.1.0", "layers " + MANIFEST_DIGEST);
        assertThat(fixture.want(TAGGED).sha256(TINY_SHA256).refused().code()).isEqualTo("checksum.mismatch");
    }

    @Test
    @DisplayName("T-103: what an active chain uses is not purged")
    void module_inUse_isNotPurged() throws Exception {
        fixture.open(directory);
        fixture.images.image("v0.1.0", MANIFEST_DIGEST, TINY_MODULE);
        LocatedModule source = fixture.want(TAGGED).source();
        source.load();
        source.load();
        assertThat(fixture.modules().cache().purge(entry -> true)).isEmpty();
        source.release();
        assertThat(fixture.modules().cache().purge(entry -> true)).hasSize(1);
    }

    @Test
    @DisplayName("T-104: ten threads that ask for one module download it once")
    void module_askedForByManyThreads_isFetchedOnce() throws Exception {
        fixture.open(directory);
        fixture.http.file(URL, TINY_MODULE);
        ExecutorService threads = Executors.newFixedThreadPool(10);
        try {
            List<Future<byte[]>> all = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                String resource = i < 5 ? "one" : "r" + i;
                all.add(threads.submit(
                        () -> fixture.want(URL).resource(resource).load()));
            }
            for (Future<byte[]> one : all) {
                assertThat(one.get()).isEqualTo(TINY_MODULE);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(fixture.http.requests).hasSize(1);
    }

    @Test
    @DisplayName("T-106: a file that was changed before the start is fetched again")
    void changedFile_isFetchedAgain() throws Exception {
        fixture.cached(directory, TAGGED);
        Files.write(fixture.modules().cache().entries().get(0).file(), new byte[] {1});
        fixture.open(directory);
        assertThat(fixture.want(TAGGED).load()).isEqualTo(TINY_MODULE);
        assertThat(fixture.images.requests).containsExactly("manifest v0.1.0", "layers " + MANIFEST_DIGEST);
    }

    @Test
    @DisplayName("T-107: a file is compared with its sha256, and read anew each time")
    void file_isReadEachTime() throws Exception {
        fixture.open(directory.resolve("cache"));
        Path file = Files.write(directory.resolve("m.wasm"), TINY_MODULE);
        assertThat(fixture.want("file://" + file)
                        .sha256("0".repeat(64))
                        .refused()
                        .code())
                .isEqualTo("checksum.mismatch");
        LocatedModule source = fixture.want("file://" + file).source();
        assertThat(source.files()).containsExactly(file);
        assertThat(source.load()).isEqualTo(TINY_MODULE);
        Files.write(file, Boxes.gzip(SIGNED_MODULE));
        assertThat(source.load()).isEqualTo(SIGNED_MODULE);
        assertThat(fixture.want("file://" + file)
                        .sha256(Sha256.hex(Files.readAllBytes(file)))
                        .load())
                .isEqualTo(SIGNED_MODULE);
    }
}
