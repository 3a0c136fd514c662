package dev.portafilter.runtime.plugin;

/** What a plugin filters; each kind has a chain of its own. Source: WasmPlugin reference, section 2.6. */
public enum PluginType {
    /** HTTP requests and responses. */
    HTTP,
    /** TCP connections. */
    NETWORK
}
