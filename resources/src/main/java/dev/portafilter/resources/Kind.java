package dev.portafilter.resources;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The kinds of resources, oldest first. */
enum Kind {
    SERVICE_MESH_EXTENSION(ServiceMeshExtension.KIND),
    WASM_PLUGIN(WasmPlugin.KIND),
    TRAFFIC_EXTENSION(WasmPlugin.TRAFFIC_EXTENSION);

    private final String word;

    Kind(String word) {
        this.word = word;
    }

    /** The kind as it is written. */
    String word() {
        return word;
    }

    /** Its API versions, the usual one first. */
    List<String> apiVersions() {
        return this == SERVICE_MESH_EXTENSION ? ServiceMeshExtension.API_VERSIONS : List.of(WasmPlugin.API_VERSION);
    }

    /** The kind of this word; null when there is none. */
    static @Nullable Kind of(String word) {
        for (Kind kind : values()) {
            if (kind.word.equals(word)) {
                return kind;
            }
        }
        return null;
    }

    /** The kind whose lists have this word and API version; null when there is none. */
    static @Nullable Kind ofList(String word, String apiVersion) {
        for (Kind kind : values()) {
            if (word.equals(kind.word + "List") && kind.apiVersions().contains(apiVersion)) {
                return kind;
            }
        }
        return null;
    }
}
