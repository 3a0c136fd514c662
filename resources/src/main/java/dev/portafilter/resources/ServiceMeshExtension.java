package dev.portafilter.resources;

import dev.portafilter.resources.WasmPlugin.Extras;
import dev.portafilter.runtime.plugin.Phase;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A ServiceMeshExtension, what Maistra had before WasmPlugin, with defaults filled in. Made by {@link ResourceReader} only,
 * which has checked it. Source: WasmPlugin reference, section 3.
 *
 * @param metadata name and what belongs to it
 * @param attachment which workloads it is for, and the traffic that such extensions see
 * @param module the image
 * @param config what {@code on_configure} reads; empty when {@code spec.config} is absent
 * @param rawConfig whether the configuration is text that is no JSON object, which no other kind can hold
 * @param phase {@code spec.phase}; null unless set
 * @param priority {@code spec.priority}; null unless set
 * @param manifest what the image says about itself; null until it is known
 * @param extras the annotations {@code portafilter.dev/…}
 */
public record ServiceMeshExtension(
        Metadata metadata,
        Attachment attachment,
        ModuleReference module,
        String config,
        boolean rawConfig,
        @Nullable Phase phase,
        @Nullable Long priority,
        @Nullable Manifest manifest,
        Extras extras)
        implements ResourceModel {
    /** {@code kind} of a ServiceMeshExtension. */
    public static final String KIND = "ServiceMeshExtension";
    /** The usual API version. */
    static final String V1 = "maistra.io/v1";
    /** The API version whose {@code config} is text. */
    static final String V1ALPHA1 = "maistra.io/v1alpha1";
    /** An API version of before the first release, with the fields of {@link #V1ALPHA1}. */
    static final String PRE_RELEASE = "extensions.maistra.io/v1alpha1";

    static final List<String> API_VERSIONS = List.of(V1, V1ALPHA1, PRE_RELEASE);

    /** The words of the phases. */
    static final Choice<Phase> PHASE = Choice.of(
            Map.entry("PreAuthN", Phase.PRE_AUTHN),
            Map.entry("PostAuthN", Phase.POST_AUTHN),
            Map.entry("PreAuthZ", Phase.PRE_AUTHZ),
            Map.entry("PostAuthZ", Phase.POST_AUTHZ),
            Map.entry("PreStats", Phase.PRE_STATS),
            Map.entry("PostStats", Phase.POST_STATS));

    /** How the phase is written in the resource, such as {@code PreAuthN}; null when an extension cannot have it. */
    public static @Nullable String phaseWord(Phase phase) {
        return PHASE.wordOf(phase);
    }

    /** The phase of the resource, else of the manifest; null while it is in neither. */
    public @Nullable Phase effectivePhase() {
        return phase != null || manifest == null ? phase : manifest.phase();
    }

    /** The priority of the resource, else of the manifest, else 0. */
    public long effectivePriority() {
        if (priority != null) {
            return priority;
        }
        Long ofImage = manifest == null ? null : manifest.priority();
        return ofImage == null ? 0 : ofImage;
    }

    /** Whether the phase can only be told once the image is read: until then there is no place in the chain. */
    public boolean pending() {
        return effectivePhase() == null;
    }

    /** Whether the resource says all that a manifest could: then a manifest may leave phase and priority out. */
    public boolean overridesManifest() {
        return phase != null && priority != null;
    }

    /** The same with what the image says about itself. */
    ServiceMeshExtension withManifest(Manifest value) {
        return new ServiceMeshExtension(
                metadata, attachment, module, config, rawConfig, phase, priority, value, extras);
    }

    /** Leaves out the configuration: it may hold secrets. */
    @Override
    public String toString() {
        return KIND + " " + metadata + " (" + module.url() + ")";
    }
}
