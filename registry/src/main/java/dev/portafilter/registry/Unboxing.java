package dev.portafilter.registry;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Takes a module out of gzip and tar, in any order, as often as need be. Source: WasmPlugin reference, section 5.1. */
final class Unboxing {
    private static final int MOST_BOXES = 4;
    private static final int MAGIC_OFFSET = 257;
    private static final byte[] MAGIC = {'u', 's', 't', 'a', 'r'};

    private Unboxing() {}

    /**
     * Unboxes.
     *
     * @param where what messages call the bytes
     * @param most the most bytes at any step
     * @return the module; or other bytes when there is none inside
     * @throws FetchException when a box is broken or too large
     */
    static byte[] unbox(byte[] bytes, long most, String where) throws FetchException {
        byte[] inner = bytes;
        for (int boxes = 0; !ModuleBytes.hasMagic(inner); boxes++) {
            boolean gzip = ImageLayer.isGzip(inner);
            if (!gzip && !isTar(inner)) {
                return inner;
            }
            if (boxes == MOST_BOXES) {
                throw new FetchException(
                        "limit.boxes", where + ": is boxed more than " + MOST_BOXES + " times (limit)");
            }
            inner = gzip ? ImageLayer.gunzip(inner, most, where) : entry(inner, most, where);
        }
        return inner;
    }

    private static boolean isTar(byte[] bytes) {
        if (bytes.length <= MAGIC_OFFSET + MAGIC.length) {
            return false;
        }
        for (int i = 0; i < MAGIC.length; i++) {
            if (bytes[MAGIC_OFFSET + i] != MAGIC[i]) {
                return false;
            }
        }
        return true;
    }

    /** The file named {@code plugin.wasm}, else the first. */
    private static byte[] entry(byte[] archive, long most, String where) throws FetchException {
        Choice choice = new Choice(most);
        new ImageLayer(where, archive, most).walk(choice::visit);
        if (choice.content == null) {
            throw new FetchException("image.pluginNotFound", where + ": the archive holds no file");
        }
        return choice.content;
    }

    private static final class Choice {
        private final long most;
        private byte @Nullable [] content;

        Choice(long most) {
            this.most = most;
        }

        boolean visit(TarReader.Entry entry, TarReader tar) throws IOException {
            boolean named = entry.baseName().equals(PluginSearch.FILE);
            if (entry.regular() && (named || content == null)) {
                content = tar.content(most);
            }
            return !(entry.regular() && named);
        }
    }
}
