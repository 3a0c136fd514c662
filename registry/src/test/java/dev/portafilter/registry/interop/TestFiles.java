package dev.portafilter.registry.interop;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** The files that tools push: a module, alone and in layers. */
final class TestFiles {
    private static final int NOISE = 200_000;
    private static final int BLOCK = 512;

    private TestFiles() {}

    /** A module with a section of noise, too large for one packet. */
    static byte[] module() {
        ByteArrayOutputStream module = new ByteArrayOutputStream();
        module.writeBytes(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0, 0});
        int size = NOISE + 1;
        for (; size > 0x7f; size >>>= 7) {
            module.write(size & 0x7f | 0x80);
        }
        module.write(size);
        byte[] noise = new byte[NOISE];
        new Random(1).nextBytes(noise);
        module.write(0);
        module.writeBytes(noise);
        return module.toByteArray();
    }

    /** Writes them all into a directory. */
    static void write(Path directory) throws IOException {
        byte[] config =
                "{\"type\":\"envoy_proxy\",\"abiVersions\":[\"v0-541b2c1155fffb15ccde92b8324f3e38f7339ba6\"],\"config\":{\"root_ids\":[]}}"
                        .getBytes(StandardCharsets.UTF_8);
        Files.write(directory.resolve("plugin.wasm"), module());
        Files.write(directory.resolve("runtime-config.json"), config);
        Files.writeString(directory.resolve("cncf.json"), "{\"architecture\":\"wasm\",\"os\":\"wasip1\"}");
        byte[] layer = tar("plugin.wasm", module());
        Files.write(directory.resolve("layer.tar"), layer);
        Files.write(directory.resolve("layer.tar.gz"), gzip(layer));
        Files.write(directory.resolve("config-layer.tar.gz"), gzip(tar("runtime-config.json", config)));
        byte[] manifest = "schemaVersion: 1\nname: test\nphase: PostAuthZ\npriority: 7\nmodule: extension.wasm\n"
                .getBytes(StandardCharsets.UTF_8);
        Files.write(directory.resolve("manifest.tar.gz"), gzip(tar("manifest.yaml", manifest)));
        Files.write(directory.resolve("extension.tar.gz"), gzip(tar("extension.wasm", module())));
    }

    /** An archive with one file. */
    private static byte[] tar(String name, byte[] content) {
        byte[] header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 100, "0000644");
        put(header, 108, "0000000");
        put(header, 116, "0000000");
        put(header, 124, "%011o".formatted(content.length));
        put(header, 136, "00000000000");
        put(header, 148, "        ");
        header[156] = '0';
        put(header, 257, "ustar");
        put(header, 263, "00");
        int sum = 0;
        for (byte each : header) {
            sum += each & 0xff;
        }
        put(header, 148, "%06o\0 ".formatted(sum));
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        archive.writeBytes(header);
        archive.writeBytes(content);
        archive.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK + 2 * BLOCK]);
        return archive.toByteArray();
    }

    private static void put(byte[] header, int offset, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, offset, bytes.length);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes);
        }
        return packed.toByteArray();
    }
}
