package dev.portafilter.registry;

/** How an image holds its module. Source: WasmPlugin reference, sections 4.1 to 4.3. */
public enum ImageLayout {
    /** A Docker image with a layer that holds {@code plugin.wasm}. */
    IMAGE,
    /** An OCI image with a layer that holds {@code plugin.wasm}. */
    COMPAT,
    /** An OCI artifact with a layer that is the module. */
    ARTIFACT
}
