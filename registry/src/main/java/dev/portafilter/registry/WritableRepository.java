package dev.portafilter.registry;

/** A repository that is written to as well. Blocks; from one thread at a time. */
public interface WritableRepository extends Repository {
    /**
     * Sends a blob unless the repository has it.
     *
     * @return {@code sha256:} and 64 hex digits
     * @throws FetchException when the registry does not take it
     */
    String putBlob(byte[] blob) throws FetchException;

    /**
     * Sends a manifest or an index, whose blobs are there already.
     *
     * @param reference the tag, or the digest of the bytes
     * @param mediaType what it is
     * @param manifest the JSON text
     * @return {@code sha256:} and 64 hex digits
     * @throws FetchException when the registry does not take it
     */
    String putManifest(String reference, String mediaType, byte[] manifest) throws FetchException;
}
