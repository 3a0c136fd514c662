package dev.portafilter.registry;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Modules of {@code file://} urls, and what lies beside them. */
@FunctionalInterface
interface ModuleFiles {
    /** As they are on the disk. */
    ModuleFiles ON_DISK = (order, suffix, mostBytes) -> {
        Path file = Objects.requireNonNull(order.file());
        return FileFetch.readIfThere(suffix.isEmpty() ? file : FileFetch.beside(file, suffix), mostBytes);
    };

    /**
     * Reads a file.
     *
     * @param suffix empty for the module; else that of a file beside it
     * @param mostBytes the largest that is read
     * @return null when there is none
     * @throws FetchException when it cannot be read
     */
    byte @Nullable [] read(ModuleLoading.Order order, String suffix, long mostBytes) throws FetchException;
}
