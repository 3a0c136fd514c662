package dev.portafilter.resources.live;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches files and directories, and tells of a change once it has come to rest: a file written in many pieces, an atomic
 * rename, a swap of the symbolic link {@code ..data} that Kubernetes makes, are one change each. The file system's events
 * only say when to look; where there are none (network file systems, too many watches) it looks every {@link
 * Timing#pollMillis} all the same. It has a daemon thread of its own.
 */
public final class FileWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);

    /**
     * How long it waits, each in milliseconds.
     *
     * @param quietMillis how long nothing may change before a change is told; default 100
     * @param longestMillis when a change is told although it still goes on; default 5000
     * @param pollMillis how often it looks without events; default 2000
     */
    public record Timing(long quietMillis, long longestMillis, long pollMillis) {
        /** The defaults. */
        public static final Timing DEFAULT = new Timing(100, 5_000, 2_000);

        /** Refuses what is below 1. */
        public Timing {
            if (quietMillis < 1 || longestMillis < 1 || pollMillis < 1) {
                throw new IllegalArgumentException("file watch: " + quietMillis + ", " + longestMillis + ", "
                        + pollMillis + " ms (expected: 1 or more each)");
            }
        }
    }

    private final Supplier<? extends Collection<Path>> paths;
    private final Consumer<BooleanSupplier> changed;
    private final Timing timing;
    private final @Nullable WatchService events;
    private final Map<Path, WatchKey> watched = new HashMap<>();
    private final Settling<FileSnapshot> changes;
    private final Thread thread;
    private volatile boolean closed;

    private FileWatch(Supplier<? extends Collection<Path>> paths, Consumer<BooleanSupplier> changed, Timing timing) {
        this.paths = paths;
        this.changed = changed;
        this.timing = timing;
        this.events = events();
        // What changes from here on is a change, even before the thread runs.
        this.changes = new Settling<>(timing.quietMillis(), timing.longestMillis(), FileSnapshot.of(paths.get()));
        this.thread = new Thread(this::run, "portafilter-file-watch");
        thread.setDaemon(true);
    }

    /**
     * Starts to watch.
     *
     * @param paths what to look at, asked each time: files, and directories of which the files directly inside count
     * @param changed told of each change, on the watch's thread; what it gets tells whether everything looks still as it did
     *     then: who has read files asks it before believing them, and is told again when they have changed meanwhile
     */
    public static FileWatch start(
            Supplier<? extends Collection<Path>> paths, Consumer<BooleanSupplier> changed, Timing timing) {
        FileWatch watch = new FileWatch(paths, changed, timing);
        watch.thread.start();
        return watch;
    }

    private static @Nullable WatchService events() {
        try {
            return FileSystems.getDefault().newWatchService();
        } catch (IOException | UnsupportedOperationException e) {
            LOG.warn("file watch: the system gives no events, so files are looked at now and then ({})", e.toString());
            return null;
        }
    }

    private void run() {
        while (!closed) {
            Collection<Path> now = paths.get();
            listen(now);
            FileSnapshot snapshot = FileSnapshot.of(now);
            if (changes.look(snapshot, System.nanoTime() / 1_000_000)) {
                tell(() -> FileSnapshot.of(now).equals(snapshot));
            }
            await(changes.moving() ? Math.max(1, timing.quietMillis() / 2) : timing.pollMillis());
        }
    }

    private void tell(BooleanSupplier unchanged) {
        try {
            changed.accept(unchanged);
        } catch (RuntimeException e) {
            LOG.error("file watch: a change could not be told", e);
        }
    }

    private void await(long millis) {
        if (events == null) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
            return;
        }
        try {
            WatchKey key = events.poll(millis, TimeUnit.MILLISECONDS);
            while (key != null) {
                key.pollEvents();
                key.reset();
                key = events.poll();
            }
        } catch (InterruptedException | ClosedWatchServiceException e) {
            // Both come from close() only.
            closed = true;
        }
    }

    /** Asks for the events of the directories that hold what is watched; of those that are new since the last time. */
    private void listen(Collection<Path> now) {
        if (events == null) {
            return;
        }
        Set<Path> directories = new LinkedHashSet<>();
        for (Path path : now) {
            Path parent = path.toAbsolutePath().getParent();
            if (Files.isDirectory(path)) {
                directories.add(path);
            } else if (parent != null && Files.isDirectory(parent)) {
                directories.add(parent);
            }
        }
        watched.entrySet().removeIf(entry -> {
            boolean gone =
                    !directories.contains(entry.getKey()) || !entry.getValue().isValid();
            if (gone) {
                entry.getValue().cancel();
            }
            return gone;
        });
        for (Path directory : directories) {
            if (!watched.containsKey(directory)) {
                register(directory, events);
            }
        }
    }

    private void register(Path directory, WatchService service) {
        try {
            watched.put(
                    directory,
                    directory.register(
                            service,
                            StandardWatchEventKinds.ENTRY_CREATE,
                            StandardWatchEventKinds.ENTRY_DELETE,
                            StandardWatchEventKinds.ENTRY_MODIFY));
        } catch (IOException e) {
            LOG.debug("file watch: no events of {} ({})", directory, e.toString());
        }
    }

    /** Stops; a change that is being told is told to its end. */
    @Override
    public void close() {
        closed = true;
        if (events != null) {
            try {
                events.close();
            } catch (IOException e) {
                LOG.debug("file watch: {}", e.toString());
            }
        }
        LockSupport.unpark(thread);
    }
}
