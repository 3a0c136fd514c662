package dev.portafilter.registry.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.registry.ImageLayout;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;

/** Reads an image with a tool as its users do, and looks for the module in what it wrote. */
final class ToolPull {
    private ToolPull() {}

    /** Pulls the tag {@code v1} of a repository; what is read must be the module, under the digest. */
    static void read(RegistryTool tool, Path home, String repository, ImageLayout layout, String digest, byte[] module)
            throws Exception {
        Path directory = Files.createTempDirectory(home, tool.name());
        String image = repository + ":v1";
        switch (tool) {
            case CRANE -> {
                assertThat(tool.run(home, "digest", "--insecure", image).trim()).isEqualTo(digest);
                String layer = layerDigest(tool.run(home, "manifest", "--insecure", image));
                tool.run(home, "pull", "--insecure", "--format", "oci", image, directory.toString());
                assertModule(directory.resolve("blobs/sha256").resolve(layer), layout, module);
            }
            case ORAS -> {
                tool.run(home, "copy", "--from-plain-http", image, "--to-oci-layout", directory + "/copy:v1");
                String manifest = tool.run(home, "manifest", "fetch", "--plain-http", repository + "@" + digest);
                assertModule(directory.resolve("copy/blobs/sha256").resolve(layerDigest(manifest)), layout, module);
                if (layout == ImageLayout.ARTIFACT) {
                    tool.run(home, "pull", "--plain-http", "--output", directory.toString(), image);
                    assertThat(directory.resolve("plugin.wasm")).hasBinaryContent(module);
                }
            }
            case SKOPEO -> {
                tool.run(
                        home,
                        "--insecure-policy",
                        "copy",
                        "--src-tls-verify=false",
                        "docker://" + image,
                        "dir:" + directory);
                byte[] manifest = Files.readAllBytes(directory.resolve("manifest.json"));
                assertThat("sha256:" + sha256(manifest)).isEqualTo(digest);
                String layer = layerDigest(new String(manifest, StandardCharsets.UTF_8));
                assertModule(directory.resolve(layer), layout, module);
            }
            default -> throw new IllegalArgumentException(tool + " pulls nothing");
        }
    }

    /** The last layer's digest without its algorithm. */
    private static String layerDigest(String manifest) {
        String layers = manifest.substring(manifest.indexOf("\"layers\""));
        int at = layers.lastIndexOf("\"sha256:") + "\"sha256:".length();
        return layers.substring(at, at + 64);
    }

    private static void assertModule(Path blob, ImageLayout layout, byte[] module) throws Exception {
        byte[] bytes = Files.readAllBytes(blob);
        assertThat(sha256(bytes)).isEqualTo(String.valueOf(blob.getFileName()));
        if (layout == ImageLayout.ARTIFACT) {
            assertThat(bytes).isEqualTo(module);
        } else {
            try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
                assertThat(indexOf(in.readAllBytes(), module))
                        .as("the module is in the layer")
                        .isPositive();
            }
        }
    }

    private static int indexOf(byte[] archive, byte[] module) {
        String text = new String(archive, StandardCharsets.ISO_8859_1);
        return text.indexOf(new String(module, StandardCharsets.ISO_8859_1));
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
