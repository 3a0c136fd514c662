package dev.portafilter.registry.interop;

import dev.portafilter.registry.ImageLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A way in which a tool makes an image. In arguments, {@code R} is the repository with its host, and {@code T} stands for
 * what the tool needs to be told about plain HTTP.
 *
 * @param tool what pushes
 * @param layout what messages call it
 * @param expected what it is for who pulls
 * @param commands the arguments of each run, in order; the tag is {@code v1}
 */
record ToolPush(RegistryTool tool, String layout, ImageLayout expected, List<String> commands) {
    private static final String SOLO_CONFIG = "runtime-config.json:application/vnd.module.wasm.config.v1+json";
    private static final String SOLO_MODULE = "plugin.wasm:application/vnd.module.wasm.content.layer.v1+wasm";
    private static final String COMPAT = "append --insecure --oci-empty-base -f layer.tar.gz -t R:";
    private static final String SKOPEO =
            "--insecure-policy copy --quiet --dest-tls-verify=false --src-tls-verify=false ";

    /** Everything that each can make. */
    static final List<ToolPush> ALL = List.of(
            of(RegistryTool.CRANE, "docker image", ImageLayout.IMAGE, "append --insecure -f layer.tar.gz -t R:v1"),
            of(RegistryTool.CRANE, "compat", ImageLayout.COMPAT, COMPAT + "v1"),
            of(
                    RegistryTool.CRANE,
                    "compat, two layers",
                    ImageLayout.COMPAT,
                    "append --insecure --oci-empty-base -f layer.tar.gz -f config-layer.tar.gz -t R:v1"),
            of(
                    RegistryTool.CRANE,
                    "index of compat",
                    ImageLayout.COMPAT,
                    COMPAT + "child",
                    "index append --insecure -m R:child -t R:v1"),
            of(
                    RegistryTool.CRANE,
                    "docker index",
                    ImageLayout.IMAGE,
                    "append --insecure -f layer.tar.gz -t R:child",
                    "index append --insecure --docker-empty-base -m R:child -t R:v1"),
            of(
                    RegistryTool.CRANE,
                    "index of two platforms",
                    ImageLayout.COMPAT,
                    "append --insecure --oci-empty-base -f config-layer.tar.gz -t R:without",
                    "mutate --insecure --set-platform linux/arm64 -t R:arm64 R:without",
                    COMPAT + "with",
                    "mutate --insecure --set-platform linux/amd64 -t R:amd64 R:with",
                    "index append --insecure -m R:arm64 -m R:amd64 -t R:v1"),
            of(
                    RegistryTool.CRANE,
                    "index of an index",
                    ImageLayout.COMPAT,
                    COMPAT + "child",
                    "index append --insecure -m R:child -t R:inner",
                    "index append --insecure --flatten=false -m R:inner -t R:v1"),
            of(
                    RegistryTool.ORAS,
                    "artifact with config",
                    ImageLayout.ARTIFACT,
                    "push --plain-http R:v1 --config " + SOLO_CONFIG + " " + SOLO_MODULE),
            of(
                    RegistryTool.ORAS,
                    "artifact, two layers",
                    ImageLayout.ARTIFACT,
                    "push --plain-http R:v1 " + SOLO_CONFIG + " " + SOLO_MODULE),
            of(
                    RegistryTool.ORAS,
                    "artifact, spec 1.0",
                    ImageLayout.ARTIFACT,
                    "push --plain-http --image-spec v1.0 R:v1 " + SOLO_MODULE),
            of(
                    RegistryTool.ORAS,
                    "CNCF artifact",
                    ImageLayout.ARTIFACT,
                    "push --plain-http R:v1 --config cncf.json:application/vnd.wasm.config.v0+json"
                            + " plugin.wasm:application/wasm"),
            of(
                    RegistryTool.ORAS,
                    "compat",
                    ImageLayout.COMPAT,
                    "push --plain-http R:v1 layer.tar.gz:application/vnd.oci.image.layer.v1.tar+gzip"),
            of(
                    RegistryTool.ORAS,
                    "compat, plain tar",
                    ImageLayout.COMPAT,
                    "push --plain-http R:v1 layer.tar:application/vnd.oci.image.layer.v1.tar"),
            of(
                    RegistryTool.ORAS,
                    "index of artifact",
                    ImageLayout.ARTIFACT,
                    "push --plain-http R:child " + SOLO_MODULE,
                    "manifest index create --plain-http R:v1 child"),
            of(
                    RegistryTool.SKOPEO,
                    "compat from OCI layout",
                    ImageLayout.COMPAT,
                    COMPAT + "from",
                    SKOPEO + "docker://R:from oci:layout:v1",
                    SKOPEO + "oci:layout:v1 docker://R:v1"),
            of(
                    RegistryTool.SKOPEO,
                    "index, all of it",
                    ImageLayout.COMPAT,
                    COMPAT + "child",
                    "index append --insecure -m R:child -t R:from",
                    SKOPEO + "--all docker://R:from docker://R:v1"),
            of(
                    RegistryTool.SKOPEO,
                    "compat to docker image",
                    ImageLayout.IMAGE,
                    COMPAT + "from",
                    SKOPEO + "--format v2s2 docker://R:from docker://R:v1"),
            of(
                    RegistryTool.SKOPEO,
                    "docker image to compat",
                    ImageLayout.COMPAT,
                    "append --insecure -f layer.tar.gz -t R:from",
                    SKOPEO + "--format oci docker://R:from docker://R:v1"));

    /** Images of ServiceMeshExtensions, with a {@code manifest.yaml} that names the module. */
    static final List<ToolPush> EXTENSIONS = List.of(
            of(
                    RegistryTool.CRANE,
                    "extension, docker image",
                    ImageLayout.IMAGE,
                    "append --insecure -f extension.tar.gz -f manifest.tar.gz -t R:v1"),
            of(
                    RegistryTool.SKOPEO,
                    "extension to OCI image",
                    ImageLayout.COMPAT,
                    "append --insecure -f extension.tar.gz -f manifest.tar.gz -t R:from",
                    SKOPEO + "--format oci docker://R:from docker://R:v1"));

    private static ToolPush of(RegistryTool tool, String layout, ImageLayout expected, String... commands) {
        return new ToolPush(tool, layout, expected, List.of(commands));
    }

    /** Runs it all; what skopeo copies, crane makes. */
    void run(Path home, String repository) throws Exception {
        for (String command : commands) {
            boolean made = command.startsWith("append") || command.startsWith("index");
            (made ? RegistryTool.CRANE : tool)
                    .run(home, command.replaceAll("\\bR:", repository + ":").split(" "));
        }
    }

    /** A repository's path for it. */
    String path() {
        return tool + "/" + layout.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-");
    }

    @Override
    public String toString() {
        return tool + ", " + layout;
    }
}
