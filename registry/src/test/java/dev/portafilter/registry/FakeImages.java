package dev.portafilter.registry;

import dev.portafilter.resources.ImageReference;
import dev.portafilter.resources.Manifest;
import dev.portafilter.resources.ModuleReference.Layout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A registry in memory, which says what was asked of it: {@code manifest TAG} and {@code layers DIGEST}. */
final class FakeImages implements ModuleImages {
    final List<String> requests = new ArrayList<>();
    final FakeRepository repository = new FakeRepository();
    private final Map<String, Stored> images = new HashMap<>();
    private @Nullable FetchException failure;
    /** What every image lists. */
    List<String> rootIds = List.of();

    boolean usesRootIds;

    private record Stored(
            String digest,
            String child,
            byte[] module,
            @Nullable Manifest manifest) {}

    /** Stores an image under a tag and its digest. */
    void image(String tag, String digest, byte[] module) {
        image(tag, digest, digest, module, null);
    }

    void image(String tag, String digest, String child, byte[] module, @Nullable Manifest manifest) {
        Stored stored = new Stored(digest, child, module, manifest);
        images.put(tag, stored);
        images.put(digest, stored);
        images.putIfAbsent(child, new Stored(child, child, module, manifest));
    }

    @Override
    public boolean usesRootIds() {
        return usesRootIds;
    }

    /** From now on nothing can be read. */
    void goesDown() {
        failure = new FetchException("fetch.network", "registry: connection refused", true);
    }

    @Override
    public synchronized Repository open(ImageReference image, String namespace, List<String> secrets)
            throws FetchException {
        FetchException e = failure;
        if (e != null) {
            throw e;
        }
        if (!secrets.isEmpty()) {
            throw new FetchException("secret.notFound", namespace + "/" + secrets.get(0));
        }
        return repository;
    }

    @Override
    public synchronized Image resolve(Repository opened, String reference) throws FetchException {
        requests.add("manifest " + reference);
        Stored stored = images.get(reference);
        if (stored == null) {
            throw new FetchException("image.notFound", reference);
        }
        return new Image() {
            @Override
            public String digest() {
                return stored.digest;
            }

            @Override
            public String childDigest() {
                return stored.child;
            }

            @Override
            public Content read(Layout layout) {
                requests.add("layers " + stored.child);
                return new Content(
                        stored.module,
                        layout == Layout.EXTENSION ? stored.manifest : null,
                        rootIds,
                        List.of("warning: odd"));
            }
        };
    }
}
