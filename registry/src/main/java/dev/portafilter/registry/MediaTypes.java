package dev.portafilter.registry;

import java.util.List;
import java.util.Set;

/** The media types of section 4.1 of the WasmPlugin reference. */
final class MediaTypes {
    static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    static final String DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json";
    static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    static final String DOCKER_SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+json";
    static final String DOCKER_SCHEMA_1_SIGNED = "application/vnd.docker.distribution.manifest.v1+prettyjws";

    static final String DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip";
    static final String DOCKER_PLAIN_LAYER = "application/vnd.docker.image.rootfs.diff.tar";
    static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
    static final String OCI_PLAIN_LAYER = "application/vnd.oci.image.layer.v1.tar";
    static final String OCI_ZSTD_LAYER = "application/vnd.oci.image.layer.v1.tar+zstd";

    static final String DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
    static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";

    static final String MODULE_CONFIG = "application/vnd.module.wasm.config.v1+json";
    static final String MODULE_CONTENT = "application/vnd.module.wasm.content.layer.v1+wasm";
    static final String WASM_CONFIG = "application/vnd.wasm.config.v1+json";
    static final String WASM_CONTENT = "application/vnd.wasm.content.layer.v1+wasm";
    static final String CNCF_CONFIG = "application/vnd.wasm.config.v0+json";
    static final String CNCF_CONTENT = "application/wasm";

    static final Set<String> INDEXES = Set.of(DOCKER_INDEX, OCI_INDEX);
    static final Set<String> MANIFESTS = Set.of(DOCKER_MANIFEST, OCI_MANIFEST);
    static final Set<String> SCHEMA_1 = Set.of(DOCKER_SCHEMA_1, DOCKER_SCHEMA_1_SIGNED);
    static final Set<String> RAW_LAYERS = Set.of(MODULE_CONTENT, WASM_CONTENT, CNCF_CONTENT);
    static final Set<String> RAW_CONFIGS = Set.of(MODULE_CONFIG, WASM_CONFIG);
    static final Set<String> TAR_LAYERS = Set.of(DOCKER_LAYER, DOCKER_PLAIN_LAYER, OCI_LAYER, OCI_PLAIN_LAYER);

    /** What is accepted as a manifest; schema 1 only to say that it is refused. */
    static final String ACCEPTED = String.join(
            ",",
            List.of(OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_INDEX, DOCKER_SCHEMA_1_SIGNED, DOCKER_SCHEMA_1));

    private MediaTypes() {}
}
