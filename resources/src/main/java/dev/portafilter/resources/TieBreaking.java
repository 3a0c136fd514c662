package dev.portafilter.resources;

import dev.portafilter.runtime.plugin.Phase;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.plugin.TieBreak;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What decides among plugins of equal phase and priority. It is about the phases of a WasmPlugin; ServiceMeshExtensions have
 * one order in both. Source: WasmPlugin reference, section 2.8.
 */
public enum TieBreaking {
    /** The name, then the namespace, as the documentation of OpenShift Service Mesh has it. */
    OSSM,
    /**
     * As Istio does it: resources of the workload's namespace before those of the root namespace, then the older one, by
     * the second, then name and namespace. A resource without time of creation is older than all that have one.
     */
    ISTIO;

    static final String NO_TIME = "(none)";

    /** The plugin of a resource with the tie-breaks of this rule. */
    PluginSpec apply(PluginResource resource, Workload workload) {
        PluginSpec spec = resource.spec();
        return this == ISTIO && ofWasmPlugin(spec.phase())
                ? spec.toBuilder()
                        .tieBreaks(istio(resource, workload, spec.name()))
                        .build()
                : spec;
    }

    /** The steps of Istio, with the name that it compares. */
    static List<TieBreak> istio(PluginResource resource, Workload workload, String name) {
        String namespace = resource.spec().namespace();
        List<TieBreak> steps = new ArrayList<>();
        if (!workload.anyScope()) {
            boolean own = namespace.equals(workload.namespace());
            steps.add(new TieBreak("scope", own ? "own namespace" : "root namespace"));
        }
        String created = created(resource.model().metadata().creationTimestamp());
        // A parenthesis is below every digit.
        steps.add(new TieBreak("time of creation", created == null ? NO_TIME : created));
        steps.add(new TieBreak("name", name));
        steps.add(new TieBreak("namespace", namespace));
        steps.add(new TieBreak("kind", resource.kind()));
        return steps;
    }

    /** Whether a plugin of a WasmPlugin, or of what means one, can be in this phase. */
    static boolean ofWasmPlugin(Phase phase) {
        return switch (phase) {
            case AUTHN, AUTHZ, STATS, UNSPECIFIED -> true;
            default -> false;
        };
    }

    /** A time in UTC, by the second, in a form whose bytes have the order of time; null when the text is none. */
    static @Nullable String created(@Nullable String timestamp) {
        if (timestamp == null) {
            return null;
        }
        try {
            String text = OffsetDateTime.parse(timestamp)
                    .toInstant()
                    .truncatedTo(ChronoUnit.SECONDS)
                    .toString();
            return Character.isDigit(text.charAt(0)) ? text : null;
        } catch (DateTimeException e) {
            return null;
        }
    }
}
