package dev.portafilter.registry;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says which modules of a cache are in use, to all processes: as long as one is, its process holds a shared lock on the file
 * {@code CHECKSUM.used} beside it, which the system lets go when the process ends, however it ends.
 */
final class UseMarks {
    /** What takes the place of {@code .wasm} in the names of marks. */
    static final String SUFFIX = ".used";

    private static final Logger LOG = LoggerFactory.getLogger(UseMarks.class);

    /** The system's locks are held by the process, so its caches share them. Guarded by itself. */
    private static final Map<Path, Mark> OF_THIS_PROCESS = new HashMap<>();

    private UseMarks() {}

    /** How often a module is used here, and the channel that holds the lock; null when it could not be had. */
    private static final class Mark {
        private final @Nullable FileChannel channel;
        private int count;

        Mark(@Nullable FileChannel channel) {
            this.channel = channel;
        }
    }

    /** The mark of a module's file. */
    static Path beside(Path module) {
        return module.resolveSibling(String.valueOf(module.getFileName()).replaceAll("\\.wasm$", "") + SUFFIX);
    }

    /** Marks a module as used, once more. */
    static void take(Path module) {
        Path file = beside(module).toAbsolutePath().normalize();
        synchronized (OF_THIS_PROCESS) {
            OF_THIS_PROCESS.computeIfAbsent(file, absent -> new Mark(lock(file))).count++;
        }
    }

    /** Takes one of its marks back. */
    static void release(Path module) {
        Path file = beside(module).toAbsolutePath().normalize();
        synchronized (OF_THIS_PROCESS) {
            Mark mark = OF_THIS_PROCESS.get(file);
            if (mark != null && --mark.count == 0) {
                OF_THIS_PROCESS.remove(file);
                unlock(file, mark.channel);
            }
        }
    }

    /** Whether this process or another one uses a module. */
    static boolean isUsed(Path module) throws IOException {
        Path file = beside(module).toAbsolutePath().normalize();
        synchronized (OF_THIS_PROCESS) {
            if (OF_THIS_PROCESS.containsKey(file)) {
                return true;
            }
            if (!Files.exists(file)) {
                return false;
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                FileLock lock = channel.tryLock();
                return lock == null;
            } catch (OverlappingFileLockException e) {
                return true;
            }
        }
    }

    private static @Nullable FileChannel lock(Path file) {
        FileChannel channel = null;
        try {
            Path folder = file.getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            channel.lock(0, Long.MAX_VALUE, true);
            return channel;
        } catch (IOException | OverlappingFileLockException e) {
            LOG.warn("{}: cannot be locked, other processes may purge its module: {}", file, e.toString());
            unlock(file, channel);
            return null;
        }
    }

    private static void unlock(Path file, @Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                LOG.warn("{}: cannot be unlocked: {}", file, e.toString());
            }
        }
    }
}
