package dev.portafilter.registry;

import dev.portafilter.resources.Manifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The files of an image with all its layers upon each other; what a layer deletes is gone. Source: WasmPlugin reference,
 * sections 3.2 and 4.3.
 */
final class MergedFiles {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final int MOST_MANIFEST_BYTES = 1024 * 1024;

    private final LayerStack layers;
    private final long mostBytes;
    private final Map<String, Optional<byte[]>> known = new HashMap<>();

    MergedFiles(LayerStack layers, long mostBytes) {
        this.layers = layers;
        this.mostBytes = mostBytes;
    }

    /**
     * Reads a file.
     *
     * @param path its path in the form of {@link TarReader.Entry}
     * @return null when there is none, or it is no file
     * @throws UncheckedIOException around a {@link FetchException}
     */
    byte @Nullable [] read(String path) {
        Optional<byte[]> content = known.get(path);
        if (content == null) {
            try {
                content = Optional.ofNullable(find(TarReader.normalized(path)));
            } catch (FetchException e) {
                throw new UncheckedIOException(e);
            }
            known.put(path, content);
        }
        return content.orElse(null);
    }

    private byte @Nullable [] find(String path) throws FetchException {
        boolean manifest = path.equals(Manifest.FILE) || path.equals("manifest.yml");
        for (int i = layers.size() - 1; i >= 0; i--) {
            InLayer found = new InLayer(path, manifest ? MOST_MANIFEST_BYTES : mostBytes);
            layers.layer(i).walk(found::visit);
            if (found.ends) {
                return found.content;
            }
        }
        return null;
    }

    /** What one layer does to a path. */
    private static final class InLayer {
        private final String path;
        private final long mostBytes;
        private byte @Nullable [] content;
        private boolean ends;

        InLayer(String path, long mostBytes) {
            this.path = path;
            this.mostBytes = mostBytes;
        }

        boolean visit(TarReader.Entry entry, TarReader tar) throws IOException {
            String other = entry.path();
            if (other.equals(path)) {
                content = entry.regular() ? tar.content(mostBytes) : null;
                ends = true;
                return false;
            }
            String name = entry.baseName();
            String directory = other.substring(0, other.length() - name.length());
            if (name.equals(OPAQUE)) {
                ends |= path.startsWith(directory);
            } else if (name.startsWith(WHITEOUT)) {
                ends |= isAtOrBelow(directory + name.substring(WHITEOUT.length()));
            } else {
                // Something that is no directory stands where the path has one.
                ends |= !entry.directory() && isAtOrBelow(other);
            }
            return true;
        }

        private boolean isAtOrBelow(String other) {
            return path.equals(other) || path.startsWith(other + "/");
        }
    }
}
