package dev.portafilter.registry;

import dev.portafilter.resources.ImageReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Modules from a bundle in place of the network. What it holds is believed as far as a registry is: blobs and manifests have
 * the digests that they are asked for by, and checksums and signatures are checked as ever.
 */
final class BundleOrigins {
    static final int OK = 200;
    static final int NOT_FOUND = 404;
    private static final byte[] NOTHING = new byte[0];

    private final Path directory;
    private final BundleIndex index;

    /**
     * Opens a bundle.
     *
     * @throws IOException when it is none
     */
    BundleOrigins(Path directory) throws IOException {
        this.directory = directory;
        index = BundleIndex.read(directory);
    }

    ModuleOrigins origins(ImageFetcher fetcher) {
        return new ModuleOrigins(
                this::get, new RegistryImages(fetcher, (image, namespace, secrets) -> open(image)), this::read);
    }

    private Repository open(ImageReference image) throws FetchException {
        String digest = image.digest();
        if (index.manifest(image.name(), digest == null ? image.tag() : digest) == null) {
            throw missing(image.toString());
        }
        return new Bundled(image.name());
    }

    private HttpTransport.Answer get(String url, long mostBytes, boolean pinned, Deadline deadline)
            throws FetchException {
        String digest = index.file("", url);
        if (digest == null) {
            throw missing(url);
        }
        return digest.isEmpty()
                ? new HttpTransport.Answer(NOT_FOUND, NOTHING)
                : new HttpTransport.Answer(OK, stored(digest, mostBytes));
    }

    private byte @Nullable [] read(ModuleLoading.Order order, String suffix, long mostBytes) throws FetchException {
        String digest = index.file(order.resource(), order.url() + suffix);
        if (digest == null) {
            throw missing(order.url() + suffix);
        }
        return digest.isEmpty() ? null : stored(digest, mostBytes);
    }

    private FetchException missing(String what) {
        return new FetchException(
                "fetch.offline",
                what + ": is not in the bundle " + directory
                        + " (expected: it is; bundle the configuration that is served)");
    }

    private byte[] stored(String digest, long mostBytes) throws FetchException {
        Path file = BundleIndex.blob(directory, digest);
        byte[] bytes;
        try {
            if (Files.size(file) > mostBytes) {
                throw new FetchException(
                        "limit.moduleTooLarge", file + ": is larger than " + mostBytes + " bytes (limit)");
            }
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new FetchException("fetch.offline", file + ": is gone (expected: what was bundled)");
        } catch (FetchException e) {
            throw e;
        } catch (IOException e) {
            FetchException failure = new FetchException("fetch.offline", file + ": cannot be read: " + e.getMessage());
            failure.initCause(e);
            throw failure;
        }
        String actual = ImageDocument.digestOf(bytes);
        if (!actual.equals(digest)) {
            throw new FetchException(
                    "bundle.digestMismatch",
                    file + ": is " + actual + " (expected: " + digest + ", as it was bundled)");
        }
        return bytes;
    }

    /** A repository as it answered when it was bundled. */
    private final class Bundled implements Repository {
        private final String image;

        Bundled(String image) {
            this.image = image;
        }

        @Override
        public String name() {
            return image;
        }

        @Override
        public @Nullable RawManifest manifest(String reference) throws FetchException {
            BundleIndex.Manifest manifest = index.manifest(image, reference);
            if (manifest == null) {
                return null;
            }
            if (ImageDocument.DIGEST.matcher(reference).matches()
                    && !manifest.digest().equals(reference)) {
                throw new FetchException(
                        "image.manifestDigestMismatch",
                        image + "@" + reference + ": the bundle has " + manifest.digest() + " (expected: " + reference
                                + ")");
            }
            byte[] bytes = stored(manifest.digest(), RegistryRepository.MOST_MANIFEST_BYTES);
            return new RawManifest(manifest.mediaType(), manifest.digest(), bytes);
        }

        @Override
        public byte[] blob(Descriptor blob, long mostBytes) throws FetchException {
            byte[] bytes = stored(blob.digest(), mostBytes);
            if (bytes.length != blob.size()) {
                throw new FetchException(
                        "image.layerSizeMismatch",
                        image + "@" + blob.digest() + ": is " + bytes.length + " bytes (expected: " + blob.size()
                                + ", as its descriptor says)");
            }
            return bytes;
        }

        @Override
        public List<Descriptor> referrers(String digest) {
            return index.referrers(image, digest);
        }
    }
}
