package dev.portafilter.cli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Images as Maistra has them: a module and {@code manifest.yaml}, which names it. */
final class ExtensionImages {
    private ExtensionImages() {}

    /**
     * An image in one layer, under the tag 2.2.
     *
     * @param manifest its manifest.yaml; empty for none
     * @return the digest of its manifest
     */
    static String push(MemoryRegistry registry, String repository, String manifest, byte[] module) {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        if (!manifest.isEmpty()) {
            file(tar, "manifest.yaml", manifest.getBytes(StandardCharsets.UTF_8));
        }
        file(tar, "extension.wasm", module);
        tar.writeBytes(new byte[1024]);
        String config = "sha256:" + registry.put(repository, "blobs", null, "{}".getBytes(StandardCharsets.UTF_8));
        String layer = "sha256:" + registry.put(repository, "blobs", null, tar.toByteArray());
        String text = "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":"
                + "{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"" + config
                + "\",\"size\":2},\"layers\":[{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\",\"digest\":\""
                + layer + "\",\"size\":" + tar.size() + "}]}";
        return "sha256:" + registry.put(repository, "manifests", "2.2", text.getBytes(StandardCharsets.UTF_8));
    }

    private static void file(ByteArrayOutputStream tar, String name, byte[] content) {
        byte[] header = new byte[512];
        put(header, 0, name);
        put(header, 100, "0000644");
        put(header, 124, String.format(Locale.ROOT, "%011o", content.length));
        put(header, 148, "        ");
        put(header, 156, "0");
        put(header, 257, "ustar");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, String.format(Locale.ROOT, "%06o", sum));
        header[154] = 0;
        tar.writeBytes(header);
        tar.writeBytes(content);
        tar.writeBytes(new byte[(512 - content.length % 512) % 512]);
    }

    private static void put(byte[] header, int offset, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, offset, bytes.length);
    }
}
