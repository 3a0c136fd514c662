package dev.portafilter.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What registries, servers and files answered when a bundle was made: {@code bundle.json}. The bytes are in
 * {@code blobs/sha256/HEX}. Not thread-safe while it is filled.
 */
final class BundleIndex {
    /** The name of the file. */
    static final String FILE = "bundle.json";

    private static final String CODE = "bundle.invalid";
    private static final long VERSION = 1;

    private final Map<Key, Manifest> manifests = new TreeMap<>();
    private final Map<Key, List<Descriptor>> referrers = new TreeMap<>();
    private final Map<Key, String> files = new TreeMap<>();

    /** Of manifests, the repository and the reference; of files, for whom and the url. */
    private record Key(String owner, String name) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byOwner = owner.compareTo(other.owner);
            return byOwner == 0 ? name.compareTo(other.name) : byOwner;
        }
    }

    /** What a reference leads to. */
    record Manifest(String mediaType, String digest) {}

    static boolean isAt(Path directory) {
        return Files.isRegularFile(directory.resolve(FILE));
    }

    /** The file of a blob. */
    static Path blob(Path directory, String digest) {
        return directory.resolve("blobs").resolve("sha256").resolve(Sha256.hexOf(digest));
    }

    /**
     * Reads the index of a bundle.
     *
     * @throws IOException when it is none
     */
    static BundleIndex read(Path directory) throws IOException {
        String where = directory.resolve(FILE).toString();
        JsonObject tree = JsonObject.parse(Files.readAllBytes(directory.resolve(FILE)), CODE, where);
        if (tree.integer("version") != VERSION) {
            throw new FetchException(
                    CODE, where + ": version is " + tree.integer("version") + " (expected: " + VERSION + ")");
        }
        BundleIndex index = new BundleIndex();
        for (JsonObject item : tree.children("manifests")) {
            index.manifest(
                    item.text("repository"),
                    item.text("reference"),
                    new Manifest(item.text("mediaType"), digest(item, where)));
        }
        for (JsonObject item : tree.children("referrers")) {
            index.referrers(
                    item.text("repository"), digest(item, where), ImageDocument.descriptors(item, "referrers", where));
        }
        for (JsonObject item : tree.children("files")) {
            index.file(item.text("resource"), item.text("url"), item.has("digest") ? digest(item, where) : "");
        }
        return index;
    }

    /** Blobs are found by it, so it must be one. */
    private static String digest(JsonObject item, String where) throws FetchException {
        String digest = item.text("digest");
        if (!ImageDocument.DIGEST.matcher(digest).matches()) {
            throw new FetchException(
                    CODE, where + ": \"" + digest + "\" is no digest (expected: sha256: and 64 hex digits)");
        }
        return digest;
    }

    void write(Path directory) throws IOException {
        CacheFiles.write(directory.resolve(FILE), text().getBytes(StandardCharsets.UTF_8));
    }

    private String text() throws IOException {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(out).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeNumberField("version", VERSION);
            json.writeArrayFieldStart("manifests");
            for (Map.Entry<Key, Manifest> entry : manifests.entrySet()) {
                json.writeStartObject();
                json.writeStringField("repository", entry.getKey().owner());
                json.writeStringField("reference", entry.getKey().name());
                json.writeStringField("mediaType", entry.getValue().mediaType());
                json.writeStringField("digest", entry.getValue().digest());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("referrers");
            for (Map.Entry<Key, List<Descriptor>> entry : referrers.entrySet()) {
                json.writeStartObject();
                json.writeStringField("repository", entry.getKey().owner());
                json.writeStringField("digest", entry.getKey().name());
                json.writeArrayFieldStart("referrers");
                for (Descriptor descriptor : entry.getValue()) {
                    write(json, descriptor);
                }
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("files");
            for (Map.Entry<Key, String> entry : files.entrySet()) {
                json.writeStartObject();
                if (!entry.getKey().owner().isEmpty()) {
                    json.writeStringField("resource", entry.getKey().owner());
                }
                json.writeStringField("url", entry.getKey().name());
                if (!entry.getValue().isEmpty()) {
                    json.writeStringField("digest", entry.getValue());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return out.append('\n').toString();
    }

    private static void write(JsonGenerator json, Descriptor descriptor) throws IOException {
        json.writeStartObject();
        json.writeStringField("mediaType", descriptor.mediaType());
        json.writeStringField("digest", descriptor.digest());
        json.writeNumberField("size", descriptor.size());
        if (!descriptor.artifactType().isEmpty()) {
            json.writeStringField("artifactType", descriptor.artifactType());
        }
        json.writeObjectFieldStart("annotations");
        for (Map.Entry<String, String> annotation : new TreeMap<>(descriptor.annotations()).entrySet()) {
            json.writeStringField(annotation.getKey(), annotation.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    void manifest(String repository, String reference, Manifest manifest) {
        manifests.put(new Key(repository, reference), manifest);
    }

    /** What a tag or digest leads to; null when it is not known. */
    @Nullable Manifest manifest(String repository, String reference) {
        Manifest named = manifests.get(new Key(repository, reference));
        if (named != null) {
            return named;
        }
        for (Map.Entry<Key, Manifest> entry : manifests.entrySet()) {
            if (entry.getKey().owner().equals(repository)
                    && entry.getValue().digest().equals(reference)) {
                return entry.getValue();
            }
        }
        return null;
    }

    void referrers(String repository, String digest, List<Descriptor> found) {
        referrers.put(new Key(repository, digest), List.copyOf(found));
    }

    List<Descriptor> referrers(String repository, String digest) {
        return referrers.getOrDefault(new Key(repository, digest), List.of());
    }

    /**
     * Notes a file.
     *
     * @param resource whose {@code file://} url it is; empty for urls that mean the same to all
     * @param digest of its bytes; empty when the server says that there is none
     */
    void file(String resource, String url, String digest) {
        files.put(new Key(resource, url), digest);
    }

    /** The digest of a file; empty when there is none, null when it is not known. */
    @Nullable String file(String resource, String url) {
        String digest = files.get(new Key(resource, url));
        if (digest != null) {
            return digest;
        }
        // A resource may be in another namespace here, which changes nothing while nobody else has this url.
        Set<String> others = new HashSet<>();
        files.forEach((key, value) -> {
            if (key.name().equals(url)) {
                others.add(value);
            }
        });
        return others.size() == 1 ? others.iterator().next() : null;
    }
}
