package dev.portafilter.registry;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is read of one repository of a registry, with the credentials and limits of whoever made it. Blocks; from one thread
 * at a time. Source: WasmPlugin reference, section 4.7.
 */
public interface Repository {
    /** The host and path, for messages. */
    String name();

    /**
     * Reads a manifest or an index, at most 4 MiB.
     *
     * @param reference a tag, or {@code sha256:} and 64 hex digits, which the bytes are compared with
     * @return null when there is none
     * @throws FetchException when it cannot be read, or is not what was asked for
     */
    @Nullable RawManifest manifest(String reference) throws FetchException;

    /**
     * Which manifest a reference leads to now, without reading it where the registry says so; what it says is not checked.
     *
     * @param reference a tag or digest
     * @return {@code sha256:} and 64 hex digits; null when there is none
     * @throws FetchException when it cannot be told
     */
    default @Nullable String digestOf(String reference) throws FetchException {
        RawManifest manifest = manifest(reference);
        return manifest == null ? null : manifest.digest();
    }

    /**
     * Reads a blob, and compares size and digest with its descriptor.
     *
     * @param blob what to read
     * @param mostBytes the largest that is read
     * @throws FetchException when it cannot be read, or is not what the descriptor says
     */
    byte[] blob(Descriptor blob, long mostBytes) throws FetchException;

    /**
     * What refers to a manifest: by the referrers API, else by the fallback tag {@code sha256-H}.
     *
     * @param digest {@code sha256:} and 64 hex digits
     * @return every referrer, whatever its artifact type; empty when there is none
     * @throws FetchException when it cannot be told
     */
    List<Descriptor> referrers(String digest) throws FetchException;
}
