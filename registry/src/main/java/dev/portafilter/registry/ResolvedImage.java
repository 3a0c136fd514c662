package dev.portafilter.registry;

/**
 * What a reference leads to, before its layers are read.
 *
 * @param repository host and path
 * @param digest the digest of the manifest or index that the reference leads to
 * @param manifest the manifest of the image: that one, or the child of the index that was chosen
 */
public record ResolvedImage(String repository, String digest, RawManifest manifest) {
    /** The digest of the image, also where the reference leads to an index. */
    public String childDigest() {
        return manifest.digest();
    }

    /** The repository with the digest of the image, for messages. */
    String where() {
        return repository + "@" + manifest.digest();
    }
}
