package dev.portafilter.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a cache says about its files: {@code index.json}. Read, changed and written by one at a time; see {@link CacheLock}.
 */
final class CacheIndex {
    /** The name of the file. */
    static final String FILE = "index.json";

    private static final Logger LOG = LoggerFactory.getLogger(CacheIndex.class);
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final long VERSION = 1;

    private final Map<String, Entry> byFile = new LinkedHashMap<>();
    private final Map<UrlKey, String> checksumByUrl = new LinkedHashMap<>();
    private boolean changed;

    private record UrlKey(String name, String url) {}

    /** A module in the cache. */
    static final class Entry {
        /** What it is called without tag or digest. */
        final String name;
        /** What its file is called after, first, and what else it may be asked for by. */
        final Set<String> checksums = new LinkedHashSet<>();
        /** Of the file. */
        final String sha256;
        /** Of the manifest beside it; empty when there is none. */
        final String manifestSha256;
        /** The root ids that its image lists. */
        final Set<String> rootIds = new LinkedHashSet<>();
        /** The fingerprints of keys that have signed it. */
        final Set<String> signedBy = new LinkedHashSet<>();

        private long lastUsedMillis;

        Entry(String name, String sha256, String manifestSha256) {
            this.name = name;
            this.sha256 = sha256;
            this.manifestSha256 = manifestSha256;
        }

        String checksum() {
            return checksums.iterator().next();
        }

        /** Its file, relative to the cache. */
        String file() {
            return CacheIndex.file(name, checksum());
        }
    }

    /** The file of a module, relative to the cache. */
    static String file(String name, String checksum) {
        return Sha256.hex(name.getBytes(StandardCharsets.UTF_8)) + "/" + checksum + ".wasm";
    }

    /** Reads the index of a cache; one that cannot be read counts as empty. */
    static CacheIndex read(Path directory) throws IOException {
        CacheIndex index = new CacheIndex();
        byte[] text;
        try {
            text = Files.readAllBytes(directory.resolve(FILE));
        } catch (NoSuchFileException e) {
            return index;
        }
        JsonObject tree = JsonObject.parseOrNull(text);
        if (tree == null) {
            LOG.warn(
                    "{}: is no JSON (expected: what was written; its modules are fetched again)",
                    directory.resolve(FILE));
        } else {
            index.fill(tree);
        }
        return index;
    }

    private void fill(JsonObject tree) {
        if (tree.integer("version") != VERSION) {
            return;
        }
        for (JsonObject item : tree.children("entries")) {
            Entry entry = new Entry(item.text("name"), item.text("sha256"), item.text("manifestSha256"));
            for (String checksum : item.texts("checksums")) {
                // Files are named after it.
                if (checksum.matches("[0-9a-f]{64}")) {
                    entry.checksums.add(checksum);
                }
            }
            entry.rootIds.addAll(item.texts("rootIds"));
            entry.signedBy.addAll(item.texts("signedBy"));
            entry.lastUsedMillis = item.integer("lastUsedMillis");
            if (!entry.name.isEmpty() && !entry.checksums.isEmpty()) {
                byFile.put(entry.file(), entry);
            }
        }
        for (JsonObject item : tree.children("urls")) {
            checksumByUrl.put(new UrlKey(item.text("name"), item.text("url")), item.text("checksum"));
        }
    }

    /** The text of the file. */
    private String text() throws IOException {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(out).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeNumberField("version", VERSION);
            json.writeArrayFieldStart("entries");
            for (Entry entry : byFile.values()) {
                json.writeStartObject();
                json.writeStringField("name", entry.name);
                writeTexts(json, "checksums", entry.checksums);
                json.writeStringField("sha256", entry.sha256);
                json.writeStringField("manifestSha256", entry.manifestSha256);
                writeTexts(json, "rootIds", entry.rootIds);
                writeTexts(json, "signedBy", entry.signedBy);
                json.writeNumberField("lastUsedMillis", entry.lastUsedMillis);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("urls");
            for (Map.Entry<UrlKey, String> url : checksumByUrl.entrySet()) {
                json.writeStartObject();
                json.writeStringField("name", url.getKey().name());
                json.writeStringField("url", url.getKey().url());
                json.writeStringField("checksum", url.getValue());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return out.append('\n').toString();
    }

    private static void writeTexts(JsonGenerator json, String name, Set<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    /** Writes the index when it was changed. */
    void write(Path directory) throws IOException {
        if (changed) {
            CacheFiles.write(directory.resolve(FILE), text().getBytes(StandardCharsets.UTF_8));
            changed = false;
        }
    }

    @Nullable Entry find(String name, String checksum) {
        for (Entry entry : byFile.values()) {
            if (entry.name.equals(name) && entry.checksums.contains(checksum)) {
                return entry;
            }
        }
        return null;
    }

    /** The checksum that a url last meant; null when it was never resolved. */
    @Nullable String resolved(String name, String url) {
        return checksumByUrl.get(new UrlKey(name, url));
    }

    void resolve(String name, String url, String checksum) {
        changed |= !checksum.equals(checksumByUrl.put(new UrlKey(name, url), checksum));
    }

    /** Puts an entry in place of the one with its file; what that was also asked for by, and who signed it, stays if it is the same. */
    void put(Entry entry) {
        Entry before = byFile.put(entry.file(), entry);
        if (before != null && before.sha256.equals(entry.sha256)) {
            entry.checksums.addAll(before.checksums);
            entry.signedBy.addAll(before.signedBy);
        }
        changed = true;
    }

    void touch(Entry entry, long nowMillis) {
        entry.lastUsedMillis = nowMillis;
        changed = true;
    }

    void addChecksums(Entry entry, List<String> checksums) {
        changed |= entry.checksums.addAll(checksums);
    }

    void signed(Entry entry, String fingerprint) {
        changed |= entry.signedBy.add(fingerprint);
    }

    /** Takes out an entry, and the urls that led to it. */
    void remove(Entry entry) {
        byFile.remove(entry.file());
        checksumByUrl
                .entrySet()
                .removeIf(url -> url.getKey().name().equals(entry.name) && entry.checksums.contains(url.getValue()));
        changed = true;
    }

    /** The urls that last meant an entry. */
    List<String> urls(Entry entry) {
        List<String> urls = new ArrayList<>();
        for (Map.Entry<UrlKey, String> url : checksumByUrl.entrySet()) {
            if (url.getKey().name().equals(entry.name) && entry.checksums.contains(url.getValue())) {
                urls.add(url.getKey().url());
            }
        }
        return urls;
    }

    List<Entry> entries() {
        return new ArrayList<>(byFile.values());
    }

    boolean isExpired(Entry entry, long nowMillis, long expiryMillis) {
        return nowMillis - entry.lastUsedMillis >= expiryMillis;
    }

    long lastUsedMillis(Entry entry) {
        return entry.lastUsedMillis;
    }

    boolean knows(String file) {
        return byFile.containsKey(file);
    }

    int size() {
        return byFile.size();
    }
}
