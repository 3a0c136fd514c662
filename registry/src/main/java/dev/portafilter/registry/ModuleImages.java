package dev.portafilter.registry;

import dev.portafilter.resources.ImageReference;
import dev.portafilter.resources.Manifest;
import dev.portafilter.resources.ModuleReference.Layout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is needed of images to have modules from them. Any thread; blocks. */
public interface ModuleImages {
    /**
     * Opens a repository, with the time of all its requests beginning now.
     *
     * @param image whose host and path are used
     * @param namespace where secrets are looked up
     * @param secrets their names; none for the credentials of the host
     * @throws FetchException when a secret cannot be used
     */
    Repository open(ImageReference image, String namespace, List<String> secrets) throws FetchException;

    /**
     * Finds what a reference leads to, without reading layers.
     *
     * @param reference a tag, or {@code sha256:} and 64 hex digits
     * @throws FetchException when there is no image, or none that fits
     */
    Image resolve(Repository repository, String reference) throws FetchException;

    /** Whether the one root id that an image lists is that of a plugin which names none. */
    default boolean usesRootIds() {
        return false;
    }

    /** An image whose manifest is known. */
    interface Image {
        /** The digest of what the reference leads to, which may be an index. */
        String digest();

        /** The digest of the image itself. */
        String childDigest();

        /**
         * Reads the module. What the manifest of an extension must say besides its module is not checked.
         *
         * @throws FetchException when there is none
         */
        Content read(Layout layout) throws FetchException;
    }

    /**
     * What an image holds.
     *
     * @param module the bytes of the module
     * @param manifest its manifest; null unless it was asked for as an extension
     * @param rootIds the root ids that its {@code runtime-config.json} lists
     * @param warnings what is odd about the image, a line each
     */
    record Content(byte[] module, @Nullable Manifest manifest, List<String> rootIds, List<String> warnings) {}
}
