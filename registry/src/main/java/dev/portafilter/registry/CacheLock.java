package dev.portafilter.registry;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one change a cache at a time: one thread by a lock of this process, one process by a lock on the file {@code lock}.
 * Held only while the index and single files are read or written, never while something is fetched.
 */
final class CacheLock implements AutoCloseable {
    /** The system's locks are held by the process, so its threads need one of their own. */
    private static final Map<Path, ReentrantLock> OF_THIS_PROCESS = new ConcurrentHashMap<>();

    private final ReentrantLock own;
    private final FileChannel channel;
    private final FileLock lock;

    private CacheLock(ReentrantLock own, FileChannel channel, FileLock lock) {
        this.own = own;
        this.channel = channel;
        this.lock = lock;
    }

    /** Waits until nobody else changes the cache. */
    @SuppressWarnings("LockNotBeforeTry") // Released by close().
    static CacheLock take(Path directory) throws IOException {
        Files.createDirectories(directory);
        ReentrantLock own = OF_THIS_PROCESS.computeIfAbsent(directory.toRealPath(), path -> new ReentrantLock());
        own.lock();
        FileChannel channel = null;
        try {
            channel = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            return new CacheLock(own, channel, channel.lock());
        } catch (IOException | RuntimeException e) {
            if (channel != null) {
                channel.close();
            }
            own.unlock();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            lock.release();
            channel.close();
        } finally {
            own.unlock();
        }
    }
}
