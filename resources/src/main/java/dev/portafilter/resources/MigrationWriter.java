package dev.portafilter.resources;

import dev.portafilter.resources.Attachment.Mode;
import dev.portafilter.resources.Attachment.TrafficMatch;
import dev.portafilter.resources.Migration.Item;
import dev.portafilter.resources.ModuleReference.PullPolicy;
import dev.portafilter.resources.Problem.Severity;
import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.Phase;
import dev.portafilter.runtime.plugin.PluginType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the tree of a WasmPlugin or TrafficExtension, in the order in which fields are usually written. */
final class MigrationWriter {
    private static final Set<String> OF_THE_SERVER = Set.of(
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "managedFields",
            "ownerReferences",
            "selfLink");
    private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

    private final Migration.Options options;
    private final List<Problem> problems;
    private final MigrationNotes notes;

    MigrationWriter(Migration.Options options, List<Problem> problems, MigrationNotes notes) {
        this.options = options;
        this.problems = problems;
        this.notes = notes;
    }

    Map<String, Object> tree(Item item, @Nullable Long priority) {
        Kind kind = Migration.kindOf(item, options);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("apiVersion", WasmPlugin.API_VERSION);
        tree.put("kind", kind.word());
        tree.put("metadata", metadata(item));
        tree.put(
                "spec", kind == Kind.TRAFFIC_EXTENSION ? trafficExtension(item, priority) : wasmPlugin(item, priority));
        if (item.resource().model() instanceof ServiceMeshExtension extension) {
            notes.extension(
                    item.resource().identity(),
                    extension.module().url().text(),
                    item.resource().spec().phase());
        }
        return tree;
    }

    private Map<String, Object> metadata(Item item) {
        Map<String, Object> kept = new LinkedHashMap<>();
        Map<String, Node.Member> written = members(item.written(), "metadata");
        for (String name : List.of("name", "namespace", "labels", "annotations")) {
            Node.Member member = written.get(name);
            if (member == null || member.value() instanceof Node.Nothing) {
                continue;
            }
            if (member.value() instanceof Node.Mapping mapping) {
                Map<String, Node.Member> members = new LinkedHashMap<>(mapping.members());
                members.remove(LAST_APPLIED);
                if (!members.isEmpty()) {
                    kept.put(name, YamlText.value(new Node.Mapping(members, mapping.position())));
                }
            } else {
                kept.put(name, YamlText.value(member.value()));
            }
        }
        written.forEach((name, member) -> {
            if (!kept.containsKey(name)
                    && !OF_THE_SERVER.contains(name)
                    && !Set.of("labels", "annotations", "namespace").contains(name)) {
                warn("migrate.metadata", member.keyPosition(), Words.path("metadata", name), "is left out");
            }
        });
        return kept;
    }

    private Map<String, Object> wasmPlugin(Item item, @Nullable Long priority) {
        Map<String, Object> spec = attachment(item);
        putModule(item, spec);
        putOrder(item, priority, spec);
        putRunning(item, spec);
        putMatch(item, spec);
        putConfiguration(item, spec);
        return spec;
    }

    private Map<String, Object> trafficExtension(Item item, @Nullable Long priority) {
        Map<String, Object> spec = attachment(item);
        putOrder(item, priority, spec);
        putMatch(item, spec);
        Map<String, Object> wasm = new LinkedHashMap<>();
        putModule(item, wasm);
        putRunning(item, wasm);
        putConfiguration(item, wasm);
        spec.put("wasm", wasm);
        return spec;
    }

    private static Map<String, Object> attachment(Item item) {
        Map<String, Object> spec = new LinkedHashMap<>();
        Attachment attachment = item.resource().model().attachment();
        Map<String, String> selector = attachment.selector();
        if (selector != null && !selector.isEmpty()) {
            spec.put("selector", mapOf("matchLabels", new LinkedHashMap<>(selector)));
        }
        List<Object> targets = new ArrayList<>();
        for (Attachment.TargetReference target : attachment.targetRefs()) {
            Map<String, Object> reference = mapOf("kind", target.kind());
            if (!target.group().isEmpty()) {
                reference.put("group", target.group());
            }
            reference.put("name", target.name());
            targets.add(reference);
        }
        if (!targets.isEmpty()) {
            spec.put("targetRefs", targets);
        }
        return spec;
    }

    private void putModule(Item item, Map<String, Object> into) {
        ModuleReference module = item.resource().model().module();
        into.put("url", module.url().text());
        if (!module.sha256().isEmpty()) {
            into.put("sha256", module.sha256());
        }
        Node.Member key = item.extension() ? null : moduleFields(item).get("verificationKey");
        if (key != null && key.value() instanceof Node.Text) {
            into.put("verificationKey", YamlText.value(key.value()));
        }
        if (module.pullPolicy() != PullPolicy.UNSPECIFIED) {
            into.put("imagePullPolicy", ModuleReader.PULL_POLICY.wordOf(module.pullPolicy()));
        }
        List<String> secrets = module.imagePullSecrets();
        if (!secrets.isEmpty()) {
            into.put("imagePullSecret", secrets.get(0));
        }
        if (secrets.size() > 1) {
            String rest = String.join(", ", secrets.subList(1, secrets.size()));
            warn(
                    "migrate.secrets",
                    item.resource().position(),
                    "spec.imagePullSecrets",
                    "only the first is kept; left out: " + rest);
        }
    }

    private static void putOrder(Item item, @Nullable Long priority, Map<String, Object> into) {
        Phase phase = MigrationOrder.target(item.resource().spec().phase());
        if (phase != Phase.UNSPECIFIED) {
            into.put("phase", WasmPluginReader.PHASE.wordOf(phase));
        }
        if (priority != null) {
            into.put("priority", priority);
        }
    }

    /** How the plugin runs. */
    private void putRunning(Item item, Map<String, Object> into) {
        if (item.extension()) {
            if (options.keepRootId()) {
                into.put("pluginName", item.resource().spec().rootId());
            }
            return;
        }
        WasmPlugin plugin = item.resource().wasmPlugin();
        if (!plugin.pluginName().isEmpty()) {
            into.put("pluginName", plugin.pluginName());
        }
        if (plugin.failStrategy() != FailurePolicy.FAIL_CLOSED) {
            into.put("failStrategy", WasmPluginReader.FAIL_STRATEGY.wordOf(plugin.failStrategy()));
        }
        if (plugin.attachment().type() != PluginType.HTTP) {
            into.put("type", plugin.attachment().type().name());
        }
        List<Object> variables = new ArrayList<>();
        for (WasmPlugin.EnvironmentVariable variable : plugin.env()) {
            Map<String, Object> entry = mapOf("name", variable.name());
            entry.put(variable.fromHost() ? "valueFrom" : "value", variable.fromHost() ? "HOST" : variable.value());
            variables.add(entry);
        }
        if (!variables.isEmpty()) {
            into.put("vmConfig", mapOf("env", variables));
        }
    }

    private void putMatch(Item item, Map<String, Object> into) {
        List<Object> matches = new ArrayList<>();
        if (!item.extension()) {
            item.resource().model().attachment().match().forEach(match -> matches.add(match(match)));
        } else if (options.inboundOnly()) {
            matches.add(match(new TrafficMatch(Mode.SERVER, Set.of())));
        }
        if (!matches.isEmpty()) {
            into.put("match", matches);
        }
    }

    private static Map<String, Object> match(TrafficMatch match) {
        Map<String, Object> entry = new LinkedHashMap<>();
        if (match.mode() != Mode.CLIENT_AND_SERVER) {
            entry.put("mode", AttachmentReader.MODE.wordOf(match.mode()));
        }
        List<Object> ports = new ArrayList<>();
        match.ports().forEach(port -> ports.add(mapOf("number", port)));
        if (!ports.isEmpty()) {
            entry.put("ports", ports);
        }
        return entry;
    }

    private void putConfiguration(Item item, Map<String, Object> into) {
        Node.Mapping object = null;
        if (item.resource().model() instanceof ServiceMeshExtension extension) {
            Node.Member member = members(item.written(), "spec").get("config");
            if (member != null && member.value() instanceof Node.Text text) {
                object = JsonDocuments.object(text.value());
            } else if (member != null && member.value() instanceof Node.Mapping mapping) {
                object = mapping;
            }
            if (member != null && extension.config().equals("{}")) {
                warn(
                        "migrate.emptyConfig",
                        member.keyPosition(),
                        "spec.config",
                        "is left out: the plugin read {} and reads nothing now");
            }
        } else {
            Node.Member member = moduleFields(item).get("pluginConfig");
            object = member != null && member.value() instanceof Node.Mapping mapping ? mapping : null;
        }
        if (object != null && !object.members().isEmpty()) {
            into.put("pluginConfig", YamlText.value(object));
        }
    }

    private static Map<String, Node.Member> moduleFields(Item item) {
        Map<String, Node.Member> spec = members(item.written(), "spec");
        boolean nested = Kind.of(item.resource().kind()) == Kind.TRAFFIC_EXTENSION;
        Node.Member wasm = nested ? spec.get("wasm") : null;
        return wasm != null && wasm.value() instanceof Node.Mapping mapping ? mapping.members() : spec;
    }

    private static Map<String, Node.Member> members(Node.Mapping mapping, String name) {
        Node.Member member = mapping.members().get(name);
        return member != null && member.value() instanceof Node.Mapping inner ? inner.members() : Map.of();
    }

    private static Map<String, Object> mapOf(String name, Object value) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(name, value);
        return map;
    }

    private void warn(String rule, SourcePosition position, String field, String message) {
        problems.add(new Problem(Severity.WARNING, rule, position, field, message, null, null));
    }
}
