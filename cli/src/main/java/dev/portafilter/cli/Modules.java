package dev.portafilter.cli;

import dev.portafilter.registry.BundleWriter;
import dev.portafilter.registry.DefaultKeychain;
import dev.portafilter.registry.ImageOptions;
import dev.portafilter.registry.Keychain;
import dev.portafilter.registry.ModuleOptions;
import dev.portafilter.registry.PullSecrets;
import dev.portafilter.registry.RegistryModules;
import dev.portafilter.registry.RegistryOptions;
import dev.portafilter.registry.SecretManifests;
import dev.portafilter.registry.TransferObserver;
import dev.portafilter.runtime.service.MetricStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the modules of a host come from, as settings and environment say, and where their fetches are counted.
 *
 * @param locator finds and keeps them
 * @param placements finds out where ServiceMeshExtensions stand
 * @param secrets hears of the Secrets among the resources
 * @param metrics of the host that runs them
 */
record Modules(RegistryModules locator, Placements placements, SecretManifests secrets, MetricStore metrics)
        implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Modules.class);

    /**
     * Opens them; nothing is fetched yet.
     *
     * @throws IOException when the cache or the certificates cannot be used
     * @throws IllegalArgumentException when a value is none; the message names it
     */
    static Modules open(Settings settings, Function<String, @Nullable String> environment) throws IOException {
        MetricStore metrics =
                new MetricStore(SettingValues.serviceLimits(settings).metricCount());
        SecretManifests manifests = new SecretManifests(LOG::warn);
        RegistryModules locator = RegistryModules.open(
                options(settings, environment),
                registry(settings, environment),
                images(settings),
                secrets(settings.path("secrets.dir"), manifests),
                keychain(false),
                metrics);
        return new Modules(locator, new Placements(locator, settings.yes("sme.blockUntilReady")), manifests, metrics);
    }

    /**
     * Modules as the host would have them that runs with these settings, fetched anew and kept in a bundle.
     *
     * @param secrets the Secrets among the resources, once they are read
     * @throws IOException when the certificates cannot be used
     * @throws IllegalArgumentException when a value is none; the message names it
     */
    static RegistryModules bundling(
            Settings settings,
            Function<String, @Nullable String> environment,
            SecretManifests secrets,
            BundleWriter bundle,
            TransferObserver observer)
            throws IOException {
        return RegistryModules.openBundling(
                options(settings, environment),
                registry(settings, environment),
                images(settings),
                secrets(settings.path("secrets.dir"), secrets),
                keychain(true),
                bundle,
                observer);
    }

    private static ImageOptions images(Settings settings) {
        return new ImageOptions(
                ImageOptions.DEFAULT.mostModuleBytes(),
                settings.yes("image.strict"),
                settings.yes("image.manifestFallback"),
                settings.yes("image.useRuntimeConfigRootId"));
    }

    private static Keychain keychain(boolean commands) {
        return DefaultKeychain.of(System.getenv(), Path.of(System.getProperty("user.home")), commands, LOG::warn);
    }

    private static PullSecrets secrets(@Nullable Path directory, PullSecrets manifests) {
        return directory == null
                ? manifests
                : PullSecrets.in(directory, LOG::warn).orElse(manifests);
    }

    /** What is set; else what Istio's agent would read in the environment; else what holds unless something is set. */
    static ModuleOptions options(Settings settings, Function<String, @Nullable String> environment) {
        ModuleOptions options = ModuleOptions.DEFAULT.withEnvironment(environment);
        Path offline = settings.path("offline");
        options = options.withOffline(offline != null)
                .withCacheDirectory(offline == null ? cache(settings) : offline)
                .withFetchTimeout(millis(settings, "fetch.timeout"));
        if (settings.has("http.requestTimeout")) {
            options = options.withRequestTimeout(millis(settings, "http.requestTimeout"));
        }
        if (settings.has("http.maxAttempts")) {
            options = options.withMaxAttempts(settings.smallNumber("http.maxAttempts"));
        }
        if (settings.has("module.maxBytes")) {
            options = options.withMaxBytes(settings.number("module.maxBytes"));
        }
        if (settings.has("cache.expiry")) {
            options = options.withCacheExpiry(millis(settings, "cache.expiry"));
        }
        return settings.has("cache.purgeInterval")
                ? options.withPurgeInterval(millis(settings, "cache.purgeInterval"))
                : options;
    }

    /** Where fetched modules are kept; null for as long as the process runs. */
    static @Nullable Path cache(Settings settings) {
        Path set = settings.path("cache.moduleDir");
        Path compiled = CacheDirectory.of(settings.get("cache-dir"));
        return set != null || compiled == null ? set : compiled.resolve("modules");
    }

    static RegistryOptions registry(Settings settings, Function<String, @Nullable String> environment) {
        Map<String, List<String>> mirrors = new LinkedHashMap<>();
        settings.map("fetch.mirrors").forEach((host, list) -> mirrors.put(host, SettingKey.items(list)));
        return RegistryOptions.DEFAULT
                .withInsecureRegistries(
                        list(settings, "fetch.insecureRegistries", environment.apply("WASM_INSECURE_REGISTRIES")))
                .withBlockedNetworks(
                        list(settings, "fetch.blockedCidrs", environment.apply("BLOCKED_CIDRS_IN_WASM_FETCH")))
                .withMirrors(mirrors)
                .withAuthorities(settings.path("ca"));
    }

    private static List<String> list(Settings settings, String name, @Nullable String variable) {
        List<String> set = settings.list(name);
        return set != null ? set : variable == null ? List.of() : SettingKey.items(variable);
    }

    private static Duration millis(Settings settings, String name) {
        return Duration.ofMillis(settings.millis(name));
    }

    @Override
    public void close() {
        placements.close();
        try {
            locator.close();
        } catch (IOException e) {
            LOG.warn("modules: {}", e.getMessage());
        }
    }
}
