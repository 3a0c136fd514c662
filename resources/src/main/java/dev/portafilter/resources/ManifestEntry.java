package dev.portafilter.resources;

import dev.portafilter.runtime.plugin.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A line of {@code manifest.yaml}, and what becomes of it where images hold {@code plugin.wasm}. Source: WasmPlugin
 * reference, sections 3.2, 3.5 and 3.8.
 *
 * @param key its key
 * @param value its value as messages show it
 * @param known whether Maistra knows the key
 * @param becomes what becomes of it, in words
 */
public record ManifestEntry(String key, String value, boolean known, String becomes) {
    private static final Set<String> ROOT_ID = Set.of("rootID", "rootId", "root_id");

    /**
     * Every line of a manifest that has been read without errors, in the order written.
     *
     * @param file what messages call it
     * @param text its bytes
     */
    public static List<ManifestEntry> of(String file, byte[] text) {
        List<ManifestEntry> entries = new ArrayList<>();
        Node.Mapping mapping = mapping(file, text);
        if (mapping != null) {
            mapping.members().forEach((key, member) -> entries.add(of(key, member.value())));
        }
        return entries;
    }

    /** The root id that a manifest names; null when it names none, which is usual. */
    public static @Nullable String rootId(String file, byte[] text) {
        Node.Mapping mapping = mapping(file, text);
        if (mapping == null) {
            return null;
        }
        for (Map.Entry<String, Node.Member> member : mapping.members().entrySet()) {
            if (ROOT_ID.contains(member.getKey())
                    && member.getValue().value() instanceof Node.Text id
                    && !id.value().isEmpty()) {
                return id.value();
            }
        }
        return null;
    }

    private static Node.@Nullable Mapping mapping(String file, byte[] text) {
        Problems problems = new Problems();
        String decoded = SourceText.decode(file, text, problems);
        List<Document> documents = decoded == null ? List.of() : YamlDocuments.read(file, decoded, problems);
        return documents.size() == 1 && documents.get(0).root() instanceof Node.Mapping mapping ? mapping : null;
    }

    private static ManifestEntry of(String key, Node value) {
        String shown = Words.show(value);
        if (ROOT_ID.contains(key)) {
            return new ManifestEntry(
                    key, shown, true, "goes into runtime-config.json; spec.pluginName of the WasmPlugin names it");
        }
        return switch (key) {
            case "schemaVersion" -> new ManifestEntry(key, shown, true, "is left out: there is one layout only");
            case "name", "description", "version" ->
                new ManifestEntry(key, shown, true, "is left out: nobody reads it");
            case "module" -> new ManifestEntry(key, shown, true, "is plugin.wasm");
            case "phase" -> new ManifestEntry(key, shown, true, phase(value));
            case "priority" ->
                new ManifestEntry(key, shown, true, "is said by the WasmPlugin: spec.priority: " + shown);
            default -> new ManifestEntry(key, shown, false, "is unknown, and left out");
        };
    }

    private static String phase(Node value) {
        Phase phase = value instanceof Node.Text text ? ServiceMeshExtension.PHASE.ofWord(text.value()) : null;
        if (phase == null) {
            return "is left out";
        }
        Phase target = MigrationOrder.target(phase);
        return target == Phase.UNSPECIFIED
                ? "is said by the WasmPlugin: no spec.phase, which is last here and before statistics in Istio"
                : "is said by the WasmPlugin: spec.phase: " + target;
    }
}
