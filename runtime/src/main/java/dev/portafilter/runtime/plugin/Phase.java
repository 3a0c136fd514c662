package dev.portafilter.runtime.plugin;

/** Where in the chain a plugin stands; earlier phases see the request first. Source: WasmPlugin reference, section 2.7. */
public enum Phase {
    /** Before authentication. */
    AUTHN,
    /** After authentication, before authorization. */
    AUTHZ,
    /** After authorization, before statistics. */
    STATS,
    /** Last before the request goes upstream. */
    UNSPECIFIED
}
