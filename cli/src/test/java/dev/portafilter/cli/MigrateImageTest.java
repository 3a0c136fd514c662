package dev.portafilter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code migrate --image}: an image with manifest.yaml becomes one with plugin.wasm, in a registry. */
class MigrateImageTest extends TypedCommand {
    private static final String MANIFEST = """
            # comments are allowed
            schemaVersion: 1
            name: misbehave
            phase: PostAuthZ
            priority: 100
            module: /extension.wasm
            colour: green
            """;

    @TempDir
    private Path directory;

    private MemoryRegistry registry;
    private byte[] module;

    @BeforeEach
    void start() throws IOException {
        registry = new MemoryRegistry();
        module = module();
    }

    /** A module that can be loaded, as small as it can be. */
    private static byte[] module() {
        ByteArrayOutputStream wasm = new ByteArrayOutputStream();
        wasm.writeBytes(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0});
        section(wasm, 1, 2, 0x60, 0, 0, 0x60, 1, 0x7f, 1, 0x7f);
        section(wasm, 3, 2, 0, 1);
        section(wasm, 5, 1, 0, 1);
        ByteArrayOutputStream exports = new ByteArrayOutputStream();
        exports.write(3);
        export(exports, "memory", 2, 0);
        export(exports, "proxy_abi_version_0_2_1", 0, 0);
        export(exports, "proxy_on_memory_allocate", 0, 1);
        wasm.write(7);
        wasm.write(exports.size());
        wasm.writeBytes(exports.toByteArray());
        section(wasm, 10, 2, 2, 0, 0x0b, 4, 0, 0x41, 0, 0x0b);
        return wasm.toByteArray();
    }

    private static void section(ByteArrayOutputStream wasm, int id, int... content) {
        wasm.write(id);
        wasm.write(content.length);
        for (int b : content) {
            wasm.write(b);
        }
    }

    private static void export(ByteArrayOutputStream section, String name, int kind, int index) {
        section.write(name.length());
        section.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        section.write(kind);
        section.write(index);
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private String image(String path) {
        return registry.host() + "/" + path;
    }

    private String push(String repository, String manifest) {
        return ExtensionImages.push(registry, repository, manifest, module);
    }

    @ParameterizedTest
    @CsvSource({"compat", "image", "artifact"})
    void image_withManifest_becomesOneWithPluginFile_ofAnyLayout(String layout) throws IOException {
        String old = push("maistra/filter", MANIFEST);

        int code = execute(
                "migrate",
                "--image",
                image("maistra/filter:2.2"),
                "oci://" + image("team/filter:3"),
                "--layout",
                layout);

        assertThat(code).as("%s", err).isZero();
        String pinned = out.toString().trim();
        assertThat(pinned).matches(image("team/filter") + "@sha256:[0-9a-f]{64}");
        assertThat(err.toString().lines())
                .containsExactly(
                        "from " + image("maistra/filter") + "@" + old + " to " + pinned + ", layout " + layout + ", "
                                + Progress.size(module.length),
                        "note: manifest.yaml schemaVersion: 1 is left out: there is one layout only",
                        "note: manifest.yaml name: \"misbehave\" is left out: nobody reads it",
                        "note: manifest.yaml phase: \"PostAuthZ\" is said by the WasmPlugin: spec.phase: STATS",
                        "note: manifest.yaml priority: 100 is said by the WasmPlugin: spec.priority: 100",
                        "note: manifest.yaml module: \"/extension.wasm\" is plugin.wasm",
                        "warning: manifest.yaml colour: \"green\" is unknown, and left out",
                        "note: the root id was NAME_root of the resource; a module that registered itself by it needs"
                                + " spec.pluginName: NAME_root (portafilter migrate --keep-root-id)",
                        "note: signatures of the old image are not those of the new one (portafilter sign)");

        Path pulled = directory.resolve("pulled.wasm");
        assertThat(execute("pull", pinned, "-o", pulled.toString()))
                .as("%s", err)
                .isZero();
        assertThat(err.toString()).doesNotContain("warning").contains("layout " + layout);
        assertThat(pulled).hasBinaryContent(module);
    }

    @Test
    void rootId_ofTheManifest_goesIntoTheRuntimeConfiguration() throws IOException {
        push("maistra/filter", MANIFEST + "rootID: my_root\n");

        assertThat(execute(
                        "migrate",
                        "--image",
                        image("maistra/filter:2.2"),
                        image("team/filter:3"),
                        "--layout",
                        "artifact"))
                .isZero();

        assertThat(err.toString())
                .contains("note: manifest.yaml rootID: \"my_root\" goes into runtime-config.json; spec.pluginName")
                .doesNotContain("NAME_root");
        String manifest = new String(registry.get("team/filter", "manifests", "3"), StandardCharsets.UTF_8);
        int digest = manifest.indexOf("sha256:");
        String config = new String(
                registry.get("team/filter", "blobs", manifest.substring(digest, digest + 71)), StandardCharsets.UTF_8);
        assertThat(config.replaceAll("\\s", ""))
                .isEqualTo(
                        "{\"type\":\"envoy_proxy\",\"abiVersions\":[\"v0.2.1\"],\"config\":{\"root_ids\":[\"my_root\"]}}");
    }

    @Test
    void image_withoutManifest_isRefused_andNothingIsPushed() throws IOException {
        push("maistra/filter", "");
        assertThat(execute("migrate", "--image", image("maistra/filter:2.2"), image("team/filter:3")))
                .isEqualTo(1);
        assertThat(err.toString())
                .startsWith("error: manifest.missing: " + image("maistra/filter@sha256:"))
                .contains(": has no manifest.yaml (expected: the image of a ServiceMeshExtension)");

        Path file = Files.write(directory.resolve("a.wasm"), module);
        execute("push", file.toString(), image("team/new:1"));
        assertThat(execute("migrate", "--image", image("team/new:1"), image("team/filter:3")))
                .isEqualTo(1);
        assertThat(err.toString()).contains("has no manifest.yaml, and plugin.wasm in the root: nothing is to be done");
        assertThat(registry.requests()).noneMatch(request -> request.contains("team/filter"));
    }

    @Test
    void manifest_thatIsWrong_isRefused_withItsPlace() throws IOException {
        push("maistra/filter", MANIFEST.replace("schemaVersion: 1", "schemaVersion: 2"));
        assertThat(execute("migrate", "--image", image("maistra/filter:2.2"), image("team/filter:3")))
                .isEqualTo(1);
        assertThat(err.toString()).contains("error: manifest.schemaVersion: ", "manifest.yaml:2:", "2 is unknown");
        assertThat(execute("migrate", "--image", image("maistra/none:2.2"), image("team/filter:3")))
                .isEqualTo(1);
        assertThat(err.toString()).startsWith("error: image.notFound: ");
    }

    @Test
    void registryThatWantsAUser_isRefusedWithoutOne() throws IOException {
        push("maistra/filter", MANIFEST);
        registry.requireUser("barista", "s3cret");
        assertThat(execute("migrate", "--image", image("maistra/filter:2.2"), image("team/filter:3")))
                .isEqualTo(1);
        assertThat(err.toString()).startsWith("error: image.unauthorized").doesNotContain("s3cret");
    }

    @Test
    void argumentsThatDoNotGoTogether_areExplained() {
        assertThat(execute("migrate")).isEqualTo(2);
        assertThat(err.toString()).contains("FILE: is missing (expected: files, or --image REF REF)");
        assertThat(execute("migrate", "--image", "h/a:1", "h/b:1", "x.yaml")).isEqualTo(2);
        assertThat(err.toString()).contains("FILE: stands beside --image");
        assertThat(execute("migrate", "--image", "h/a:1", "h/b:1", "--omit-priority"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--omit-priority: stands beside --image");
        assertThat(execute("migrate", "--layout", "image", "x.yaml")).isEqualTo(2);
        assertThat(err.toString()).contains("--layout: stands without --image (expected: --image REF REF)");
        assertThat(execute("migrate", "--image", "h/a:1", "h/b@sha256:" + "0".repeat(64)))
                .isEqualTo(2);
        assertThat(err.toString()).contains("has a digest (expected: a tag, under which it is pushed)");
        assertThat(execute("migrate", "--image", "h/a:1")).isEqualTo(2);
        assertThat(execute("migrate", "--image", "h/a:1", "h/b:1", "--layout", "zip"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--layout: \"zip\" is unknown");
    }
}
