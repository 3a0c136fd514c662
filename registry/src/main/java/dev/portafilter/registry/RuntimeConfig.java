package dev.portafilter.registry;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code runtime-config.json}, which images may hold beside their module. It is never needed, and nothing in it is fatal.
 * Source: WasmPlugin reference, section 4.4.
 *
 * @param type {@code envoy_proxy} in this family; empty unless set
 * @param abiVersions the ABI versions that the module says it has
 * @param rootIds the root ids that the module registers
 */
public record RuntimeConfig(String type, List<String> abiVersions, List<String> rootIds) {
    /** What {@link #type} is in this family. */
    public static final String TYPE = "envoy_proxy";

    /** The name of the file. */
    public static final String FILE = "runtime-config.json";

    static final int MOST_BYTES = 1024 * 1024;

    /** Copies the lists. */
    public RuntimeConfig {
        abiVersions = List.copyOf(abiVersions);
        rootIds = List.copyOf(rootIds);
    }

    /**
     * Reads a file.
     *
     * @param where what messages call it
     * @param json the text
     * @param warnings where problems go
     * @return null when it is no JSON object
     */
    static @Nullable RuntimeConfig read(String where, byte[] json, List<String> warnings) {
        JsonObject object;
        try {
            object = JsonObject.parse(json, "image.runtimeConfig", where);
        } catch (FetchException e) {
            warnings.add(String.valueOf(e.getMessage()));
            return null;
        }
        String type = object.text("type");
        if (!type.isEmpty() && !type.equals(TYPE)) {
            warnings.add("image.runtimeConfig: " + where + ": type is another (expected: " + TYPE + ")");
        }
        List<String> versions = new ArrayList<>(object.texts("abiVersions"));
        if (versions.isEmpty() && !object.text("abi_version").isEmpty()) {
            versions.add(object.text("abi_version"));
        }
        JsonObject config = object.object("config");
        return new RuntimeConfig(type, versions, config == null ? List.of() : config.texts("root_ids"));
    }
}
