package dev.portafilter.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.runtime.service.MetricStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModuleCacheTest {
    private static final String NAME = "oci://quay.io/maistra-dev/header-append-filter";
    private static final String A = "a".repeat(64);
    private static final String B = "b".repeat(64);
    private static final byte[] MODULE = FixedVectors.TINY_MODULE;
    private static final Duration DAY = Duration.ofHours(24);

    @TempDir
    private Path directory;

    private final AtomicLong now = new AtomicLong(1_000_000_000_000L);
    private final MetricStore metrics = new MetricStore();
    private ModuleCache cache;

    @BeforeEach
    void open() throws IOException {
        cache = open(metrics);
    }

    private ModuleCache open(MetricStore store) throws IOException {
        return new ModuleCache(directory, DAY, now::get, store);
    }

    @Test
    @DisplayName("T-105: the directory of a module is the SHA-256 of its name")
    void file_ofAModule_isWhereIstiosAgentHasIt() throws Exception {
        cache.store(NAME, List.of(A), MODULE, null);
        assertThat(directory.resolve("5fccbbf3965958a0165c63e77d8caca0b68b786c2a3b20c316598128bd6b88d1/" + A + ".wasm"))
                .hasBinaryContent(MODULE);
        cache.store("oci://index.docker.io/library/foo", List.of(A), MODULE, null);
        cache.store("https://example.com/a.wasm", List.of(A), MODULE, null);
        assertThat(directory.resolve("edc75990e969a51156135411794d8eec050996a507053d4f818d48d35c3a4f02"))
                .isDirectory();
        assertThat(directory.resolve("34096c5f6c33a311a578543cfad1e48b48ab1a842faba0d7ea8f74d883b9e8cf"))
                .isDirectory();
    }

    @Test
    void module_isFound_byAllItsChecksums_inAnotherProcessToo() throws Exception {
        cache.store(NAME, List.of(A, B), MODULE, new byte[] {1});
        cache.note(NAME, B, List.of("c".repeat(64)), List.of("key"));
        cache.resolve(NAME, "oci://x:v1", A);
        ModuleCache other = open(new MetricStore());
        for (String checksum : List.of(A, B, "c".repeat(64))) {
            CachedModule found = Objects.requireNonNull(other.find(NAME, checksum));
            assertThat(found.module()).isEqualTo(MODULE);
            assertThat(found.manifest()).containsExactly(1);
            assertThat(found.signedBy()).containsExactly("key");
            assertThat(found.checksum()).isEqualTo(A);
        }
        assertThat(other.resolved(NAME, "oci://x:v1")).isEqualTo(A);
        assertThat(other.find("oci://other", A)).isNull();
        assertThat(other.find(NAME, "d".repeat(64))).isNull();
        assertThat(other.resolved(NAME, "oci://x:v2")).isNull();
    }

    @Test
    void moduleStoredAgain_keepsItsSigners_onlyWhileItIsTheSame() throws Exception {
        cache.store(NAME, List.of(A, B), MODULE, null);
        cache.note(NAME, A, List.of(), List.of("key"));
        cache.store(NAME, List.of(A), MODULE, null);
        assertThat(Objects.requireNonNull(cache.find(NAME, B)).signedBy()).containsExactly("key");
        cache.store(NAME, List.of(A), FixedVectors.SIGNED_MODULE, null);
        assertThat(cache.find(NAME, B)).isNull();
        assertThat(Objects.requireNonNull(cache.find(NAME, A)).signedBy()).isEmpty();
    }

    @Test
    @DisplayName("T-106: a file that was changed is thrown away")
    void changedFile_isNotUsed() throws Exception {
        cache.store(NAME, List.of(A), MODULE, null);
        cache.resolve(NAME, "url", A);
        Path file = cache.entries().get(0).file();
        Files.write(file, new byte[] {1, 2, 3});
        ModuleCache other = open(new MetricStore());
        assertThat(other.find(NAME, A)).isNull();
        assertThat(file).doesNotExist();
        assertThat(other.resolved(NAME, "url")).isNull();
        assertThat(other.entries()).isEmpty();
    }

    @Test
    void fileThatIsGone_orItsManifest_isNotUsed() throws Exception {
        cache.store(NAME, List.of(A), MODULE, new byte[] {1});
        Path file = cache.entries().get(0).file();
        Files.delete(file.resolveSibling(A + ".manifest.yaml"));
        assertThat(cache.find(NAME, A)).isNull();
        assertThat(file).doesNotExist();
    }

    @Test
    void indexThatCannotBeRead_countsAsEmpty() throws Exception {
        cache.store(NAME, List.of(A), MODULE, null);
        for (String text : List.of(
                "{",
                "[]",
                "{\"version\":2}",
                "{\"version\":1,\"entries\":[{\"name\":\"x\",\"checksums\":[\"../../x\"]}]}")) {
            Files.writeString(directory.resolve("index.json"), text);
            assertThat(cache.find(NAME, A)).isNull();
            assertThat(cache.entries()).isEmpty();
        }
        cache.store(NAME, List.of(A), MODULE, null);
        assertThat(cache.find(NAME, A)).isNotNull();
    }

    @Test
    @DisplayName("T-103: what nobody has used for a day goes, with its urls; what is in use stays")
    void expiredModule_isPurged_unlessItIsInUse() throws Exception {
        cache.store(NAME, List.of(A), MODULE, null);
        cache.resolve(NAME, "url-a", A);
        cache.store(NAME, List.of(B), MODULE, null);
        cache.resolve(NAME, "url-b", B);
        ModuleCache.Use first = cache.use(NAME, B);
        ModuleCache.Use second = cache.use(NAME, B);
        now.addAndGet(DAY.toMillis() - 1);
        assertThat(cache.purge()).isZero();
        now.addAndGet(1);
        assertThat(cache.purge()).isEqualTo(1);
        assertThat(cache.entries()).extracting(CacheEntry::checksums).containsExactly(List.of(B));
        assertThat(cache.resolved(NAME, "url-a")).isNull();
        assertThat(cache.resolved(NAME, "url-b")).isEqualTo(B);
        assertThat(open(new MetricStore()).purge()).isZero();
        first.close();
        first.close();
        now.addAndGet(DAY.toMillis());
        assertThat(cache.purge()).isZero();
        second.close();
        now.addAndGet(DAY.toMillis());
        assertThat(cache.purge()).isEqualTo(1);
        assertThat(cache.entries()).isEmpty();
    }

    @Test
    void use_ofAModule_putsOffItsExpiry() throws Exception {
        cache.store(NAME, List.of(A), MODULE, null);
        now.addAndGet(DAY.toMillis() - 1);
        cache.find(NAME, A);
        now.addAndGet(DAY.toMillis() - 1);
        assertThat(cache.purge()).isZero();
        assertThat(cache.purge(entry -> true)).hasSize(1);
    }

    @Test
    void cacheThatIsClosed_usesNothingAnyMore() throws Exception {
        cache.store(NAME, List.of(A), MODULE, null);
        ModuleCache other = open(new MetricStore());
        ModuleCache.Use use = other.use(NAME, A);
        assertThat(cache.purge(entry -> true)).isEmpty();
        other.close();
        assertThat(cache.purge(entry -> true)).hasSize(1);
        use.close();
    }

    @Test
    void strayFiles_arePurged_whenTheyAreOld_andOnlyThoseOfACache() throws Exception {
        cache.store(NAME, List.of(A), MODULE, new byte[] {1});
        Path folder = Objects.requireNonNull(cache.entries().get(0).file().getParent());
        Path stray = Files.write(folder.resolve(B + ".wasm"), MODULE);
        Path temporary = Files.write(folder.resolve(A + ".wasm.123.tmp"), MODULE);
        Path foreign = Files.write(directory.resolve("README"), MODULE);
        Path young = Files.write(folder.resolve("c".repeat(64) + ".wasm"), MODULE);
        FileTime old = FileTime.fromMillis(now.get() - DAY.toMillis());
        for (Path file : List.of(stray, temporary, foreign)) {
            Files.setLastModifiedTime(file, old);
        }
        Files.setLastModifiedTime(young, FileTime.fromMillis(now.get()));
        cache.purge();
        assertThat(stray).doesNotExist();
        assertThat(temporary).doesNotExist();
        assertThat(foreign).exists();
        assertThat(young).exists();
        assertThat(cache.find(NAME, A)).isNotNull();
    }

    @Test
    void severalCachesInOneDirectory_loseNothingOfEachOther() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                String name = "n" + i;
                ModuleCache own = open(new MetricStore());
                all.add(threads.submit(() -> {
                    for (int j = 0; j < 10; j++) {
                        own.store(name, List.of(String.format("%064x", j)), MODULE, null);
                        own.purge();
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(cache.entries()).hasSize(40);
        for (int i = 0; i < 4; i++) {
            assertThat(cache.find("n" + i, String.format("%064x", 9))).isNotNull();
        }
    }

    @Test
    void lookups_areCounted() throws Exception {
        cache.store(NAME, List.of(A), MODULE, null);
        cache.find(NAME, A);
        cache.find(NAME, B);
        cache.find(NAME, null);
        assertThat(metrics.hostCounter("istio_agent_wasm_cache_lookup_count", "hit", "true")
                        .sum())
                .isEqualTo(1);
        assertThat(metrics.hostCounter("istio_agent_wasm_cache_lookup_count", "hit", "false")
                        .sum())
                .isEqualTo(2);
        assertThat(metrics.hostSamples().stream()
                        .filter(sample -> sample.name().equals("istio_agent_wasm_cache_entries"))
                        .map(sample -> sample.value()))
                .containsExactly(1L);
        cache.close();
        assertThat(metrics.hostSamples()).noneMatch(sample -> sample.name().endsWith("cache_entries"));
    }
}
