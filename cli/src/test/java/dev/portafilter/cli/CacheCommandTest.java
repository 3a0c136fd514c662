package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.registry.DefaultKeychain;
import dev.portafilter.registry.ImageOptions;
import dev.portafilter.registry.ModuleOptions;
import dev.portafilter.registry.PullSecrets;
import dev.portafilter.registry.RegistryModules;
import dev.portafilter.registry.RegistryOptions;
import dev.portafilter.resources.ModuleReference;
import dev.portafilter.resources.ModuleReference.Layout;
import dev.portafilter.resources.ModuleReference.PullPolicy;
import dev.portafilter.resources.ModuleUrl;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.service.MetricStore;
import java.lang.ref.Reference;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code cache ls} and {@code cache purge}, beside a host and another process that use the same cache. */
@Timeout(60)
class CacheCommandTest extends TypedCommand {
    private static final byte[] MODULE = {0, 'a', 's', 'm', 1, 0, 0, 0};

    @TempDir
    private Path directory;

    private MemoryRegistry registry;
    private Path cache;
    private String image;
    private String pinned;

    @BeforeEach
    void push() throws Exception {
        registry = new MemoryRegistry();
        cache = directory.resolve("modules");
        image = registry.host() + "/team/auth:v1";
        Path module = Files.write(directory.resolve("plugin.wasm"), MODULE);
        assertThat(execute("push", module.toString(), image)).isZero();
        pinned = out.toString().trim();
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private RegistryModules host() throws Exception {
        return RegistryModules.open(
                ModuleOptions.DEFAULT.withCacheDirectory(cache),
                RegistryOptions.DEFAULT,
                ImageOptions.DEFAULT,
                PullSecrets.NONE,
                DefaultKeychain.of(Map.of(), directory, false, warning -> {}),
                new MetricStore());
    }

    private ModuleSource fetch(RegistryModules host, String url) throws Exception {
        ModuleReference module = new ModuleReference(
                ModuleUrl.parse(url), Layout.PLUGIN, "", PullPolicy.UNSPECIFIED, List.of(), List.of());
        ModuleSource source = host.locate(module, "default", directory);
        assertThat(source.load()).isEqualTo(MODULE);
        return source;
    }

    /** A cache that a host has filled whose process has ended. */
    private void fill() throws Exception {
        try (RegistryModules host = host()) {
            fetch(host, "oci://" + image);
        }
        forget();
    }

    /** Lets the sources of a host be collected, which take their marks back then. */
    private void forget() throws Exception {
        do {
            System.gc();
            assertThat(execute("cache", "ls", "--dir", cache.toString())).isZero();
        } while (out.toString().contains("in use"));
    }

    @Test
    void ls_saysWhatIsKept_howLargeItIs_andWhenItExpires() throws Exception {
        fill();
        assertThat(execute("cache", "ls", "--dir", cache.toString())).isZero();
        assertThat(out.toString())
                .startsWith("oci://" + pinned + "\n  asked for as oci://" + image + "\n  8 bytes, used 20")
                .contains("Z, expires 20");
        assertThat(err.toString().trim()).isEqualTo("1 module, 8 bytes in " + cache);
        assertThat(execute("cache", "ls", "--json", "--dir", cache.toString())).isZero();
        assertThat(out.toString())
                .contains(
                        "\"digests\" : [\n        \"" + pinned.substring(pinned.indexOf('@') + 1) + "\"",
                        "\"sha256\" : \"" + MemoryRegistry.sha256(MODULE) + "\"",
                        "\"size\" : 8,",
                        "\"expired\" : false,\n      \"inUse\" : false");
    }

    @Test
    void directoryThatIsNoCache_isSaidToBeNone_andNothingIsMade() {
        assertThat(execute("cache", "ls", "--dir", cache.toString())).isZero();
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().trim()).isEqualTo(cache + ": no module was ever kept here");
        assertThat(execute("cache", "purge", "--all", "--dir", cache.toString()))
                .isZero();
        assertThat(err.toString().trim()).isEqualTo("freed: 0 modules, 0 bytes");
        assertThat(cache).doesNotExist();
    }

    @Test
    void directoryAndExpiry_areThoseOfTheSettings() throws Exception {
        fill();
        Path settings =
                Files.writeString(directory.resolve("settings"), "cache.moduleDir: modules\ncache.expiry: 1ms\n");
        assertThat(execute("cache", "ls", "--settings", settings.toString())).isZero();
        assertThat(out.toString()).contains(pinned, ", expired 20");
        assertThat(execute("cache", "purge", "--settings", settings.toString())).isZero();
        assertThat(out.toString().trim()).isEqualTo("oci://" + pinned + "  8 bytes");
        assertThat(err.toString().trim()).isEqualTo("freed: 1 module, 8 bytes");
        assertThat(execute("cache", "ls", "--settings", settings.toString())).isZero();
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void purge_takesWhatHasExpired_orWhatIsNamed() throws Exception {
        fill();
        assertThat(execute("cache", "purge", "--dir", cache.toString())).isZero();
        assertThat(err.toString().trim()).isEqualTo("freed: 0 modules, 0 bytes");
        String digest = pinned.substring(pinned.indexOf('@') + 1);
        for (String name : List.of(image, "oci://" + image, pinned, digest, image.replace(":v1", ""))) {
            fill();
            assertThat(execute("cache", "purge", "--dir", cache.toString(), name))
                    .as("%s: %s", name, err)
                    .isZero();
            assertThat(err.toString().trim()).as(name).isEqualTo("freed: 1 module, 8 bytes");
        }
        try (Stream<Path> files = Files.walk(cache)) {
            assertThat(files.filter(Files::isRegularFile).map(file -> String.valueOf(file.getFileName())))
                    .containsExactlyInAnyOrder("index.json", "lock");
        }
        assertThat(execute("cache", "purge", "--dir", cache.toString(), image, "nowhere/x:v1"))
                .isEqualTo(1);
        assertThat(err.toString())
                .contains("error: " + image + ": is not kept in " + cache, "error: nowhere/x:v1: is not kept");
        assertThat(execute("cache", "purge", "--all", "--expired")).isEqualTo(2);
        assertThat(err.toString()).contains("(expected: one of them)");
    }

    @Test
    void moduleThatAHostUses_stays() throws Exception {
        try (RegistryModules host = host()) {
            ModuleSource source = fetch(host, "oci://" + image);
            assertThat(execute("cache", "ls", "--dir", cache.toString())).isZero();
            assertThat(out.toString()).contains("8 bytes, in use");
            assertThat(execute("cache", "purge", "--all", "--dir", cache.toString()))
                    .isZero();
            assertThat(err.toString())
                    .contains("oci://" + pinned + ": stays, a running gateway uses it", "freed: 0 modules");
            assertThat(execute("cache", "purge", image, "--dir", cache.toString()))
                    .isEqualTo(1);
            Reference.reachabilityFence(source);
        }
    }

    @Test
    void moduleThatAnotherProcessUses_stays_andGoesWhenThatProcessHasEnded() throws Exception {
        fill();
        Path module;
        try (Stream<Path> files = Files.walk(cache)) {
            module = files.filter(file -> file.toString().endsWith(".wasm"))
                    .findFirst()
                    .orElseThrow();
        }
        Path mark = Path.of(module.toString().replace(".wasm", ".used"));
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        mark.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(other.getInputStream().read()).isEqualTo('!');
            assertThat(execute("cache", "purge", "--all", "--dir", cache.toString()))
                    .isZero();
            assertThat(err.toString()).contains("a running gateway uses it", "freed: 0 modules");
            assertThat(module).exists();
        } finally {
            other.destroyForcibly().waitFor();
        }
        assertThat(execute("cache", "purge", "--all", "--dir", cache.toString()))
                .isZero();
        assertThat(err.toString().trim()).isEqualTo("freed: 1 module, 8 bytes");
        assertThat(module).doesNotExist();
    }

    /** A process that uses a module until it is killed. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws Exception {
            try (FileChannel channel = FileChannel.open(
                    Path.of(args[0]), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                channel.lock(0, Long.MAX_VALUE, true);
                System.out.print('!');
                System.out.flush();
                System.in.read();
            }
        }
    }
}
