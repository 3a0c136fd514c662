package dev.portafilter.registry;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one layer says of {@code plugin.wasm}: where it is, that it is no file, that it is deleted. The first match wins.
 * Source: WasmPlugin reference, section 4.3.
 */
final class PluginSearch {
    static final String FILE = "plugin.wasm";

    private static final String WHITEOUT = ".wh." + FILE;
    private static final String OPAQUE = ".wh..wh..opq";
    private static final int MOST_CONFIGS = 16;

    private final long mostBytes;
    private final boolean anywhereFirst;
    private final Map<String, byte[]> configs = new LinkedHashMap<>();
    private byte @Nullable [] module;
    private String path = "";
    private boolean irregular;
    private boolean hidesLower;

    private PluginSearch(long mostBytes, boolean anywhereFirst) {
        this.mostBytes = mostBytes;
        this.anywhereFirst = anywhereFirst;
    }

    /**
     * Looks through a layer.
     *
     * @param anywhereFirst whether the first of any directory wins, as in Istio, over a later one in the root
     */
    static PluginSearch of(ImageLayer layer, long mostBytes, boolean anywhereFirst) throws FetchException {
        PluginSearch search = new PluginSearch(mostBytes, anywhereFirst);
        layer.walk(search::visit);
        return search;
    }

    private boolean visit(TarReader.Entry entry, TarReader tar) throws IOException {
        String name = entry.baseName();
        if (entry.leavesRoot()) {
            return true;
        }
        hidesLower |= entry.path().equals(WHITEOUT) || entry.path().equals(OPAQUE);
        if (name.equals(RuntimeConfig.FILE)
                && entry.regular()
                && entry.size() <= RuntimeConfig.MOST_BYTES
                && configs.size() < MOST_CONFIGS) {
            configs.putIfAbsent(entry.path(), tar.content(RuntimeConfig.MOST_BYTES));
        }
        if (!name.equals(FILE)) {
            return true;
        }
        irregular |= !entry.regular();
        boolean better =
                module == null || !anywhereFirst && !atRoot() && entry.path().equals(FILE);
        if (entry.regular() && better) {
            module = null;
            module = tar.content(mostBytes);
            path = entry.path();
        }
        return true;
    }

    /** The module; null when the layer has none. */
    byte @Nullable [] module() {
        return module;
    }

    /** Where the module is. */
    String path() {
        return path;
    }

    boolean atRoot() {
        return path.equals(FILE);
    }

    /** Whether something else than a file has the name. */
    boolean irregular() {
        return irregular;
    }

    /** Whether the layer deletes what layers below have in the root. */
    boolean hidesLower() {
        return hidesLower;
    }

    /** The runtime configuration in the directory of a module; null when there is none. */
    byte @Nullable [] configBeside(String modulePath) {
        return configs.get(modulePath.substring(0, modulePath.lastIndexOf('/') + 1) + RuntimeConfig.FILE);
    }
}
