package dev.portafilter.resources;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the same filter twice: once as what it was, once as what it was migrated to. Both run on every request, and both
 * stay: which one is meant only an operator can tell. Source: WasmPlugin reference, section 3.9.
 */
final class DoubleActivation {
    static final String RULE = "extension.doubleActive";

    private static final Comparator<PluginResource> OLDER = Comparator.comparing(DoubleActivation::kind);

    private DoubleActivation() {}

    /**
     * Warns, at the older kind, of resources of two kinds with one namespace and name, and of a ServiceMeshExtension with
     * the image of a resource of another kind when both are for one workload.
     *
     * @param all the resources
     * @param excluded those that are not for the workload, and those whose place is not known yet
     */
    static List<Problem> warnings(Collection<PluginResource> all, List<Selection.Exclusion> excluded) {
        List<Problem> warnings = new ArrayList<>();
        Set<PluginResource> elsewhere = new HashSet<>();
        for (Selection.Exclusion exclusion : excluded) {
            if (exclusion.reason() != Selection.Reason.PENDING) {
                elsewhere.add(exclusion.resource());
            }
        }
        Map<String, PluginResource> byIdentity = new HashMap<>();
        Map<String, PluginResource> extensions = new HashMap<>();
        for (PluginResource newer : all.stream().sorted(OLDER).toList()) {
            PluginResource namesake = byIdentity.putIfAbsent(newer.identity(), newer);
            if (namesake != null && kind(namesake) != kind(newer)) {
                warnings.add(warning(namesake, newer, "namespace and name"));
            }
            String image = elsewhere.contains(newer) ? null : image(newer);
            PluginResource extension = image == null ? null : extensions.get(image);
            if (image != null && kind(newer) == Kind.SERVICE_MESH_EXTENSION) {
                extensions.putIfAbsent(image, newer);
            } else if (extension != null && namesake == null) {
                warnings.add(warning(extension, newer, "the image " + image));
            }
        }
        return warnings;
    }

    private static Kind kind(PluginResource resource) {
        Kind kind = Kind.of(resource.kind());
        if (kind == null) {
            throw new IllegalArgumentException(resource + ": is of no known kind");
        }
        return kind;
    }

    private static @Nullable String image(PluginResource resource) {
        ImageReference image = resource.model().module().url().image();
        return image == null ? null : image.name();
    }

    private static Problem warning(PluginResource older, PluginResource newer, String shared) {
        return new Problem(
                Problem.Severity.WARNING,
                RULE,
                older.position(),
                "metadata.name",
                "shares " + shared + " with " + newer + ", and both run on every request that they are for",
                Words.quote(older.identity()),
                "one of them: the older one is deleted before the newer one is created");
    }
}
