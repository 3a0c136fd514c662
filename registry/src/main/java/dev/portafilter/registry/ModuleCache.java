package dev.portafilter.registry;

import dev.portafilter.runtime.service.Cancellable;
import dev.portafilter.runtime.service.MetricStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Modules on disk, for any number of threads and processes. {@code DIR/SHA256(name)/CHECKSUM.wasm} are the modules, as an
 * agent of Istio lays them out; {@code index.json} says what they are called, what their bytes hash to, who signed them and
 * when they were last used. Each read is compared with that; what differs is thrown away. Source: WasmPlugin reference,
 * section 5.6.
 */
final class ModuleCache implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModuleCache.class);
    private static final String LOOKUPS = "istio_agent_wasm_cache_lookup_count";
    private static final String HITS = "wasm.remote_load_cache_hits";
    private static final String MISSES = "wasm.remote_load_cache_misses";

    private final Path directory;
    private final long expiryMillis;
    private final LongSupplier clockMillis;
    private final MetricStore metrics;
    private final AtomicInteger entryCount = new AtomicInteger();
    private final Set<Use> uses = ConcurrentHashMap.newKeySet();
    private final List<Cancellable> gauges;

    /** That a module is in use: while one of these is open, the module stays. */
    interface Use extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * A cache.
     *
     * @param directory where it is; made when it is not there
     * @param expiry how long a module stays that nobody uses
     * @param clockMillis the time since 1970
     * @throws IOException when the directory cannot be read or written
     */
    ModuleCache(Path directory, Duration expiry, LongSupplier clockMillis, MetricStore metrics) throws IOException {
        this.directory = directory;
        this.expiryMillis = expiry.toMillis();
        this.clockMillis = clockMillis;
        this.metrics = metrics;
        change(index -> null);
        for (String hit : List.of("true", "false")) {
            metrics.hostCounter(LOOKUPS, "hit", hit);
        }
        metrics.hostCounter(HITS);
        metrics.hostCounter(MISSES);
        // What cannot be had is asked for again: this stays 0.
        metrics.hostCounter("wasm.remote_load_cache_negative_hits");
        gauges = List.of(
                metrics.hostGauge("istio_agent_wasm_cache_entries", entryCount::get),
                metrics.hostGauge("wasm.remote_load_cache_entries", entryCount::get));
    }

    /** Ends counting its modules, and all uses of them. */
    @Override
    public void close() {
        List.copyOf(uses).forEach(Use::close);
        gauges.forEach(Cancellable::cancel);
    }

    /** What is done with the index while nobody else changes it. */
    private interface Change<T> {
        @Nullable T apply(CacheIndex index) throws IOException;
    }

    private <T> @Nullable T change(Change<T> change) throws IOException {
        try (CacheLock lock = CacheLock.take(directory)) {
            CacheIndex index = CacheIndex.read(directory);
            T result = change.apply(index);
            index.write(directory);
            entryCount.set(index.size());
            return result;
        }
    }

    /** The checksum that a url last meant; null when it was never resolved. */
    @Nullable String resolved(String name, String url) throws IOException {
        return change(index -> index.resolved(name, url));
    }

    /** Notes what a url means now. */
    void resolve(String name, String url, String checksum) throws IOException {
        change(index -> {
            index.resolve(name, url, checksum);
            return null;
        });
    }

    /**
     * Finds a module, reads it, and notes its use. One that is not what was stored is thrown away.
     *
     * @param checksum 64 hex digits; null finds nothing
     * @return null when there is none
     */
    @Nullable CachedModule find(String name, @Nullable String checksum) throws IOException {
        CachedModule found = checksum == null ? null : change(index -> find(index, name, checksum));
        metrics.hostCounter(LOOKUPS, "hit", String.valueOf(found != null)).increment();
        metrics.hostCounter(found == null ? MISSES : HITS).increment();
        return found;
    }

    /** As {@link #find(String, String)}, for who has already been counted. */
    @Nullable CachedModule peek(String name, String checksum) throws IOException {
        return change(index -> find(index, name, checksum));
    }

    private @Nullable CachedModule find(CacheIndex index, String name, String checksum) throws IOException {
        CacheIndex.Entry entry = index.find(name, checksum);
        if (entry == null) {
            return null;
        }
        byte[] module = read(directory.resolve(entry.file()), entry.sha256);
        byte[] manifest =
                entry.manifestSha256.isEmpty() ? null : read(manifestFile(entry.file()), entry.manifestSha256);
        if (module == null || manifest == null && !entry.manifestSha256.isEmpty()) {
            index.remove(entry);
            delete(entry);
            return null;
        }
        index.touch(entry, clockMillis.getAsLong());
        return cached(entry, module, manifest);
    }

    private static CachedModule cached(CacheIndex.Entry entry, byte[] module, byte @Nullable [] manifest) {
        return new CachedModule(
                entry.name,
                List.copyOf(entry.checksums),
                module,
                manifest,
                List.copyOf(entry.rootIds),
                Set.copyOf(entry.signedBy));
    }

    /** A file of the cache; null when it is gone or has changed. */
    private static byte @Nullable [] read(Path file, String sha256) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            LOG.warn("{}: is gone (expected: a module; it is fetched again)", file);
            return null;
        }
        String actual = Sha256.hex(bytes);
        if (!actual.equals(sha256)) {
            LOG.warn("{}: has sha256 {} (expected: {}; it is fetched again)", file, actual, sha256);
            return null;
        }
        return bytes;
    }

    private Path manifestFile(String file) {
        return directory.resolve(file.replace(".wasm", ".manifest.yaml"));
    }

    /**
     * Stores a module.
     *
     * @param name what it is called without tag or digest
     * @param checksums what its file is called after, and what else it may be asked for by: 64 hex digits each
     * @param manifest the {@code manifest.yaml} of its image; null for none
     */
    CachedModule store(String name, List<String> checksums, byte[] module, byte @Nullable [] manifest)
            throws IOException {
        return store(name, checksums, module, manifest, List.of());
    }

    /** The same, with the root ids that its image lists. */
    CachedModule store(
            String name, List<String> checksums, byte[] module, byte @Nullable [] manifest, List<String> rootIds)
            throws IOException {
        return Objects.requireNonNull(change(index -> {
            CacheIndex.Entry entry =
                    new CacheIndex.Entry(name, Sha256.hex(module), manifest == null ? "" : Sha256.hex(manifest));
            entry.checksums.addAll(checksums);
            entry.rootIds.addAll(rootIds);
            CacheFiles.write(directory.resolve(entry.file()), module);
            if (manifest != null) {
                CacheFiles.write(manifestFile(entry.file()), manifest);
            }
            index.put(entry);
            index.touch(entry, clockMillis.getAsLong());
            return cached(entry, module, manifest);
        }));
    }

    /** Adds what a module may be asked for by, and who signed it. */
    void note(String name, String checksum, List<String> moreChecksums, List<String> moreSigners) throws IOException {
        change(index -> {
            CacheIndex.Entry entry = index.find(name, checksum);
            if (entry != null) {
                index.addChecksums(entry, moreChecksums);
                moreSigners.forEach(signer -> index.signed(entry, signer));
            }
            return null;
        });
    }

    /** Keeps a module until the use is closed, in all processes. Closing twice is closing once. */
    Use use(String name, String checksum) {
        Path file = directory.resolve(CacheIndex.file(name, checksum));
        UseMarks.take(file);
        Use use = new Use() {
            @Override
            public void close() {
                if (uses.remove(this)) {
                    UseMarks.release(file);
                }
            }
        };
        uses.add(use);
        return use;
    }

    /**
     * Throws away what nobody uses and has not used for the time of expiry. What any process uses counts as used now.
     *
     * @return how many modules went
     */
    int purge() throws IOException {
        return Objects.requireNonNull(change(index -> {
            int count = 0;
            long now = clockMillis.getAsLong();
            for (CacheIndex.Entry entry : index.entries()) {
                if (isUsed(entry)) {
                    index.touch(entry, now);
                } else if (index.isExpired(entry, now, expiryMillis)) {
                    purge(index, entry);
                    count++;
                }
            }
            deleteStrays(index, now);
            return count;
        }));
    }

    /** Throws away what is meant and not in use; gives what went. */
    List<CacheEntry> purge(Predicate<CacheEntry> which) throws IOException {
        return Objects.requireNonNull(change(index -> {
            List<CacheEntry> gone = new ArrayList<>();
            for (CacheIndex.Entry entry : index.entries()) {
                CacheEntry seen = seen(index, entry);
                if (!seen.inUse() && which.test(seen)) {
                    purge(index, entry);
                    gone.add(seen);
                }
            }
            deleteStrays(index, clockMillis.getAsLong());
            return gone;
        }));
    }

    private boolean isUsed(CacheIndex.Entry entry) throws IOException {
        return UseMarks.isUsed(directory.resolve(entry.file()));
    }

    private void delete(CacheIndex.Entry entry) throws IOException {
        Files.deleteIfExists(directory.resolve(entry.file()));
        Files.deleteIfExists(manifestFile(entry.file()));
    }

    /** Takes out a module that nobody uses, with its mark. */
    private void purge(CacheIndex index, CacheIndex.Entry entry) throws IOException {
        index.remove(entry);
        delete(entry);
        Files.deleteIfExists(UseMarks.beside(directory.resolve(entry.file())));
    }

    /** Throws away old files that no index knows: of a process that was killed, or of an index that was lost. */
    private void deleteStrays(CacheIndex index, long now) throws IOException {
        try (Stream<Path> files = Files.walk(directory, 2)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = directory.relativize(file).toString().replace('\\', '/');
                boolean ours = name.endsWith(CacheFiles.TEMPORARY) || name.matches("[0-9a-f]{64}/[0-9a-f]{64}\\..*");
                boolean known =
                        index.knows(name.replace(".manifest.yaml", ".wasm").replace(UseMarks.SUFFIX, ".wasm"));
                boolean old = now - Files.getLastModifiedTime(file).toMillis() >= expiryMillis;
                if (ours && !known && old) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /** All modules, for who lists them; nothing is read but the index. */
    List<CacheEntry> entries() throws IOException {
        return Objects.requireNonNull(change(index -> {
            List<CacheEntry> entries = new ArrayList<>();
            for (CacheIndex.Entry entry : index.entries()) {
                entries.add(seen(index, entry));
            }
            return entries;
        }));
    }

    private CacheEntry seen(CacheIndex index, CacheIndex.Entry entry) throws IOException {
        Path file = directory.resolve(entry.file());
        return new CacheEntry(
                entry.name,
                index.urls(entry),
                List.copyOf(entry.checksums),
                entry.sha256,
                file,
                Files.exists(file) ? Files.size(file) : 0,
                List.copyOf(entry.signedBy),
                index.lastUsedMillis(entry),
                isUsed(entry));
    }
}
