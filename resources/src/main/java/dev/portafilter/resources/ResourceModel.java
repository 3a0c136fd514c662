package dev.portafilter.resources;

import org.jspecify.annotations.Nullable;

/** A resource as written, whatever its kind, with defaults filled in. */
public sealed interface ResourceModel permits WasmPlugin, ServiceMeshExtension {
    /** What it is called. */
    Metadata metadata();

    /** Which workloads and traffic it is for. */
    Attachment attachment();

    /** Where the code comes from. */
    ModuleReference module();

    /** The priority as written; null when it is not. */
    @Nullable Long priority();
}
