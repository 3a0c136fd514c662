package dev.portafilter.registry;

import org.jspecify.annotations.Nullable;

/** Where credentials for registries come from. Source: WasmPlugin reference, section 4.8. */
@FunctionalInterface
public interface Keychain {
    /** Holds nothing: all requests are anonymous. */
    Keychain EMPTY = (host, repository) -> null;

    /**
     * Looks for credentials.
     *
     * @param host the host with its port if it has one; Docker Hub is {@code index.docker.io}
     * @param repository the path on that host
     * @return null when there are none, and the registry is asked anonymously
     * @throws FetchException when there should be some and they cannot be read
     */
    @Nullable Credential find(String host, String repository) throws FetchException;
}
