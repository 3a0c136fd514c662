package dev.portafilter.resources;

import dev.portafilter.resources.ResourceSet.RefusedResource;
import dev.portafilter.resources.ResourceSet.SkippedObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads resources from files. Whatever is written there, the answer is a {@link ResourceSet}, never an exception: each
 * error refuses one resource, or one file, and the others are read all the same.
 *
 * <p>A file holds YAML 1.2 in UTF-8, any number of documents, each one resource or a {@code kind: List} of them; a file
 * whose name ends in {@code .json} holds JSON. Of a directory, the files ending in {@code .yaml}, {@code .yml} and {@code
 * .json} are read in the order of their names; those that begin with a dot, and directories inside, are left alone.
 */
public final class ResourceReader {
    private static final Logger LOG = LoggerFactory.getLogger(ResourceReader.class);

    private final ReadOptions options;
    private final Problems problems = new Problems();
    private final List<PluginResource> resources = new ArrayList<>();
    /** Whether {@link #nodes} and {@link #texts} are filled. */
    private final boolean keeps;
    /** Each of {@link #resources} as it was written. */
    private final List<Node.Mapping> nodes = new ArrayList<>();

    private final List<PullSecret> secrets = new ArrayList<>();
    private final List<SkippedObject> skipped = new ArrayList<>();
    private final List<RefusedResource> refused = new ArrayList<>();
    private final Set<String> unclear = new LinkedHashSet<>();
    private final Map<String, SourcePosition> identities = new HashMap<>();

    /** The files by name. */
    private final Map<String, String> texts = new LinkedHashMap<>();

    private ResourceReader(ReadOptions options, boolean keeps) {
        this.options = options;
        this.keeps = keeps;
    }

    /**
     * What was read, and how it was written.
     *
     * @param nodes each of the resources as it was written
     * @param texts the files by name
     */
    record Loaded(ResourceSet set, List<Node.Mapping> nodes, Map<String, String> texts) {}

    /** Reads files and directories together, and keeps what was written. */
    static Loaded load(List<Path> paths, ReadOptions options) {
        ResourceReader reader = new ResourceReader(options, true);
        paths.forEach(reader::readPath);
        return reader.loaded(paths.isEmpty() ? "" : paths.get(0).toString());
    }

    /** Reads bytes that are in no file, and keeps what was written. */
    static Loaded load(String name, byte[] bytes, ReadOptions options) {
        ResourceReader reader = new ResourceReader(options, true);
        reader.readBytes(name, bytes, Path.of(""));
        return reader.loaded(name);
    }

    private Loaded loaded(String name) {
        return new Loaded(result(name), List.copyOf(nodes), texts);
    }

    /** Reads a file or directory with {@link ReadOptions#DEFAULT}. */
    public static ResourceSet read(Path path) {
        return read(path, ReadOptions.DEFAULT);
    }

    /** Reads a file or directory. */
    public static ResourceSet read(Path path, ReadOptions options) {
        return read(List.of(path), options);
    }

    /** Reads files and directories as one: no two of their resources may have one name. */
    public static ResourceSet read(List<Path> paths, ReadOptions options) {
        ResourceReader reader = new ResourceReader(options, false);
        paths.forEach(reader::readPath);
        return reader.result(
                String.join(", ", paths.stream().map(Path::toString).toList()));
    }

    /**
     * Reads bytes that are in no file.
     *
     * @param name what messages call them; JSON when it ends in {@code .json}
     * @param bytes the content; not kept
     */
    public static ResourceSet read(String name, byte[] bytes, ReadOptions options) {
        ResourceReader reader = new ResourceReader(options, false);
        Path base = options.baseDirectory();
        reader.readBytes(name, bytes, base == null ? Path.of("") : base);
        return reader.result(name);
    }

    private ResourceSet result(String name) {
        if (resources.isEmpty() && secrets.isEmpty() && problems.errorCount() == 0) {
            problems.warning("file.empty", SourcePosition.whole(name), "", null, "holds no resource", kinds());
        }
        return new ResourceSet(resources, secrets, problems.list(), skipped, refused, unclear);
    }

    private void fileError(String rule, String file, String message, String expected) {
        unclear.add(file);
        problems.error(rule, SourcePosition.whole(file), "", null, message, expected);
    }

    private void readPath(Path path) {
        if (Files.isDirectory(path)) {
            readDirectory(path);
        } else if (Files.exists(path)) {
            readFile(path);
        } else {
            fileError("file.missing", path.toString(), "no such file", "a YAML or JSON file, or a directory of them");
        }
    }

    private void readDirectory(Path directory) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, ResourceReader::isResourceFile)) {
            for (Path entry : entries) {
                files.add(entry);
                if (files.size() > ReadLimits.FILES) {
                    fileError("limit.files", directory.toString(), "too many files", "at most " + ReadLimits.FILES);
                    return;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            fileError(
                    "file.unreadable",
                    directory.toString(),
                    "cannot be listed: " + e.getMessage(),
                    "a readable directory");
        }
        files.sort((a, b) -> fileName(a).compareTo(fileName(b)));
        files.forEach(this::readFile);
    }

    private static String fileName(Path path) {
        Path name = path.getFileName();
        return name == null ? "" : name.toString();
    }

    private static boolean isResourceFile(Path path) {
        String name = fileName(path);
        String lower = name.toLowerCase(Locale.ROOT);
        return !name.startsWith(".")
                && (lower.endsWith(".yaml") || lower.endsWith(".yml") || lower.endsWith(".json"))
                && Files.isRegularFile(path);
    }

    private void readFile(Path file) {
        String name = file.toString();
        Path base = options.baseDirectory();
        if (base == null) {
            Path parent = file.toAbsolutePath().getParent();
            base = parent == null ? file.toAbsolutePath() : parent;
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(ReadLimits.FILE_BYTES + 1);
        } catch (IOException e) {
            fileError("file.unreadable", name, "cannot be read: " + e.getMessage(), "a readable file");
            return;
        }
        readBytes(name, bytes, base);
    }

    private void readBytes(String file, byte[] bytes, Path baseDirectory) {
        int problemsBefore = problems.size();
        int errorsBefore = problems.errorCount();
        if (bytes.length == 0) {
            // Perhaps somebody is about to write it: it does not say that its resources are to go.
            unclear.add(file);
        }
        if (bytes.length > ReadLimits.FILE_BYTES) {
            fileError("limit.fileBytes", file, "too long", "at most " + ReadLimits.FILE_BYTES + " bytes");
            return;
        }
        String text = SourceText.decode(file, bytes, problems);
        if (text == null) {
            unclear.add(file);
        } else {
            if (keeps) {
                texts.put(file, text);
            }
            boolean json = file.toLowerCase(Locale.ROOT).endsWith(".json");
            List<Document> documents =
                    json ? JsonDocuments.read(file, text, problems) : YamlDocuments.read(file, text, problems);
            if (problems.errorCount() != errorsBefore) {
                unclear.add(file);
            }
            for (Document document : documents) {
                readObject(document.root(), "", document.sound(), baseDirectory);
            }
        }
        problems.sortFrom(problemsBefore);
    }

    /** Reads one object: a resource, a list of them, or something that is none of ours. */
    private void readObject(Node node, String path, boolean sound, Path baseDirectory) {
        if (node instanceof Node.Nothing && path.isEmpty()) {
            return;
        }
        Field object = new Field(path, node, problems);
        Fields fields = object.mapping("object");
        String apiVersion = fields == null ? null : word(fields, "apiVersion");
        String kind = fields == null ? null : word(fields, "kind");
        if (fields == null || apiVersion == null || kind == null) {
            unclear.add(node.position().file());
            return;
        }
        Kind known = Kind.of(kind);
        if (known != null) {
            readKnown(known, fields, apiVersion, sound, baseDirectory);
        } else if (kind.equals(PullSecret.KIND) && apiVersion.equals(PullSecret.API_VERSION)) {
            readSecret(fields, sound);
        } else if (isList(kind, apiVersion)) {
            Field items = fields.get("items");
            if (items != null) {
                items.sequence("object").forEach(item -> readObject(item.node(), item.path(), sound, baseDirectory));
            }
        } else if (apiVersion.startsWith("extensions.istio.io/") || isMisspelt(kind)) {
            refuse(fields, "kind", "is unknown", kinds());
        } else {
            LOG.debug("{}: {} {} is none of ours", fields.position(), apiVersion, kind);
            skipped.add(new SkippedObject(fields.position(), apiVersion, kind));
        }
    }

    private static boolean isList(String kind, String apiVersion) {
        boolean secrets = kind.equals(PullSecret.KIND + "List") && apiVersion.equals(PullSecret.API_VERSION);
        return secrets || kind.equals("List") || Kind.ofList(kind, apiVersion) != null;
    }

    private static boolean isMisspelt(String kind) {
        return Stream.of(Kind.values()).anyMatch(known -> known.word().equalsIgnoreCase(kind));
    }

    private static String kinds() {
        return WasmPlugin.KIND + ", " + WasmPlugin.TRAFFIC_EXTENSION + " or " + ServiceMeshExtension.KIND;
    }

    private void readKnown(Kind kind, Fields fields, String apiVersion, boolean sound, Path baseDirectory) {
        int problemsBefore = problems.size();
        PluginResource resource = null;
        if (kind.apiVersions().contains(apiVersion)) {
            int errorsBefore = problems.errorCount();
            checkUnique(kind.name(), fields);
            resource = kind == Kind.SERVICE_MESH_EXTENSION
                    ? new ServiceMeshExtensionReader(fields, apiVersion, options, baseDirectory).read(errorsBefore)
                    : new WasmPluginReader(kind, fields, options, baseDirectory).read(errorsBefore);
        } else {
            refuse(fields, "apiVersion", "is unknown", String.join(", ", kind.apiVersions()));
        }
        if (resource != null && sound) {
            resources.add(resource);
            if (keeps) {
                nodes.add(fields.node());
            }
            return;
        }
        noteRefused(kind.word(), fields, problemsBefore);
    }

    private void noteRefused(String kind, Fields fields, int problemsBefore) {
        EnvelopeReader.Identity identity = EnvelopeReader.identity(fields, options);
        if (identity == null) {
            unclear.add(fields.position().file());
            return;
        }
        List<Problem> errors =
                problems.since(problemsBefore).stream().filter(Problem::isError).toList();
        refused.add(new RefusedResource(kind, identity.name(), fields.position(), errors));
    }

    /** Reads a Secret; one that is not for registries is noted, for who names it all the same, and left alone. */
    private void readSecret(Fields fields, boolean sound) {
        if (!PullSecretReader.isForRegistries(fields)) {
            EnvelopeReader.Identity identity = EnvelopeReader.identity(fields, options);
            if (identity != null) {
                String[] name = identity.name().split("/", 2);
                String type = PullSecretReader.type(fields);
                secrets.add(new PullSecret(name[0], name[1], type, Map.of(), fields.position()));
            }
            return;
        }
        int problemsBefore = problems.size();
        checkUnique(PullSecret.KIND, fields);
        PullSecret secret = new PullSecretReader(fields, options).read();
        boolean good = problems.since(problemsBefore).stream().noneMatch(Problem::isError);
        if (secret != null && sound && good) {
            secrets.add(secret);
        } else {
            noteRefused(PullSecret.KIND, fields, problemsBefore);
        }
    }

    private void checkUnique(String kind, Fields fields) {
        EnvelopeReader.Identity identity = EnvelopeReader.identity(fields, options);
        if (identity == null) {
            return;
        }
        SourcePosition before = identities.putIfAbsent(kind + " " + identity.name(), identity.position());
        if (before != null) {
            String message = Words.quote(identity.name()) + " stands at " + before + " already";
            problems.error(
                    "V-40", identity.position(), "metadata.name", null, message, "each name once in a namespace");
        }
    }

    private static void refuse(Fields fields, String name, String message, String expected) {
        Field field = fields.get(name);
        if (field != null) {
            field.errorWithValue("object", message, expected);
        }
    }

    private static @Nullable String word(Fields fields, String name) {
        Field field = fields.get(name);
        if (field == null) {
            fields.missing(name, "object", name.equals("kind") ? kinds() : WasmPlugin.API_VERSION);
            return null;
        }
        return field.text("object");
    }
}
