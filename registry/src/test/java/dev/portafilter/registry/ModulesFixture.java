package dev.portafilter.registry;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.portafilter.resources.ModuleLocator;
import dev.portafilter.resources.ModuleReference;
import dev.portafilter.resources.ModuleReference.Layout;
import dev.portafilter.resources.ModuleReference.PullPolicy;
import dev.portafilter.resources.ModuleUrl;
import dev.portafilter.runtime.service.MetricStore;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Modules over servers and registries in memory. */
final class ModulesFixture {
    final FakeHttp http = new FakeHttp();
    final FakeImages images = new FakeImages();
    final FakeTime time = new FakeTime();
    final MetricStore metrics = new MetricStore();
    private @Nullable RegistryModules modules;

    /** Starts anew with a directory as the cache. */
    void open(Path directory) throws IOException {
        open(ModuleOptions.DEFAULT.withCacheDirectory(directory));
    }

    void open(ModuleOptions options) throws IOException {
        RegistryModules before = modules;
        if (before != null) {
            before.close();
        }
        modules = new RegistryModules(options, http, images, metrics, time, () -> 1_000_000_000_000L);
    }

    RegistryModules modules() {
        return Objects.requireNonNull(modules);
    }

    /** Starts with an image that is cached, and forgets that it was asked for. */
    void cached(Path directory, String url) throws IOException {
        open(directory);
        ModuleUrl parsed = ModuleUrl.parse(url);
        images.image(
                Objects.requireNonNull(parsed.image()).tag(), FixedVectors.MANIFEST_DIGEST, FixedVectors.TINY_MODULE);
        want(url).load();
        images.requests.clear();
    }

    long fetches(String result) {
        return metrics.hostCounter("istio_agent_wasm_remote_fetch_count", "result", result)
                .sum();
    }

    Want want(String url) {
        return new Want(url);
    }

    /** What a resource asks for. */
    final class Want {
        private final String url;
        private String sha256 = "";
        private PullPolicy policy = PullPolicy.UNSPECIFIED;
        private String resource = "a";
        private String revision = "1";
        private Layout layout = Layout.PLUGIN;
        private List<String> secrets = List.of();
        private List<PublicKey> keys = List.of();

        private Want(String url) {
            this.url = url;
        }

        Want sha256(String value) {
            sha256 = value;
            return this;
        }

        Want policy(PullPolicy value) {
            policy = value;
            return this;
        }

        Want resource(String value) {
            resource = value;
            return this;
        }

        Want revision(String value) {
            revision = value;
            return this;
        }

        Want layout(Layout value) {
            layout = value;
            return this;
        }

        Want secret(String value) {
            secrets = List.of(value);
            return this;
        }

        Want keys(PublicKey... value) {
            keys = List.of(value);
            return this;
        }

        LocatedModule source() {
            ModuleReference module = new ModuleReference(ModuleUrl.parse(url), layout, sha256, policy, secrets, keys);
            return (LocatedModule)
                    modules().locate(module, new ModuleLocator.Requester("ns", resource, revision), Path.of(""));
        }

        byte[] load() throws IOException {
            return source().load();
        }

        FetchException refused() {
            return catchThrowableOfType(FetchException.class, this::load);
        }
    }
}
