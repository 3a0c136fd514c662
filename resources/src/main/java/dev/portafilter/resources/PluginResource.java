package dev.portafilter.resources;

import dev.portafilter.runtime.plugin.PluginSpec;

/**
 * A valid resource, and the plugin that it means.
 *
 * @param kind the kind that was written
 * @param model the resource as written
 * @param spec the plugin for the runtime
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

    /** The same resource with another plugin. */
    PluginResource withSpec(PluginSpec value) {
        return new PluginResource(kind, model, value, revision, position);
    }

    @Override
    public String toString() {
        return kind + " " + identity() + " at " + position;
    }
}
