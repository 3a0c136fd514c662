package dev.portafilter.resources;

import dev.portafilter.runtime.plugin.Phase;
import dev.portafilter.runtime.plugin.PluginSpec;

/**
 * A valid resource, and the plugin that it means.
 *
 * @param kind the kind that was written
 * @param model the resource as written
 * @param spec the plugin for the runtime; while the resource is {@link #pending}, its phase does not count
 * @param revision changes whenever an operator changes the resource: Kubernetes' {@code resourceVersion}, or a SHA-256 of
 *     metadata and spec
 * @param position where the resource begins
 */
public record PluginResource(
        String kind, ResourceModel model, PluginSpec spec, String revision, SourcePosition position) {
    /**
     * The model of a resource that is or means a WasmPlugin.
     *
     * @throws ClassCastException when it is of another kind
     */
    public WasmPlugin wasmPlugin() {
        return (WasmPlugin) model;
    }

    /** {@code namespace/name}. */
    public String identity() {
        return spec.namespace() + "/" + spec.name();
    }

    /** Whether the place in the chain can only be told once the image is read; see {@link #withManifest}. */
    public boolean pending() {
        return model instanceof ServiceMeshExtension extension && extension.pending();
    }

    /**
     * The same resource with what its image says about itself.
     *
     * @throws IllegalStateException when it is no ServiceMeshExtension: the images of others have no manifest that counts
     */
    public PluginResource withManifest(Manifest manifest) {
        if (!(model instanceof ServiceMeshExtension extension)) {
            throw new IllegalStateException(this + ": has no manifest (expected: " + ServiceMeshExtension.KIND + ")");
        }
        ServiceMeshExtension resolved = extension.withManifest(manifest);
        Phase phase = resolved.effectivePhase();
        PluginSpec placed = spec.toBuilder()
                .phase(phase == null ? Phase.UNSPECIFIED : phase)
                .priority(resolved.effectivePriority())
                .build();
        return new PluginResource(kind, resolved, placed, revision, position);
    }

    /** The same resource with another plugin. */
    PluginResource withSpec(PluginSpec value) {
        return new PluginResource(kind, model, value, revision, position);
    }

    @Override
    public String toString() {
        return kind + " " + identity() + " at " + position;
    }
}
