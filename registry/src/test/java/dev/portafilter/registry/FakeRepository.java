package dev.portafilter.registry;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A repository in memory, which says what was asked of it. */
final class FakeRepository implements Repository {
    static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";

    final List<String> requests = new ArrayList<>();
    private final Map<String, RawManifest> manifests = new HashMap<>();
    private final Map<String, byte[]> blobs = new HashMap<>();
    private final Map<String, List<Descriptor>> referrers = new HashMap<>();
    private final Map<String, FetchException> failures = new HashMap<>();

    /** Stores a manifest under its digest and a tag. */
    String manifest(String tag, byte[] bytes) {
        String digest = Sha256.PREFIX + Sha256.hex(bytes);
        RawManifest manifest = new RawManifest(OCI_MANIFEST, digest, bytes);
        manifests.put(digest, manifest);
        manifests.put(tag, manifest);
        return digest;
    }

    String manifest(String tag, String text) {
        return manifest(tag, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Stores a blob, and says how a layer refers to it. */
    String layer(String mediaType, byte[] bytes, String annotations) {
        String digest = Sha256.PREFIX + Sha256.hex(bytes);
        blobs.put(digest, bytes);
        return "{\"mediaType\":\"" + mediaType + "\",\"digest\":\"" + digest + "\",\"size\":" + bytes.length
                + (annotations.isEmpty() ? "" : ",\"annotations\":{" + annotations + "}") + "}";
    }

    /** Stores a payload and its signature, as a layer of a signature image. */
    String signatureLayer(byte[] payload, String signature) {
        return layer(SimpleSigning.MEDIA_TYPE, payload, "\"dev.cosignproject.cosign/signature\":\"" + signature + "\"");
    }

    /** Stores the signature image of a digest. */
    void signatures(String digest, String... layers) {
        manifest(SimpleSigning.tag(digest), manifestOf("", layers));
    }

    /** Stores something that refers to a digest. */
    void referrer(String digest, String artifactType, String manifest) {
        String own = manifest("referrer", manifest);
        referrers
                .computeIfAbsent(digest, k -> new ArrayList<>())
                .add(new Descriptor(OCI_MANIFEST, own, manifest.length(), Map.of(), artifactType, ""));
    }

    /** Stores a bundle that refers to a digest. */
    void bundle(String digest, byte[] bundle) {
        String type = "application/vnd.dev.sigstore.bundle.v0.3+json";
        referrer(digest, type, manifestOf(digest, layer(type, bundle, "")));
    }

    static String manifestOf(String subject, String... layers) {
        String about = subject.isEmpty() ? "" : ",\"subject\":{\"digest\":\"" + subject + "\"}";
        return "{\"schemaVersion\":2,\"layers\":[" + String.join(",", layers) + "]" + about + "}";
    }

    void fails(String reference, FetchException failure) {
        failures.put(reference, failure);
    }

    @Override
    public String name() {
        return "registry.example.com/filters/openid";
    }

    @Override
    public @Nullable RawManifest manifest(String reference) throws FetchException {
        asked("manifest ", reference);
        return manifests.get(reference);
    }

    @Override
    public byte[] blob(Descriptor blob, long mostBytes) throws FetchException {
        asked("blob ", blob.digest());
        byte[] bytes = blobs.get(blob.digest());
        if (bytes == null) {
            throw new FetchException("image.notFound", name() + "@" + blob.digest() + ": is not there");
        }
        if (bytes.length != blob.size() || bytes.length > mostBytes) {
            throw new FetchException("image.layerSizeMismatch", blob.digest() + ": " + bytes.length);
        }
        return bytes;
    }

    @Override
    public List<Descriptor> referrers(String digest) throws FetchException {
        asked("referrers ", digest);
        return referrers.getOrDefault(digest, List.of());
    }

    private void asked(String what, String reference) throws FetchException {
        requests.add(what + reference);
        FetchException failure = failures.get(reference);
        if (failure != null) {
            throw failure;
        }
    }
}
