package dev.portafilter.resources;

import dev.portafilter.runtime.plugin.Phase;
import java.math.BigInteger;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@code manifest.yaml} in the root of the image of a {@link ServiceMeshExtension}: which file is the module, and where it
 * stands in the chain unless the resource says so. Source: WasmPlugin reference, section 3.2.
 *
 * @param phase the phase; null only when the resource says phase and priority itself
 * @param priority the priority; null only when the resource says phase and priority itself
 * @param module the path of the module, relative to the root of the image
 */
public record Manifest(@Nullable Phase phase, @Nullable Long priority, String module) {
    /** The name of the file. */
    public static final String FILE = "manifest.yaml";
    /** A name that is accepted with a warning. */
    public static final String OTHER_FILE = "manifest.yml";

    private static final String RULE = "manifest.";
    private static final String SCHEMA_VERSION = "schemaVersion";

    /**
     * What was read.
     *
     * @param manifest the manifest; null when there are errors
     * @param problems errors and warnings; their rules begin with {@code manifest.}
     */
    public record Reading(@Nullable Manifest manifest, List<Problem> problems) {}

    /**
     * Finds and reads the manifest of an image.
     *
     * @param image what messages call the image
     * @param files the bytes of a file of the image by its path without leading slash, all layers merged; null for none
     * @param overridden whether the resource says phase and priority itself, so that the manifest may lack them
     */
    public static Reading find(String image, Function<String, byte @Nullable []> files, boolean overridden) {
        Problems problems = new Problems();
        String name = FILE;
        byte[] bytes = files.apply(name);
        if (bytes == null) {
            name = OTHER_FILE;
            bytes = files.apply(name);
            SourcePosition place = SourcePosition.whole(image);
            if (bytes == null) {
                problems.error(RULE + "missing", place, "", null, "has no " + FILE, FILE + " in the root of the image");
                return new Reading(null, problems.list());
            }
            problems.warning(RULE + "name", place, "", null, "has " + OTHER_FILE, FILE);
        }
        String place = image + "/" + name;
        Manifest manifest = read(place, bytes, overridden, problems);
        if (manifest != null && files.apply(manifest.module) == null) {
            problems.error(
                    RULE + "moduleNotFound",
                    SourcePosition.whole(place),
                    "module",
                    Words.quote(manifest.module),
                    "is not in the image",
                    "the path of a file");
            manifest = null;
        }
        return new Reading(manifest, problems.list());
    }

    /**
     * Reads the text of a manifest; whether the image has the module is not looked at.
     *
     * @param file what messages call it
     * @param bytes the text
     * @param overridden whether the resource says phase and priority itself, so that the manifest may lack them
     */
    public static Reading read(String file, byte[] bytes, boolean overridden) {
        Problems problems = new Problems();
        Manifest manifest = read(file, bytes, overridden, problems);
        return new Reading(manifest, problems.list());
    }

    /** The manifest as a file could hold it. */
    public String text() {
        StringBuilder text = new StringBuilder("schemaVersion: 1\n");
        if (phase != null) {
            text.append("phase: ").append(ServiceMeshExtension.phaseWord(phase)).append('\n');
        }
        if (priority != null) {
            text.append("priority: ").append(priority).append('\n');
        }
        Node.Text path = new Node.Text(module, false, SourcePosition.whole(FILE));
        return text.append("module: ").append(JsonText.of(path)).append('\n').toString();
    }

    private static @Nullable Manifest read(String file, byte[] bytes, boolean overridden, Problems problems) {
        Fields fields = fields(file, bytes, problems);
        if (fields == null) {
            return null;
        }
        int errorsBefore = problems.errorCount();
        checkSchemaVersion(fields);
        Field phaseField = required(fields, "phase", overridden);
        Phase phase = phaseField == null ? null : ServiceMeshExtension.PHASE.word(phaseField, RULE + "phase");
        Field priorityField = required(fields, "priority", overridden);
        Long priority = priorityField == null ? null : priorityField.longInteger(RULE + "priority");
        String module = module(required(fields, "module", false));
        if (module == null || problems.errorCount() != errorsBefore) {
            return null;
        }
        return new Manifest(phase, priority, module);
    }

    private static @Nullable Fields fields(String file, byte[] bytes, Problems problems) {
        Problems inText = new Problems();
        String text = SourceText.decode(file, bytes, inText);
        List<Document> documents = text == null ? List.of() : YamlDocuments.read(file, text, inText);
        for (Problem problem : inText.list()) {
            problems.error(
                    RULE + "parse",
                    problem.position(),
                    problem.field(),
                    problem.value(),
                    problem.message(),
                    problem.expected());
        }
        if (!inText.list().isEmpty()) {
            return null;
        }
        if (documents.size() == 1 && documents.get(0).root() instanceof Node.Mapping mapping) {
            return new Fields(mapping, "", problems);
        }
        SourcePosition position = documents.isEmpty()
                ? SourcePosition.whole(file)
                : documents.get(0).root().position();
        problems.error(
                RULE + "parse", position, "", null, "is no manifest", "one mapping with schemaVersion and module");
        return null;
    }

    private static void checkSchemaVersion(Fields fields) {
        Field version = required(fields, SCHEMA_VERSION, false);
        if (version == null) {
            return;
        }
        boolean text = version.node() instanceof Node.Text word && word.value().equals("1");
        boolean number = version.node() instanceof Node.Numeral numeral && BigInteger.ONE.equals(numeral.value());
        if (!text && !number) {
            version.errorWithValue(RULE + SCHEMA_VERSION, "is unknown", "1");
        }
    }

    /** The field; null after a problem when it is not there. */
    private static @Nullable Field required(Fields fields, String name, boolean optional) {
        Field field = fields.get(name);
        boolean empty = field != null
                && field.node() instanceof Node.Text text
                && text.value().isEmpty();
        if (field != null && !empty) {
            return field;
        }
        String message = empty ? "is empty" : "is missing";
        if (optional) {
            fields.problems()
                    .warning(RULE + name, fields.position(), name, null, message, "the default of spec." + name);
        } else {
            fields.problems().error(RULE + name, fields.position(), name, null, message, expected(name));
        }
        return null;
    }

    private static String expected(String name) {
        return switch (name) {
            case SCHEMA_VERSION -> "1";
            case "phase" -> ServiceMeshExtension.PHASE.listed();
            case "priority" -> "an integer";
            default -> "the path of the module in the image";
        };
    }

    /** The path without what a root may begin with; null after an error. */
    private static @Nullable String module(@Nullable Field field) {
        String text = field == null ? null : field.text(RULE + "module");
        if (field == null || text == null) {
            return null;
        }
        String path = text;
        while (path.startsWith("/") || path.startsWith("./")) {
            path = path.substring(path.startsWith("/") ? 1 : 2);
        }
        boolean leaves = List.of(path.split("/", -1)).contains("..");
        if (path.isEmpty() || leaves || path.indexOf('\0') >= 0) {
            field.errorWithValue(
                    RULE + "module",
                    leaves ? "leaves the root of the image" : "is no path",
                    "a path inside the image, without ..");
            return null;
        }
        return path;
    }
}
