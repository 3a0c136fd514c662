package dev.portafilter.registry;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** The fixed images of section 9.1, and a repository in memory for others. */
final class TestImages implements Repository {
    static final byte[] TINY = HexFormat.of().parseHex("0061736d01000000");
    static final String TINY_DIGEST = "sha256:93a44bbb96c751218e4c00d479e4c14358122a389acca16205b1e4d0dc5f9476";
    static final String CONFIG_DIGEST = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    static final String M_DIGEST = "sha256:d4519cf44eb4d9f4a48daed197b1e574b3e0be8b480b8f8602f8843f379ffa00";
    static final String X_DIGEST = "sha256:fc493e134433c3991f56720c6340bd6c76a05c36f5ba1f958fd0f05ed2fee91c";
    static final String M =
            "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":{"
                    + "\"mediaType\":\"application/vnd.wasm.config.v0+json\",\"digest\":\"" + CONFIG_DIGEST
                    + "\",\"size\":2},\"layers\":[{\"mediaType\":\"application/wasm\",\"digest\":\"" + TINY_DIGEST
                    + "\",\"size\":8}]}";
    static final String X =
            "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":[{"
                    + "\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"" + M_DIGEST
                    + "\",\"size\":365,\"platform\":{\"architecture\":\"wasm\",\"os\":\"wasip1\"}}]}";

    private final Map<String, RawManifest> manifests = new HashMap<>();
    private final Map<String, byte[]> blobs = new HashMap<>();
    private final List<String> layers = new ArrayList<>();

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Adds a layer to the next image. */
    TestImages layer(String mediaType, byte[] content) {
        return layer(mediaType, content, "");
    }

    TestImages layer(String mediaType, byte[] content, String title) {
        String digest = blob(content);
        layers.add("{\"mediaType\":\"" + mediaType + "\",\"digest\":\"" + digest + "\",\"size\":" + content.length
                + (title.isEmpty() ? "" : ",\"annotations\":{\"org.opencontainers.image.title\":\"" + title + "\"}")
                + "}");
        return this;
    }

    String blob(byte[] content) {
        String digest = ImageDocument.digestOf(content);
        blobs.put(digest, content);
        return digest;
    }

    /** Makes an image of the layers so far, under its digest and a tag. */
    TestImages image(String tag, String mediaType) {
        String manifest = "{\"schemaVersion\":2,\"mediaType\":\"" + mediaType + "\",\"layers\":["
                + String.join(",", layers) + "]}";
        layers.clear();
        return manifest(tag, mediaType, manifest);
    }

    TestImages oci(String tag) {
        return image(tag, MediaTypes.OCI_MANIFEST);
    }

    TestImages manifest(String tag, String mediaType, String json) {
        RawManifest manifest = new RawManifest(mediaType, ImageDocument.digestOf(bytes(json)), bytes(json));
        manifests.put(tag, manifest);
        manifests.put(manifest.digest(), manifest);
        return this;
    }

    String digest(String tag) {
        return manifests.get(tag).digest();
    }

    /** Makes an index of children that are texts of JSON objects after the digest of each. */
    TestImages index(String tag, String... children) {
        return manifest(
                tag,
                MediaTypes.OCI_INDEX,
                "{\"schemaVersion\":2,\"mediaType\":\"" + MediaTypes.OCI_INDEX + "\",\"manifests\":["
                        + String.join(",", children) + "]}");
    }

    String child(String tag, String more) {
        return "{\"mediaType\":\"" + manifests.get(tag).mediaType() + "\",\"digest\":\"" + digest(tag) + "\",\"size\":"
                + manifests.get(tag).bytes().length + more + "}";
    }

    static String platform(String os, String architecture) {
        return ",\"platform\":{\"os\":\"" + os + "\",\"architecture\":\"" + architecture + "\"}";
    }

    @Override
    public String name() {
        return "registry.example.com/team/auth";
    }

    @Override
    public RawManifest manifest(String reference) {
        return manifests.get(reference);
    }

    @Override
    public byte[] blob(Descriptor blob, long mostBytes) throws FetchException {
        byte[] content = blobs.get(blob.digest());
        if (content == null) {
            throw new FetchException("image.notFound", name() + "@" + blob.digest() + ": there is no such blob");
        }
        return content;
    }

    @Override
    public List<Descriptor> referrers(String digest) {
        return List.of();
    }
}
