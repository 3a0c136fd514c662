package dev.portafilter.registry;

import dev.portafilter.resources.Manifest;
import dev.portafilter.resources.ModuleLocator;
import dev.portafilter.resources.ModuleReference;
import dev.portafilter.resources.ModuleUrl;
import dev.portafilter.resources.PluginResource;
import dev.portafilter.resources.Problem;
import dev.portafilter.resources.ServiceMeshExtension;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.service.MetricStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Modules from files, HTTP servers and registries, with checksums, signatures and a cache. One for all resources of a host;
 * give it to {@code ReadOptions}. Nothing is fetched before a source is asked for its bytes. Any thread. Source: WasmPlugin
 * reference, sections 5 and 6.
 */
public final class RegistryModules implements ModuleLocator, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryModules.class);

    private final ModuleCache cache;
    private final ModuleLoading loading;
    private final FetchMetrics metrics;
    private final Pace pace;
    private final boolean offline;
    private final boolean usesRootIds;
    private final SingleFlight<ModuleLoading.Order, ModuleLoading.Loaded> flights = new SingleFlight<>();
    private final Map<String, ReentrantLock> lanes = new ConcurrentHashMap<>();
    private final @Nullable Path temporary;
    private final ScheduledExecutorService purging = purger();
    private final ScheduledFuture<?> purges;

    RegistryModules(
            ModuleOptions options,
            HttpTransport transport,
            ModuleImages images,
            MetricStore store,
            Pace pace,
            LongSupplier clockMillis)
            throws IOException {
        this(options, new ModuleOrigins(transport, images, ModuleFiles.ON_DISK), store, pace, clockMillis);
    }

    private RegistryModules(
            ModuleOptions options, ModuleOrigins origins, MetricStore store, Pace pace, LongSupplier clockMillis)
            throws IOException {
        usesRootIds = origins.images().usesRootIds();
        Path directory = options.cacheDirectory();
        Path own = directory == null ? Files.createTempDirectory("portafilter-modules") : directory;
        temporary = directory == null ? own : null;
        cache = new ModuleCache(own, options.cacheExpiry(), clockMillis, store);
        metrics = new FetchMetrics(store);
        loading = new ModuleLoading(options, cache, origins, metrics, pace);
        this.pace = pace;
        offline = options.offline();
        long interval = options.purgeInterval().toMillis();
        purges = purging.scheduleWithFixedDelay(this::purge, interval, interval, TimeUnit.MILLISECONDS);
    }

    /**
     * Modules from this machine's network; or, when that is not to be used, from a bundle or a cache.
     *
     * @param options how modules are fetched and kept; its times and sizes hold for images too
     * @param registry how registries and HTTP servers are talked to
     * @param images how images are read
     * @param secrets what {@code imagePullSecret} names
     * @param keychain the credentials of the host, for resources that name no secret
     * @param metrics where fetches are counted
     * @throws IOException when the cache, the bundle or the certificate authorities cannot be used
     */
    public static RegistryModules open(
            ModuleOptions options,
            RegistryOptions registry,
            ImageOptions images,
            PullSecrets secrets,
            Keychain keychain,
            MetricStore metrics)
            throws IOException {
        Path directory = options.cacheDirectory();
        if (options.offline() && directory != null) {
            if (BundleIndex.isAt(directory)) {
                return new RegistryModules(
                        fresh(options),
                        new BundleOrigins(directory).origins(fetcher(options, images)),
                        metrics,
                        Pace.REAL,
                        System::currentTimeMillis);
            }
            if (!Files.isRegularFile(directory.resolve(CacheIndex.FILE))) {
                throw new IOException(directory + ": holds no modules (expected: " + BundleIndex.FILE
                        + " of a bundle, or " + CacheIndex.FILE + " of a cache)");
            }
        }
        return new RegistryModules(
                options,
                network(options, registry, images, secrets, keychain, TransferObserver.NONE),
                metrics,
                Pace.REAL,
                System::currentTimeMillis);
    }

    /**
     * Modules from this machine's network, fetched anew, and kept in a bundle.
     *
     * @param bundle what is filled
     * @param observer sees how much has been fetched
     * @throws IOException when the certificate authorities cannot be used
     */
    public static RegistryModules openBundling(
            ModuleOptions options,
            RegistryOptions registry,
            ImageOptions images,
            PullSecrets secrets,
            Keychain keychain,
            BundleWriter bundle,
            TransferObserver observer)
            throws IOException {
        return new RegistryModules(
                fresh(options),
                bundle.recording(network(options, registry, images, secrets, keychain, observer)),
                new MetricStore(),
                Pace.REAL,
                System::currentTimeMillis);
    }

    /** The same, with a cache that goes with the process. */
    private static ModuleOptions fresh(ModuleOptions options) {
        return options.withOffline(false).withCacheDirectory(null);
    }

    private static ModuleOrigins network(
            ModuleOptions options,
            RegistryOptions registry,
            ImageOptions images,
            PullSecrets secrets,
            Keychain keychain,
            TransferObserver observer)
            throws IOException {
        RegistryClient client = new RegistryClient(registry.withTimeout(options.fetchTimeout()), observer);
        return new ModuleOrigins(
                new WebTransport(client.web(), client.options()),
                new RegistryImages(client, fetcher(options, images), secrets, keychain),
                ModuleFiles.ON_DISK);
    }

    private static ImageFetcher fetcher(ModuleOptions options, ImageOptions images) {
        return new ImageFetcher(images.withMostModuleBytes(options.maxBytes()));
    }

    private static ScheduledExecutorService purger() {
        return new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "portafilter-cache-purge");
            thread.setDaemon(true);
            return thread;
        });
    }

    private void purge() {
        if (offline) {
            // What is gone could not be fetched again.
            return;
        }
        try {
            int count = cache.purge();
            if (count > 0) {
                LOG.info("{} modules are gone from the cache: nobody has used them", count);
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("the cache cannot be purged", e);
        }
    }

    @Override
    public boolean loads(ModuleUrl.Scheme scheme) {
        return true;
    }

    @Override
    public boolean verifiesSignatures() {
        return true;
    }

    @Override
    public ModuleSource locate(ModuleReference module, String namespace, Path baseDirectory) {
        return locate(module, new Requester(namespace, "", ""), baseDirectory);
    }

    @Override
    public ModuleSource locate(ModuleReference module, Requester requester, Path baseDirectory) {
        boolean file = module.url().scheme() == ModuleUrl.Scheme.FILE;
        return new LocatedModule(
                this,
                new ModuleLoading.Order(
                        module,
                        file ? baseDirectory.resolve(module.url().path()) : null,
                        requester.namespace(),
                        requester.namespace() + "/" + requester.name(),
                        requester.revision()));
    }

    /**
     * A resource with the place in the chain that its image gives it, where it does not say it itself. Blocks while the
     * image is fetched; a later load has it from the cache.
     *
     * @throws IOException when the image cannot be had, or says nothing of its place
     */
    public PluginResource placed(PluginResource resource) throws IOException {
        if (!resource.pending() || !(resource.spec().module() instanceof LocatedModule source)) {
            return resource;
        }
        byte[] text = source.loaded().manifest();
        boolean overridden =
                resource.model() instanceof ServiceMeshExtension extension && extension.overridesManifest();
        String place = source.location() + "/" + Manifest.FILE;
        Manifest.Reading reading =
                text == null ? new Manifest.Reading(null, List.of()) : Manifest.read(place, text, overridden);
        Manifest manifest = reading.manifest();
        if (manifest == null) {
            Problem problem = reading.problems().stream()
                    .filter(Problem::isError)
                    .findFirst()
                    .orElse(null);
            throw new FetchException(
                    problem == null ? "manifest.missing" : problem.rule(),
                    problem == null ? place + ": is not there" : problem.toString());
        }
        return resource.withManifest(manifest);
    }

    /**
     * Fetches the module of a resource, with all checks. Blocks; a later load has it from the cache.
     *
     * @throws IOException when it cannot be had, or is not what the resource asks for
     * @throws IllegalArgumentException when the resource was read with another locator
     */
    public FetchedModule fetch(PluginResource resource) throws IOException {
        if (!(resource.spec().module() instanceof LocatedModule source)) {
            throw new IllegalArgumentException(
                    resource + ": its module was located by something else (expected: ReadOptions with these modules)");
        }
        ModuleLoading.Loaded loaded = source.loaded();
        String checksum = loaded.checksum().isEmpty() ? Sha256.hex(loaded.module()) : loaded.checksum();
        return new FetchedModule(Sha256.PREFIX + checksum, loaded.module().length);
    }

    /** The module; one load for all who ask for the same at the same time. */
    ModuleLoading.Loaded load(ModuleLoading.Order order) throws IOException {
        long start = pace.nanoTime();
        try {
            ModuleLoading.Loaded loaded = flights.run(order, () -> loadInTurn(order));
            metrics.loaded(order.file() == null ? "success" : "no_remote_load", pace.nanoTime() - start);
            return loaded;
        } catch (IOException e) {
            metrics.loaded("fetch_failure", pace.nanoTime() - start);
            throw e;
        }
    }

    /** One at a time for each url, so that what one has fetched is there for the next. */
    private ModuleLoading.Loaded loadInTurn(ModuleLoading.Order order) throws IOException {
        ReentrantLock lane = lanes.computeIfAbsent(order.toString(), url -> new ReentrantLock());
        lane.lock();
        try {
            return loading.load(order);
        } finally {
            lane.unlock();
        }
    }

    /** Whether the root id of an image is that of a plugin which names none. */
    boolean usesRootIds() {
        return usesRootIds;
    }

    ModuleCache cache() {
        return cache;
    }

    /** Ends purging; sources must not be asked any more. A cache that goes with the process goes now. */
    @Override
    public void close() throws IOException {
        purges.cancel(false);
        purging.shutdown();
        cache.close();
        Path directory = temporary;
        if (directory != null) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
