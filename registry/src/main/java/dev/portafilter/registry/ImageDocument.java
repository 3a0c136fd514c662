package dev.portafilter.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what manifests and indexes say. Source: WasmPlugin reference, sections 4.1 and 4.7. */
final class ImageDocument {
    static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    static final String INVALID = "image.manifestInvalid";

    private ImageDocument() {}

    /** {@code sha256:} and 64 hex digits. */
    static String digestOf(byte[] bytes) {
        return Sha256.PREFIX + Sha256.hex(bytes);
    }

    /** What a manifest is: by its own word, else by that of the server, else by its members. */
    static String mediaType(JsonObject manifest, @Nullable String contentType) {
        String own = manifest.text("mediaType");
        if (!own.isEmpty()) {
            return own;
        }
        if (manifest.integer("schemaVersion") == 1) {
            return MediaTypes.DOCKER_SCHEMA_1;
        }
        String sent = contentType == null ? "" : contentType.split(";", 2)[0].trim();
        if (MediaTypes.INDEXES.contains(sent)
                || MediaTypes.MANIFESTS.contains(sent)
                || MediaTypes.SCHEMA_1.contains(sent)) {
            return sent;
        }
        return manifest.has("manifests") ? MediaTypes.OCI_INDEX : MediaTypes.OCI_MANIFEST;
    }

    /**
     * The descriptors of an array.
     *
     * @param member {@code layers} or {@code manifests}
     * @return empty when there is no such array
     */
    static List<Descriptor> descriptors(JsonObject manifest, String member, String where) throws FetchException {
        List<JsonObject> objects = manifest.objects(member);
        List<Descriptor> descriptors = new ArrayList<>();
        for (JsonObject object : objects == null ? List.<JsonObject>of() : objects) {
            descriptors.add(descriptor(object, where));
        }
        return descriptors;
    }

    static Descriptor descriptor(JsonObject object, String where) throws FetchException {
        String digest = object.text("digest");
        long size = object.integer("size");
        if (!DIGEST.matcher(digest).matches()) {
            throw new FetchException(
                    INVALID, where + ": a descriptor has no known digest (expected: sha256: and 64 hex digits)");
        }
        if (size < 0) {
            throw new FetchException(INVALID, where + ": the descriptor of " + digest + " has no size");
        }
        JsonObject annotations = object.object("annotations");
        JsonObject platform = object.object("platform");
        return new Descriptor(
                object.text("mediaType"),
                digest,
                size,
                annotations == null ? Map.of() : annotations.allTexts(),
                object.text("artifactType"),
                platform == null ? "" : platform.text("os") + "/" + platform.text("architecture"));
    }
}
