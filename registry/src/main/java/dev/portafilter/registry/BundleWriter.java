package dev.portafilter.registry;

import dev.portafilter.resources.ImageReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes a bundle: a directory with everything that registries, servers and files answered while modules were loaded, so that
 * the same modules load from it later, with the same checks and without the network. It holds no credentials and no paths
 * of this machine. Any thread.
 */
public final class BundleWriter {
    private final Path directory;
    private final BundleIndex index = new BundleIndex();
    private final Set<Path> needed = new HashSet<>();
    private final Set<Path> made = new HashSet<>();

    /**
     * Begins a bundle; one that is there already stays as it is until this one is complete.
     *
     * @param directory where it will be
     * @throws IOException when something else is there
     */
    public BundleWriter(Path directory) throws IOException {
        this.directory = directory;
        if (Files.exists(directory) && !BundleIndex.isAt(directory)) {
            if (!Files.isDirectory(directory)) {
                throw new IOException(directory + ": is no directory (expected: an empty one, or a bundle)");
            }
            try (Stream<Path> files = Files.list(directory)) {
                if (files.findAny().isPresent()) {
                    throw new IOException(directory + ": holds other files (expected: nothing, or a bundle)");
                }
            }
        }
    }

    /** The same origins, with all that they answer kept. */
    ModuleOrigins recording(ModuleOrigins origins) {
        return new ModuleOrigins(http(origins.http()), new Images(origins.images()), files(origins.files()));
    }

    private HttpTransport http(HttpTransport http) {
        return (url, mostBytes, pinned, deadline) -> {
            HttpTransport.Answer answer = http.get(url, mostBytes, pinned, deadline);
            if (answer.status() == BundleOrigins.OK) {
                file("", url, answer.body());
            } else if (answer.status() == BundleOrigins.NOT_FOUND) {
                file("", url, null);
            }
            return answer;
        };
    }

    private ModuleFiles files(ModuleFiles files) {
        return (order, suffix, mostBytes) -> {
            byte[] bytes = files.read(order, suffix, mostBytes);
            if (bytes != null || !suffix.isEmpty()) {
                file(order.resource(), order.url() + suffix, bytes);
            }
            return bytes;
        };
    }

    private synchronized void file(String resource, String url, byte @Nullable [] bytes) throws FetchException {
        index.file(resource, url, bytes == null ? "" : keep(bytes));
    }

    /** Keeps bytes under their digest. */
    private synchronized String keep(byte[] bytes) throws FetchException {
        String digest = ImageDocument.digestOf(bytes);
        Path file = BundleIndex.blob(directory, digest);
        if (needed.add(file)) {
            try {
                if (!Files.exists(file)) {
                    made.add(file);
                }
                CacheFiles.write(file, bytes);
            } catch (IOException e) {
                FetchException failure = new FetchException("bundle.write", file + ": cannot be written: " + e);
                failure.initCause(e);
                throw failure;
            }
        }
        return digest;
    }

    /** Makes it a bundle; what one that was there before had besides goes. */
    public synchronized void finish() throws IOException {
        Files.createDirectories(directory);
        index.write(directory);
        Path blobs = directory.resolve("blobs").resolve("sha256");
        if (Files.isDirectory(blobs)) {
            try (Stream<Path> files = Files.list(blobs)) {
                for (Path file : files.toList()) {
                    if (!needed.contains(file)) {
                        Files.deleteIfExists(file);
                    }
                }
            }
        }
    }

    /** Takes away what was written; what was there before stays. */
    public synchronized void discard() throws IOException {
        for (Path file : made) {
            Files.deleteIfExists(file);
        }
        if (!BundleIndex.isAt(directory)) {
            for (Path folder : List.of(directory.resolve("blobs").resolve("sha256"), directory.resolve("blobs"))) {
                Files.deleteIfExists(folder);
            }
        }
    }

    /** Images whose repositories keep what they answer. */
    private final class Images implements ModuleImages {
        private final ModuleImages images;

        Images(ModuleImages images) {
            this.images = images;
        }

        @Override
        public Repository open(ImageReference image, String namespace, List<String> secrets) throws FetchException {
            return new Recorded(images.open(image, namespace, secrets), image.name());
        }

        @Override
        public Image resolve(Repository repository, String reference) throws FetchException {
            return images.resolve(repository, reference);
        }

        @Override
        public boolean usesRootIds() {
            return images.usesRootIds();
        }
    }

    /** A repository that keeps what it answers. */
    private final class Recorded implements Repository {
        private final Repository repository;
        private final String image;

        Recorded(Repository repository, String image) {
            this.repository = repository;
            this.image = image;
        }

        @Override
        public String name() {
            return repository.name();
        }

        @Override
        public @Nullable RawManifest manifest(String reference) throws FetchException {
            RawManifest manifest = repository.manifest(reference);
            if (manifest != null) {
                synchronized (BundleWriter.this) {
                    keep(manifest.bytes());
                    index.manifest(image, reference, new BundleIndex.Manifest(manifest.mediaType(), manifest.digest()));
                }
            }
            return manifest;
        }

        @Override
        public byte[] blob(Descriptor blob, long mostBytes) throws FetchException {
            byte[] bytes = repository.blob(blob, mostBytes);
            keep(bytes);
            return bytes;
        }

        @Override
        public List<Descriptor> referrers(String digest) throws FetchException {
            List<Descriptor> found = repository.referrers(digest);
            if (!found.isEmpty()) {
                synchronized (BundleWriter.this) {
                    index.referrers(image, digest, found);
                }
            }
            return found;
        }
    }
}
