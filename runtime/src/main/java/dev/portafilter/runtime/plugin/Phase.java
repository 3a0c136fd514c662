package dev.portafilter.runtime.plugin;

/**
 * Where in the chain a plugin stands; earlier phases see the request first. Four are those of a WasmPlugin, six those of a
 * ServiceMeshExtension; between some of them the host has steps of its own. Priority never crosses phases. Source:
 * WasmPlugin reference, section 2.7.
 */
public enum Phase {
    /** Before authentication. */
    AUTHN,
    /** ServiceMeshExtension: right before the host's authentication. */
    PRE_AUTHN,
    /** ServiceMeshExtension: right after the host's authentication. */
    POST_AUTHN,
    /** After authentication, before authorization. */
    AUTHZ,
    /** ServiceMeshExtension: right before the host's authorization. */
    PRE_AUTHZ,
    /** ServiceMeshExtension: right after the host's authorization. */
    POST_AUTHZ,
    /** After authorization, before statistics. */
    STATS,
    /** ServiceMeshExtension: right before the host's statistics. */
    PRE_STATS,
    /** ServiceMeshExtension: right after the host's statistics. */
    POST_STATS,
    /** Last before the request goes upstream. */
    UNSPECIFIED
}
