package dev.portafilter.cli;

import dev.portafilter.registry.RegistryModules;
import dev.portafilter.resources.PluginResource;
import dev.portafilter.resources.Selection;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out where ServiceMeshExtensions stand whose image says it: on a thread of its own, and again until it is told.
 * Thread-safe. Source: WasmPlugin reference, sections 3.4 and 7.6.
 */
final class Placements implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Placements.class);
    private static final long FIRST_WAIT_MILLIS = 1_000;
    private static final long LONGEST_WAIT_MILLIS = 60_000;

    private final RegistryModules modules;
    private final boolean waits;
    private final ScheduledExecutorService thread;

    // Guarded by this object.
    private final Map<Key, PluginResource> placed = new HashMap<>();
    private final Set<Key> wanted = new HashSet<>();
    private @Nullable Runnable whenPlaced;
    /** Something was placed before anybody wanted to know. */
    private boolean untold;

    /** A resource as an operator left it. */
    private record Key(String kind, String identity, String revision) {
        static Key of(PluginResource resource) {
            return new Key(resource.kind(), resource.identity(), resource.revision());
        }
    }

    /**
     * Nothing is known yet.
     *
     * @param waits whether the first try is made by whoever selects, who waits for it
     */
    Placements(RegistryModules modules, boolean waits) {
        this.modules = modules;
        this.waits = waits;
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "portafilter-placements");
            made.setDaemon(true);
            return made;
        });
        executor.setRemoveOnCancelPolicy(true);
        thread = executor;
    }

    /** A selection that knows what the images said so far; what it does not know it goes to ask. */
    Function<Collection<PluginResource>, Selection> before(Function<Collection<PluginResource>, Selection> select) {
        return resources -> select.apply(resources.stream().map(this::place).toList());
    }

    /** What to do when something is placed: to select again. Done at once when something has been placed meanwhile. */
    void whenPlaced(Runnable action) {
        boolean due;
        synchronized (this) {
            whenPlaced = action;
            due = untold;
            untold = false;
        }
        if (due) {
            action.run();
        }
    }

    private PluginResource place(PluginResource resource) {
        if (!resource.pending()) {
            return resource;
        }
        Key key = Key.of(resource);
        boolean first;
        synchronized (this) {
            PluginResource known = placed.get(key);
            if (known != null) {
                return known;
            }
            first = wanted.add(key);
        }
        if (first && waits && ask(resource, key)) {
            synchronized (this) {
                return placed.getOrDefault(key, resource);
            }
        }
        if (first) {
            thread.execute(() -> askAgain(resource, key, FIRST_WAIT_MILLIS));
        }
        return resource;
    }

    private void askAgain(PluginResource resource, Key key, long waitMillis) {
        if (ask(resource, key)) {
            Runnable action;
            synchronized (this) {
                action = whenPlaced;
                untold |= action == null;
            }
            if (action != null) {
                action.run();
            }
        } else {
            long next = Math.min(LONGEST_WAIT_MILLIS, 2 * waitMillis);
            ScheduledFuture<?> unused =
                    thread.schedule(() -> askAgain(resource, key, next), waitMillis, TimeUnit.MILLISECONDS);
        }
    }

    private boolean ask(PluginResource resource, Key key) {
        try {
            PluginResource known = modules.placed(resource);
            synchronized (this) {
                placed.put(key, known);
                wanted.remove(key);
            }
            return true;
        } catch (IOException e) {
            LOG.warn("{}: its place in the chain is not known: {}", resource, e.getMessage());
            return false;
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
