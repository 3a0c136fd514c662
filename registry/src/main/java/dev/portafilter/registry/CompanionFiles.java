package dev.portafilter.registry;

import org.jspecify.annotations.Nullable;

/** The files beside a module that hold its signatures. */
@FunctionalInterface
public interface CompanionFiles {
    /**
     * Reads the file whose name is the module's with a suffix, at most 1 MiB.
     *
     * @param suffix such as {@code .sig}
     * @return null when there is none
     * @throws FetchException when it cannot be told or read
     */
    byte @Nullable [] read(String suffix) throws FetchException;
}
