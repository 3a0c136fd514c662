package dev.portafilter.resources;

import dev.portafilter.resources.Problem.Severity;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.Phase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes resources as the kind that came after theirs: a ServiceMeshExtension as a WasmPlugin, both as a TrafficExtension.
 * What is migrated together keeps its order. A resource that cannot be migrated is a problem of its own and the others are
 * written all the same. Source: WasmPlugin reference, sections 3.5 to 3.9.
 */
public final class Migration {
    /** The kind that is written; resources of it, and of newer kinds, are written as they are. */
    public enum Target {
        /** WasmPlugin. */
        WASM_PLUGIN,
        /** TrafficExtension. */
        TRAFFIC_EXTENSION;

        Kind kind() {
            return this == WASM_PLUGIN ? Kind.WASM_PLUGIN : Kind.TRAFFIC_EXTENSION;
        }
    }

    /**
     * How a ServiceMeshExtension is written.
     *
     * @param target the kind that is written
     * @param omitPriority whether the priority is left out where the order does not need it
     * @param keepRootId whether the plugin keeps the root id that it had
     * @param inboundOnly whether the plugin sees only what a sidecar receives; it leaves out gateways
     * @param phase the phase of those that name none, in the words of a ServiceMeshExtension; null for none
     */
    public record Options(
            Target target,
            boolean omitPriority,
            boolean keepRootId,
            boolean inboundOnly,
            @Nullable String phase) {
        /** To WasmPlugin, with priorities, without what would have to be asked for. */
        public static final Options DEFAULT = new Options(Target.WASM_PLUGIN, false, false, false, null);

        /** Checks the phase. */
        public Options {
            if (phase != null && ServiceMeshExtension.PHASE.ofWord(phase) == null) {
                throw new IllegalArgumentException("phase: " + Words.quote(phase) + " is no phase (expected: "
                        + ServiceMeshExtension.PHASE.listed() + ")");
            }
        }

        /** The same with another target. */
        public Options withTarget(Target value) {
            return new Options(value, omitPriority, keepRootId, inboundOnly, phase);
        }
    }

    /**
     * One file, written anew.
     *
     * @param source the file that was read, as it was named
     * @param text YAML, a document for each resource, in the order of the file
     */
    public record MigratedFile(String source, String text) {}

    /**
     * What came of it.
     *
     * @param files the files that hold a resource that could be migrated
     * @param problems errors, each a resource or file that is not in {@link #files}, and warnings
     * @param notes what changes, and what is left to do, a sentence each
     */
    public record Result(List<MigratedFile> files, List<Problem> problems, List<String> notes) {
        /** Whether something could not be migrated. */
        public boolean hasErrors() {
            return problems.stream().anyMatch(Problem::isError);
        }
    }

    /** A resource that can be migrated, as it was written. */
    record Item(PluginResource resource, Node.Mapping written) {
        boolean extension() {
            return resource.model() instanceof ServiceMeshExtension;
        }
    }

    /** Modules are not loaded: each can be had. */
    private static final ModuleLocator ANYWHERE = new ModuleLocator() {
        @Override
        public boolean loads(ModuleUrl.Scheme scheme) {
            return true;
        }

        @Override
        public boolean verifiesSignatures() {
            return true;
        }

        @Override
        public ModuleSource locate(ModuleReference module, String namespace, Path baseDirectory) {
            return ModuleSource.of(new byte[0]);
        }
    };

    private static final ReadOptions READING =
            ReadOptions.DEFAULT.toBuilder().modules(ANYWHERE).build();

    private final Options options;
    private final ResourceReader.Loaded loaded;
    private final List<Problem> problems = new ArrayList<>();
    private final MigrationNotes notes = new MigrationNotes();

    private Migration(ResourceReader.Loaded loaded, Options options) {
        this.loaded = loaded;
        this.options = options;
    }

    /** Migrates files, and the files of directories. */
    public static Result of(List<Path> paths, Options options) {
        return new Migration(ResourceReader.load(paths, READING), options).run();
    }

    /**
     * Migrates bytes that are in no file.
     *
     * @param name what messages call them; JSON when it ends in {@code .json}
     * @param bytes the content; not kept
     */
    public static Result of(String name, byte[] bytes, Options options) {
        return new Migration(ResourceReader.load(name, bytes, READING), options).run();
    }

    private Result run() {
        for (Problem problem : loaded.set().problems()) {
            if (!problem.rule().equals("sme.deprecated")) {
                problems.add(problem);
            }
        }
        loaded.set().skipped().forEach(object -> reportSkipped(object.position(), object.kind()));
        loaded.set().secrets().forEach(secret -> reportSkipped(secret.position(), PullSecret.KIND));
        List<Item> items = unique(placed());
        Map<Item, @Nullable Long> priorities = new MigrationOrder(options, problems, notes).priorities(items);
        MigrationWriter writer = new MigrationWriter(options, problems, notes);
        Map<String, StringBuilder> texts = new LinkedHashMap<>();
        for (Item item : items) {
            String text = checked(item, YamlText.of(writer.tree(item, priorities.get(item))));
            if (text != null) {
                StringBuilder file =
                        texts.computeIfAbsent(item.resource().position().file(), name -> new StringBuilder());
                file.append(file.length() == 0 ? "" : "---\n").append(text);
            }
        }
        loaded.texts().forEach((file, text) -> problems.addAll(Comments.notCarriedOver(file, text)));
        List<MigratedFile> files = new ArrayList<>();
        texts.forEach((file, text) -> files.add(new MigratedFile(file, text.toString())));
        return new Result(List.copyOf(files), List.copyOf(problems), notes.sentences(options));
    }

    private void reportSkipped(SourcePosition position, String kind) {
        problems.add(new Problem(
                Severity.WARNING,
                "migrate.kind",
                position,
                "kind",
                "is left out: it is no extension",
                Words.quote(kind),
                null));
    }

    /** The resources whose phase is known and whose configuration other kinds can hold. */
    private List<Item> placed() {
        List<Item> items = new ArrayList<>();
        Phase fallback = options.phase == null ? null : ServiceMeshExtension.PHASE.ofWord(options.phase);
        List<PluginResource> resources = loaded.set().resources();
        for (int i = 0; i < resources.size(); i++) {
            PluginResource resource = resources.get(i);
            if (resource.pending() && fallback != null) {
                resource = resource.withManifest(new Manifest(fallback, null, ""));
            }
            boolean raw = resource.model() instanceof ServiceMeshExtension extension && extension.rawConfig();
            if (resource.pending()) {
                refuse(
                        resource,
                        "migrate.phase",
                        "spec.phase",
                        "is not set: the image says it, and is not read here",
                        "spec.phase, or --phase and what manifest.yaml of the image says");
            }
            if (raw) {
                refuse(
                        resource,
                        "migrate.config",
                        "spec.config",
                        "is text that is no JSON object, which spec.pluginConfig cannot hold",
                        "a filter that takes an object, and the object here");
            }
            if (!raw && !resource.pending()) {
                items.add(new Item(resource, loaded.nodes().get(i)));
            }
        }
        return items;
    }

    /** Leaves out resources that would get the kind, namespace and name of another one. */
    private List<Item> unique(List<Item> items) {
        Map<String, PluginResource> own = new HashMap<>();
        for (Item item : items) {
            if (kindOf(item, options) == Kind.of(item.resource().kind())) {
                own.put(item.resource().kind() + " " + item.resource().identity(), item.resource());
            }
        }
        List<Item> unique = new ArrayList<>();
        for (Item item : items) {
            PluginResource resource = item.resource();
            String name = kindOf(item, options).word() + " " + resource.identity();
            PluginResource before = own.putIfAbsent(name, resource);
            if (before == null || before.equals(resource)) {
                unique.add(item);
            } else {
                refuse(
                        resource,
                        "migrate.name",
                        "metadata.name",
                        "would become a second " + name + ", which stands at " + before.position(),
                        "another name, or one of the two");
            }
        }
        return unique;
    }

    /** The kind that is written for a resource: the newer one of its own and the target. */
    static Kind kindOf(Item item, Options options) {
        Kind own = Kind.of(item.resource().kind());
        Kind target = options.target().kind();
        return own == null || own.compareTo(target) < 0 ? target : own;
    }

    private void refuse(PluginResource resource, String rule, String field, String message, String expected) {
        problems.add(new Problem(Severity.ERROR, rule, resource.position(), field, message, null, expected));
    }

    /** The text when it reads as what was meant; null after an error. */
    private @Nullable String checked(Item item, @Nullable String text) {
        ResourceSet again =
                ResourceReader.read("", (text == null ? "" : text).getBytes(StandardCharsets.UTF_8), READING);
        boolean same = !again.hasErrors() && again.resources().size() == 1;
        if (same) {
            WasmPlugin plugin = again.resources().get(0).wasmPlugin();
            ResourceModel model = item.resource().model();
            String config = model instanceof ServiceMeshExtension extension
                    ? extension.config()
                    : item.resource().wasmPlugin().pluginConfig();
            same = plugin.pluginConfig().equals(config.equals("{}") ? "" : config)
                    && plugin.metadata().name().equals(model.metadata().name());
        }
        if (!same) {
            refuse(
                    item.resource(),
                    "migrate.text",
                    "",
                    "has text that YAML cannot hold",
                    "printable characters in keys and values");
        }
        return same ? text : null;
    }
}
