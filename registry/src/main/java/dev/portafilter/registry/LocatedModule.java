package dev.portafilter.registry;

import dev.portafilter.resources.ModuleReference.PullPolicy;
import dev.portafilter.runtime.plugin.ModuleSource;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A module that is had when it is asked for. Equal to another when both would have the same: then a plugin that runs need
 * not be touched. While this object lives, which it does as long as a plugin's spec refers to it, what it loaded stays in
 * the cache.
 */
final class LocatedModule implements ModuleSource {
    private static final Cleaner CLEANER = Cleaner.create();

    private final RegistryModules modules;
    private final ModuleLoading.Order order;
    private final Holding holding = new Holding();
    private volatile List<String> rootIds = List.of();

    /** Lives longer than its module, so must not know it. */
    private static final class Holding implements Runnable {
        private ModuleCache.@Nullable Use use;

        synchronized void replace(ModuleCache.@Nullable Use next) {
            ModuleCache.Use before = use;
            use = next;
            if (before != null) {
                before.close();
            }
        }

        @Override
        public void run() {
            replace(null);
        }
    }

    LocatedModule(RegistryModules modules, ModuleLoading.Order order) {
        this.modules = modules;
        this.order = order;
        CLEANER.register(this, holding);
    }

    @Override
    public byte[] load() throws IOException {
        return loaded().module().clone();
    }

    ModuleLoading.Loaded loaded() throws IOException {
        ModuleLoading.Loaded loaded = modules.load(order);
        rootIds = loaded.rootIds();
        if (!loaded.checksum().isEmpty()) {
            holding.replace(modules.cache().use(loaded.name(), loaded.checksum()));
        }
        return loaded;
    }

    @Override
    public List<String> rootIds() {
        return rootIds;
    }

    @Override
    public String rootId() {
        List<String> known = rootIds;
        return modules.usesRootIds() && known.size() == 1 ? known.get(0) : "";
    }

    /** Gives the cache back what was loaded. */
    void release() {
        holding.run();
    }

    @Override
    public String location() {
        return order.toString();
    }

    @Override
    public List<Path> files() {
        Path file = order.file();
        if (file == null || !order.hasKeys()) {
            return file == null ? List.of() : List.of(file);
        }
        List<Path> files = new ArrayList<>(List.of(file));
        // A signature that comes later makes another outcome.
        SignatureVerifier.SUFFIXES.forEach(suffix -> files.add(FileFetch.beside(file, suffix)));
        return files;
    }

    /** The revision, where another one means that a server is asked again. */
    private String decisiveRevision() {
        boolean asks = order.file() == null
                && order.module().effectivePullPolicy() == PullPolicy.ALWAYS
                && !PullDecision.isPinned(order.module());
        return asks ? order.resource() + " " + order.revision() : "";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LocatedModule that
                && modules == that.modules
                && order.module().equals(that.order.module())
                && Objects.equals(order.file(), that.order.file())
                && order.namespace().equals(that.order.namespace())
                && decisiveRevision().equals(that.decisiveRevision());
    }

    @Override
    public int hashCode() {
        return order.module().hashCode();
    }

    @Override
    public String toString() {
        return location();
    }
}
