package dev.portafilter.registry;

import dev.portafilter.resources.ImageReference;
import dev.portafilter.resources.ModuleReference;
import dev.portafilter.resources.ModuleReference.PullPolicy;
import dev.portafilter.resources.ModuleUrl;

/** Whether the server or registry is asked before a module is used. Source: WasmPlugin reference, section 5.5. */
enum PullDecision {
    /** The file is read; nothing of it is cached. */
    READ_FILE,
    /** What is cached is used, without the network. */
    USE_CACHE,
    /** The server or registry is asked; what it has may turn out to be cached. */
    PULL,
    /** The server or registry would have to be asked, and must not be. */
    REFUSE;

    /**
     * Decides.
     *
     * @param module what is asked for
     * @param cached whether the content that its digest, its {@code sha256} or else its url stands for is cached
     * @param changed whether its resource was never seen in this revision
     * @param offline whether nothing is ever pulled; then what is cached is used whatever its age
     */
    static PullDecision of(ModuleReference module, boolean cached, boolean changed, boolean offline) {
        if (module.url().scheme() == ModuleUrl.Scheme.FILE) {
            return READ_FILE;
        }
        if (offline) {
            return cached ? USE_CACHE : REFUSE;
        }
        if (!cached) {
            return PULL;
        }
        if (isPinned(module)) {
            return USE_CACHE;
        }
        return changed && module.effectivePullPolicy() == PullPolicy.ALWAYS ? PULL : USE_CACHE;
    }

    /** Whether only one content will ever do, so that nobody has to be asked about what is cached. */
    static boolean isPinned(ModuleReference module) {
        ImageReference image = module.url().image();
        return !module.sha256().isEmpty() || image != null && image.digest() != null;
    }
}
