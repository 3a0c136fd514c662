package dev.portafilter.registry;

import dev.portafilter.runtime.service.MetricStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The cache of a host as an operator looks at it, also while hosts use it: what is in it, and away with it. Any thread. Source:
 * WasmPlugin reference, section 5.6.
 */
public final class CachedModules {
    private final Path directory;
    private final Duration expiry;
    private final LongSupplier clockMillis;

    /**
     * The cache in a directory; nothing is made when it is not there.
     *
     * @param expiry how long a module is kept that nobody uses
     */
    public CachedModules(Path directory, Duration expiry) {
        this(directory, expiry, System::currentTimeMillis);
    }

    CachedModules(Path directory, Duration expiry, LongSupplier clockMillis) {
        this.directory = directory;
        this.expiry = expiry;
        this.clockMillis = clockMillis;
    }

    /** Whether the directory has ever been a cache. */
    public boolean exists() {
        return Files.isRegularFile(directory.resolve(CacheIndex.FILE));
    }

    /** All modules; nothing of them is read but the index. */
    public List<CacheEntry> list() throws IOException {
        if (!exists()) {
            return List.of();
        }
        try (ModuleCache cache = open()) {
            return cache.entries();
        }
    }

    /** When a module expires that nobody uses until then, in milliseconds since 1970. */
    public long expiresMillis(CacheEntry entry) {
        return entry.lastUsedMillis() + expiry.toMillis();
    }

    /** Whether nobody uses a module, and nobody has for the time of expiry. */
    public boolean isExpired(CacheEntry entry) {
        return !entry.inUse() && expiresMillis(entry) <= clockMillis.getAsLong();
    }

    /**
     * Throws away modules that no process uses.
     *
     * @param which those that are meant
     * @return those that went
     */
    public List<CacheEntry> purge(Predicate<CacheEntry> which) throws IOException {
        if (!exists()) {
            return List.of();
        }
        try (ModuleCache cache = open()) {
            return cache.purge(which);
        }
    }

    private ModuleCache open() throws IOException {
        return new ModuleCache(directory, expiry, clockMillis, new MetricStore());
    }
}
