package dev.portafilter.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What unpacks to ten gigabytes is refused by a process that has 64 MiB for all it does. */
@Timeout(120)
class BombMemoryTest {
    private static final int PORTION = 10 << 20;
    /** Many small gzips are one large one. */
    private static final byte[] ZEROS = Archives.gzip(new byte[PORTION]);

    private static final int PORTIONS = 1024;
    private static final int BLOCK = 512;

    private TestRegistry registry;

    @BeforeEach
    void start() throws IOException {
        registry = TestRegistry.plain();
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private static byte[] header(String name, long size) {
        return Archives.gzip(
                Arrays.copyOf(Archives.tar().header(name, '0', size).bytes(), BLOCK));
    }

    private static byte[] bomb(byte[]... before) {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        for (byte[] each : before) {
            bomb.writeBytes(each);
        }
        bomb.writeBytes(zeros(PORTIONS));
        return bomb.toByteArray();
    }

    private String image(String tag, String layerType, byte[] layer) {
        String manifest = "{\"schemaVersion\":2,\"mediaType\":\"" + MediaTypes.OCI_MANIFEST
                + "\",\"config\":{\"mediaType\":\"application/vnd.oci.empty.v1+json\",\"digest\":\""
                + registry.putBlob("{}".getBytes(StandardCharsets.UTF_8))
                + "\",\"size\":2},\"layers\":[{\"mediaType\":\""
                + layerType + "\",\"digest\":\"" + registry.putBlob(layer) + "\",\"size\":" + layer.length + "}]}";
        registry.putManifest(tag, MediaTypes.OCI_MANIFEST, manifest.getBytes(StandardCharsets.UTF_8));
        return "oci://" + registry.host() + "/" + TestRegistry.REPOSITORY + ":" + tag;
    }

    private String file(String name, byte[] content) {
        registry.script("GET /" + name, exchange -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
        });
        return registry.url() + "/" + name;
    }

    @Test
    void bombs_areRefused_within64MiBOfHeap() throws Exception {
        long tenGigabytes = (long) PORTION * PORTIONS;
        byte[] asModule = bomb(header("plugin.wasm", tenGigabytes));
        byte[] asNeighbour = bomb(header("other", tenGigabytes));
        // Half of what may be, and then the rest.
        byte[] behindModule = bomb(header("plugin.wasm", 13L * PORTION), zeros(13), header("other", tenGigabytes));
        byte[] plain = bomb();
        List<String> urls = List.of(
                image("module", MediaTypes.OCI_LAYER, asModule),
                image("neighbour", MediaTypes.OCI_LAYER, asNeighbour),
                image("behind", MediaTypes.OCI_LAYER, behindModule),
                image("artifact", MediaTypes.MODULE_CONTENT, plain),
                file("a.wasm.gz", plain),
                file("a.tar.gz", behindModule));
        assertThat(run(urls))
                .containsExactly(
                        "auth:module limit.moduleTooLarge",
                        "auth:neighbour limit.moduleTooLarge",
                        "auth:behind limit.moduleTooLarge",
                        "auth:artifact limit.moduleTooLarge",
                        "a.wasm.gz limit.moduleTooLarge",
                        "a.tar.gz limit.moduleTooLarge");
    }

    private static byte[] zeros(int count) {
        ByteArrayOutputStream zeros = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            zeros.writeBytes(ZEROS);
        }
        return zeros.toByteArray();
    }

    /** What the client prints, in a process of its own. */
    private List<String> run(List<String> urls) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                BombClient.class.getName()));
        command.addAll(urls);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> printed =
                process.inputReader(StandardCharsets.UTF_8).lines().toList();
        assertThat(process.waitFor()).as("%s", printed).isZero();
        return printed;
    }
}
