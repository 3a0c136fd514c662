package dev.portafilter.resources;

import dev.portafilter.runtime.plugin.Phase;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What a migration changes, and what it leaves to do. Source: WasmPlugin reference, sections 3.6 to 3.9. */
final class MigrationNotes {
    private final List<String> order = new ArrayList<>();
    private final Set<String> images = new LinkedHashSet<>();
    private final List<String> extensions = new ArrayList<>();
    private final List<String> last = new ArrayList<>();

    /** A group needs its priorities, though they were to be left out. */
    void priorityNeeded(Phase phase, String names) {
        order.add("phase " + phase + ": priorities stay, because without them the order would change: " + names);
    }

    /** A group got new priorities. */
    void renumbered(Phase phase, String changes) {
        order.add("phase " + phase + ": new priorities, so that the order stays: " + changes);
    }

    /** A ServiceMeshExtension was written anew. */
    void extension(String identity, String image, Phase phase) {
        extensions.add(identity);
        images.add(image);
        if (phase == Phase.POST_STATS) {
            last.add(identity);
        }
    }

    List<String> sentences(Migration.Options options) {
        List<String> sentences = new ArrayList<>(order);
        if (extensions.isEmpty()) {
            return List.copyOf(sentences);
        }
        String names = String.join(", ", extensions);
        String target = options.target().kind().word();
        if (!last.isEmpty()) {
            sentences.add(String.join(", ", last) + ": PostStats becomes no phase, which is after statistics here, and"
                    + " before them in Istio");
        }
        if (!options.inboundOnly()) {
            sentences.add(names + ": did not see what a sidecar sends, and does now; --sme-inbound-only restricts it to"
                    + " what a sidecar receives, which leaves gateways out");
        }
        if (!options.keepRootId()) {
            sentences.add(
                    names + ": the root id was NAME_root and is empty now; --keep-root-id keeps it, which a module"
                            + " needs that registers its root context by that name");
        }
        sentences.add(names + ": requests passed until it was loaded first, and wait or fail with 503 now, as"
                + " failStrategy says; plugin_name was NAME and is NAMESPACE.NAME");
        images.forEach(image -> sentences.add("image " + image + ": must have /plugin.wasm; when it has not,"
                + " portafilter migrate --image makes another one of it; or rename the module that its manifest.yaml"
                + " names to plugin.wasm, put it into the root, build and push the image; write the new reference into"
                + " url; manifest.yaml is not read any more and may stay"));
        sentences.add("delete " + ServiceMeshExtension.KIND + " " + names + " before the " + target
                + " is created: while both exist, both run on every request");
        return List.copyOf(sentences);
    }
}
