package dev.portafilter.resources;

import dev.portafilter.resources.Attachment.Mode;
import dev.portafilter.resources.Attachment.TargetReference;
import dev.portafilter.resources.Attachment.TrafficMatch;
import dev.portafilter.runtime.plugin.PluginType;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the fields that say what a plugin is for: rules V-13 to V-21 and V-28 to V-30. */
final class AttachmentReader {
    private static final int LABELS = 4096;
    private static final int LABEL_CHARACTERS = 63;
    private static final int TARGETS = 16;
    private static final int TARGET_CHARACTERS = 253;
    private static final int KIND_CHARACTERS = 63;
    private static final BigInteger MOST_PORT = BigInteger.valueOf(65_535);
    private static final Set<String> TARGET_KINDS = Set.of(
            "/Service",
            "core/Service",
            "networking.istio.io/ServiceEntry",
            "gateway.networking.k8s.io/Gateway",
            "gateway.networking.k8s.io/GatewayClass");
    static final Choice<Mode> MODE = Choice.of(
            Map.entry("UNDEFINED", Mode.CLIENT_AND_SERVER),
            Map.entry("CLIENT", Mode.CLIENT),
            Map.entry("SERVER", Mode.SERVER),
            Map.entry("CLIENT_AND_SERVER", Mode.CLIENT_AND_SERVER));
    static final Choice<PluginType> TYPE = Choice.of(
            Map.entry("UNSPECIFIED_PLUGIN_TYPE", PluginType.HTTP),
            Map.entry("HTTP", PluginType.HTTP),
            Map.entry("NETWORK", PluginType.NETWORK));

    private final boolean strict;

    private AttachmentReader(boolean strict) {
        this.strict = strict;
    }

    /**
     * Reads a WasmPlugin or TrafficExtension.
     *
     * @param wasm where the fields of the module are
     */
    static Attachment read(Kind kind, Fields spec, Fields wasm, ReadOptions options) {
        AttachmentReader reader = new AttachmentReader(options.strict());
        Field selector = spec.get("selector");
        Field single = kind == Kind.TRAFFIC_EXTENSION ? null : spec.get("targetRef");
        Field several = spec.get("targetRefs");
        boolean severalIsEmpty = several == null
                || several.node() instanceof Node.Sequence sequence
                        && sequence.items().isEmpty();
        int ways = (selector == null ? 0 : 1) + (single == null ? 0 : 1) + (severalIsEmpty ? 0 : 1);
        if (ways > 1) {
            Field last = !severalIsEmpty && several != null ? several : single;
            if (last != null) {
                last.error(
                        "V-13",
                        "stands beside another one",
                        kind == Kind.TRAFFIC_EXTENSION
                                ? "only one of selector and targetRefs"
                                : "only one of selector, targetRef and targetRefs");
            }
        }
        List<TargetReference> targets = new ArrayList<>();
        if (single != null) {
            reader.target(single, targets);
        }
        if (several != null) {
            List<Field> items = several.sequence("V-18");
            if (items.size() > TARGETS) {
                several.error("V-21", "has " + items.size() + " entries", "at most " + TARGETS);
            }
            items.forEach(item -> reader.target(item, targets));
        }
        return new Attachment(
                selector == null ? null : reader.labels(selector, "matchLabels"),
                List.copyOf(targets),
                reader.matches(spec.get("match")),
                TYPE.read(wasm.get("type")));
    }

    /** Reads a ServiceMeshExtension, whose selector must have labels, and which says nothing about traffic. */
    static Attachment readExtension(Fields spec, ReadOptions options) {
        AttachmentReader reader = new AttachmentReader(options.strict());
        Field selector = spec.get("workloadSelector");
        if (selector != null && selector.node() instanceof Node.Mapping mapping) {
            Fields fields = new Fields(mapping, selector.path(), selector.problems());
            if (fields.get("labels") == null) {
                fields.missing("labels", "sme.labels", "the labels of workloads, or no workloadSelector");
                return new Attachment(Map.of(), List.of(), List.of(TrafficMatch.OF_EXTENSIONS), PluginType.HTTP);
            }
        }
        return new Attachment(
                selector == null ? null : reader.labels(selector, "labels"),
                List.of(),
                List.of(TrafficMatch.OF_EXTENSIONS),
                PluginType.HTTP);
    }

    private Map<String, String> labels(Field selector, String name) {
        Map<String, String> labels = new LinkedHashMap<>();
        Fields fields = selector.mapping("V-14");
        if (fields == null) {
            return labels;
        }
        Field matchLabels = fields.get(name);
        fields.reportUnknown(strict);
        Fields members = matchLabels == null ? null : matchLabels.mapping("V-14");
        if (members == null || members.node().members().isEmpty()) {
            selector.warning("V-17", "has no labels and selects every workload in scope", null);
            return labels;
        }
        Set<String> keys = members.node().members().keySet();
        if (keys.size() > LABELS) {
            selector.error("V-16", "has " + keys.size() + " labels", "at most " + LABELS);
        }
        for (String key : keys) {
            Field value = members.getOrNull(key);
            if (value == null) {
                continue;
            }
            if (key.isEmpty()) {
                value.error("V-14", "is a label with an empty name", "a name");
            }
            if (key.indexOf('*') >= 0) {
                value.error("V-15", "is a label with * in its name", "the name itself: there are no patterns");
            }
            String text = value.text("V-16");
            if (text != null) {
                checkLabel(value, text);
                labels.put(key, text);
            }
        }
        return labels;
    }

    private static void checkLabel(Field value, String text) {
        if (text.indexOf('*') >= 0) {
            value.errorWithValue("V-15", "has * in it", "the value itself: there are no patterns");
        }
        if (text.length() > LABEL_CHARACTERS) {
            value.errorWithValue("V-16", "has " + text.length() + " characters", "at most " + LABEL_CHARACTERS);
        }
    }

    private void target(Field field, List<TargetReference> into) {
        Fields fields = field.mapping("V-18");
        if (fields == null) {
            return;
        }
        String kind = required(fields, "kind", KIND_CHARACTERS);
        String name = required(fields, "name", TARGET_CHARACTERS);
        Field groupField = fields.get("group");
        String group = groupField == null ? "" : groupField.text("V-20");
        Field namespace = fields.get("namespace");
        if (namespace != null
                && !(namespace.node() instanceof Node.Text text && text.value().isEmpty())) {
            namespace.errorWithValue("V-19", "is set", "no namespace: targets are in the plugin's own");
        }
        fields.reportUnknown(strict);
        if (kind == null || name == null || group == null) {
            return;
        }
        if (!TARGET_KINDS.contains(group + "/" + kind)) {
            String shown = Words.quote((group.isEmpty() ? "" : group + "/") + kind);
            field.error(
                    "V-20",
                    "names the unknown kind " + shown,
                    "Service, networking.istio.io/ServiceEntry, gateway.networking.k8s.io/Gateway or"
                            + " gateway.networking.k8s.io/GatewayClass");
        }
        into.add(new TargetReference(group, kind, name));
    }

    private static @Nullable String required(Fields fields, String name, int mostCharacters) {
        Field field = fields.get(name);
        if (field == null) {
            fields.missing(name, "V-18", "1 to " + mostCharacters + " characters");
            return null;
        }
        return field.text("V-18", mostCharacters);
    }

    private List<TrafficMatch> matches(@Nullable Field field) {
        List<TrafficMatch> matches = new ArrayList<>();
        if (field != null) {
            for (Field entry : field.sequence("V-28")) {
                Fields fields = entry.mapping("V-28");
                if (fields != null) {
                    matches.add(new TrafficMatch(MODE.read(fields.get("mode")), ports(fields.get("ports"))));
                    fields.reportUnknown(strict);
                }
            }
        }
        return List.copyOf(matches);
    }

    private Set<Integer> ports(@Nullable Field field) {
        Set<Integer> ports = new LinkedHashSet<>();
        if (field == null) {
            return ports;
        }
        for (Field entry : field.sequence("V-28")) {
            Fields fields = entry.mapping("V-28");
            if (fields == null) {
                continue;
            }
            Field number = fields.get("number");
            fields.reportUnknown(strict);
            if (number == null) {
                fields.missing("number", "V-29", "1..65535");
                continue;
            }
            BigInteger port = number.integer("V-29");
            if (port == null) {
                continue;
            }
            if (port.signum() <= 0 || port.compareTo(MOST_PORT) > 0) {
                number.errorWithValue("V-29", "is no port", "1..65535");
            } else if (!ports.add(port.intValue())) {
                number.errorWithValue("V-30", "stands twice in one entry", "each port once");
            }
        }
        return ports;
    }
}
