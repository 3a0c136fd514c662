package dev.portafilter.runtime.vm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a file of the code cache is good for, and what happens when it is not good. */
class CodeCacheTest {
    private static final byte[] PLUGIN = Wat.plugin(
            Wat.proxy("get_current_time_nanoseconds", 1),
            "(data (i32.const 8) \"*\") (table 2 funcref) (elem (i32.const 0) $f)",
            "(func $f (result i32) (i32.load8_u (i32.const 8)))",
            Wat.onRequestHeaders("(i32.add (call_indirect (result i32) (i32.const 0))"
                    + " (call $get_current_time_nanoseconds (i32.const 16)))"));

    @TempDir
    Path directory;

    private Trial trial() {
        return new Trial(EngineOptions.builder().cacheDirectory(directory).build());
    }

    private int run() throws ModuleException {
        try (Trial trial = trial()) {
            return trial.requestHeaders(trial.start(PLUGIN));
        }
    }

    private Path file() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return all.get(0);
        }
    }

    @Test
    void module_loadedAgain_comesFromTheFile() throws Exception {
        assertThat(run()).isEqualTo('*');
        Files.setLastModifiedTime(file(), FileTime.fromMillis(0));

        assertThat(run()).isEqualTo('*');

        assertThat(Files.getLastModifiedTime(file())).isEqualTo(FileTime.fromMillis(0));
        assertThat(file().getFileName().toString())
                .startsWith(Digests.hex(PLUGIN))
                .endsWith(".code");
    }

    @Test
    void file_damagedAnywhere_isReplaced() throws Exception {
        run();
        byte[] good = Files.readAllBytes(file());
        for (int position : new int[] {0, 3, 4, 40, good.length / 2, good.length - 1}) {
            byte[] bad = good.clone();
            bad[position] ^= 1;
            Files.write(file(), bad);

            assertThat(run()).isEqualTo('*');

            assertThat(Files.readAllBytes(file())).isNotEqualTo(bad);
        }
    }

    @Test
    void file_cut_isReplaced() throws Exception {
        run();
        for (int length : new int[] {0, 2, 36, 100}) {
            Files.write(file(), new byte[length]);

            assertThat(run()).isEqualTo('*');

            assertThat(Files.size(file())).isGreaterThan(100);
        }
    }

    @Test
    void file_ofAnotherModule_isReplaced() throws Exception {
        run();
        Path first = file();
        byte[] content = Files.readAllBytes(first);
        byte[] other = Wat.plugin(Wat.onRequestHeaders("(i32.const 5)"));
        Path second =
                directory.resolve(first.getFileName().toString().replace(Digests.hex(PLUGIN), Digests.hex(other)));
        Files.write(second, content);

        try (Trial trial = trial()) {
            assertThat(trial.requestHeaders(trial.start(other))).isEqualTo(5);
        }
        assertThat(Files.readAllBytes(second)).isNotEqualTo(content);
    }

    @Test
    void classes_thatDoNotLoad_areCompiledAgain() throws Exception {
        run();
        String digest = Digests.hex(PLUGIN);
        CodeCache cache = new CodeCache(directory);
        CodeCache.Entry entry = cache.read(digest);
        assertThat(entry).isNotNull();
        cache.write(digest, new CodeCache.Entry(entry.classes(), new byte[] {1, 2, 3}));

        assertThat(run()).isEqualTo('*');

        assertThat(cache.read(digest).jar()).hasSizeGreaterThan(100);
    }

    @Test
    void directory_thatIsAFile_onlyCostsTime() throws Exception {
        Path file = Files.write(directory.resolve("file"), new byte[1]);
        EngineOptions options = EngineOptions.builder().cacheDirectory(file).build();

        try (Trial trial = new Trial(options)) {
            assertThat(trial.requestHeaders(trial.start(PLUGIN))).isEqualTo('*');
        }
    }

    @Test
    void directory_missing_isMade() throws Exception {
        EngineOptions options = EngineOptions.builder()
                .cacheDirectory(directory.resolve("a").resolve("b"))
                .build();

        try (Trial trial = new Trial(options)) {
            trial.start(PLUGIN);
        }

        assertThat(directory.resolve("a").resolve("b")).isNotEmptyDirectory();
    }

    @Test
    void engines_severalAtOnce_agree() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Callable<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            tasks.add(this::run);
        }
        for (Future<Integer> result : threads.invokeAll(tasks)) {
            assertThat(result.get()).isEqualTo('*');
        }
        threads.shutdown();

        assertThat(file()).isRegularFile();
    }

    @Test
    void loads_ofOneModuleAtOnce_areOneModule() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (Trial trial = trial()) {
            List<Callable<VmModule>> tasks = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                tasks.add(() -> trial.engine.load(PLUGIN));
            }
            List<VmModule> modules = new ArrayList<>();
            for (Future<VmModule> result : threads.invokeAll(tasks)) {
                modules.add(result.get());
            }

            assertThat(modules).containsOnly(modules.get(0));
        }
        threads.shutdown();
    }
}
