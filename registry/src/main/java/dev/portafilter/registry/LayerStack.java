package dev.portafilter.registry;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The layers of an image that are archives, lowest first; each is fetched when it is first looked at. */
final class LayerStack {
    private final Repository repository;
    private final String where;
    private final List<Descriptor> descriptors;
    private final long mostBytes;
    private final List<@Nullable ImageLayer> layers = new ArrayList<>();

    LayerStack(Repository repository, String where, List<Descriptor> descriptors, long mostBytes) {
        this.repository = repository;
        this.where = where;
        this.mostBytes = mostBytes;
        this.descriptors = descriptors.stream()
                .filter(layer -> MediaTypes.TAR_LAYERS.contains(layer.mediaType()) || isZstd(layer))
                .toList();
        for (int i = 0; i < this.descriptors.size(); i++) {
            layers.add(null);
        }
    }

    private static boolean isZstd(Descriptor layer) {
        return layer.mediaType().equals(MediaTypes.OCI_ZSTD_LAYER);
    }

    int size() {
        return descriptors.size();
    }

    ImageLayer layer(int index) throws FetchException {
        ImageLayer layer = layers.get(index);
        if (layer == null) {
            Descriptor descriptor = descriptors.get(index);
            if (isZstd(descriptor)) {
                throw new FetchException(
                        "image.noUsableLayer",
                        where + ": layer " + descriptor.digest()
                                + " is packed with zstd, which is not supported (expected: tar or tar+gzip)");
            }
            byte[] bytes = repository.blob(descriptor, mostBytes);
            layer = new ImageLayer(where + " layer " + descriptor.digest(), bytes, mostBytes);
            layers.set(index, layer);
        }
        return layer;
    }
}
