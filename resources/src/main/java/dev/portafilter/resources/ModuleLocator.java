package dev.portafilter.resources;

import dev.portafilter.runtime.plugin.ModuleSource;
import java.nio.file.Path;

/**
 * Turns the module of a resource into a source of its bytes. The seam where registries, HTTP and signatures come in: a
 * resource that asks for what a locator lacks is refused. Any thread.
 */
public interface ModuleLocator {
    /** Whether modules with this scheme can be had. */
    boolean loads(ModuleUrl.Scheme scheme);

    /** Whether sources check {@link ModuleReference#verificationKeys} each time they load. */
    boolean verifiesSignatures();

    /**
     * The source of a module; nothing is loaded yet.
     *
     * @param module the module; its scheme is one that {@link #loads} knows
     * @param namespace where secrets are looked up
     * @param baseDirectory what relative paths are resolved against
     * @throws java.nio.file.InvalidPathException when the path is none for this file system
     */
    ModuleSource locate(ModuleReference module, String namespace, Path baseDirectory);

    /**
     * The source of a module for a resource; nothing is loaded yet. Who asks servers only when a resource has changed
     * overrides this one.
     *
     * @param module the module; its scheme is one that {@link #loads} knows
     * @param requester the resource
     * @param baseDirectory what relative paths are resolved against
     * @throws java.nio.file.InvalidPathException when the path is none for this file system
     */
    default ModuleSource locate(ModuleReference module, Requester requester, Path baseDirectory) {
        return locate(module, requester.namespace(), baseDirectory);
    }

    /**
     * The resource that a module is for.
     *
     * @param namespace its namespace
     * @param name its kind and name
     * @param revision changes whenever an operator changes it
     */
    record Requester(String namespace, String name, String revision) {}

    /** The locator that knows files only. They are read anew each time, and compared with {@code sha256} when it is set. */
    static ModuleLocator files() {
        return FileModule.LOCATOR;
    }
}
