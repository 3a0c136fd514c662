package dev.portafilter.registry;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Lets the first who asks do the work, and gives its result or error to all who ask meanwhile. Thread-safe.
 *
 * @param <K> what is asked
 * @param <V> the answer
 */
final class SingleFlight<K, V> {
    private final Map<K, FutureTask<V>> underWay = new ConcurrentHashMap<>();

    /**
     * Does the work, or waits for who does.
     *
     * @throws IOException what the work threw
     */
    V run(K key, Callable<V> work) throws IOException {
        FutureTask<V> own = new FutureTask<>(work);
        FutureTask<V> first = underWay.putIfAbsent(key, own);
        if (first == null) {
            try {
                own.run();
            } finally {
                underWay.remove(key, own);
            }
            first = own;
        }
        try {
            return first.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FetchException("fetch.interrupted", key + ": interrupted while it was fetched", true);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof IOException io) {
                throw io;
            }
            throw cause instanceof RuntimeException runtime ? runtime : new IllegalStateException(cause);
        }
    }
}
