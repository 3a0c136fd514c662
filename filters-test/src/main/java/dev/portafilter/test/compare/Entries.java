package dev.portafilter.test.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A mapping of a YAML file, taken entry by entry; what is left in the end is unknown and refused. Errors say where. */
final class Entries {
    private final String file;
    private final Node whole;
    private final String path;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Set<String> known = new TreeSet<>();

    private Entries(String file, Node node, String path) {
        this.file = file;
        this.whole = node;
        this.path = path;
        if (!(node instanceof MappingNode mapping)) {
            throw wrong(node, path.isEmpty() ? "the file" : path, "is no mapping", "entries with names");
        }
        for (NodeTuple entry : mapping.getValue()) {
            if (!(entry.getKeyNode() instanceof ScalarNode key)) {
                throw wrong(entry.getKeyNode(), path, "has a key that is no text", "names");
            }
            values.put(key.getValue(), entry.getValueNode());
        }
    }

    static Entries parse(String file, String text) {
        try {
            Node node = new Compose(LoadSettings.builder().setLabel(file).build())
                    .composeString(text)
                    .orElseThrow(() -> new ScenarioException(file + ": is empty (expected: exchanges)"));
            return new Entries(file, node, "");
        } catch (MarkedYamlEngineException e) {
            String where = e.getProblemMark()
                    .map(mark -> file + ":" + (mark.getLine() + 1))
                    .orElse(file);
            throw new ScenarioException(where + ": is no YAML (" + e.getProblem() + ")", e);
        }
    }

    private ScenarioException wrong(Node node, String name, String what, String expected) {
        String where = node.getStartMark()
                .map(mark -> file + ":" + (mark.getLine() + 1))
                .orElse(file);
        return new ScenarioException(where + " " + name + ": " + what + " (expected: " + expected + ")");
    }

    private String name(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private @Nullable Node take(String key) {
        known.add(key);
        return values.remove(key);
    }

    /** Refuses what nobody has asked for. */
    void end() {
        for (Map.Entry<String, Node> entry : values.entrySet()) {
            throw wrong(entry.getValue(), name(entry.getKey()), "is unknown", String.join(", ", known));
        }
    }

    /** An error about an entry's value. */
    ScenarioException wrong(String key, String what, String expected) {
        return wrong(whole, name(key), what, expected);
    }

    boolean has(String key) {
        known.add(key);
        return values.containsKey(key);
    }

    String text(String key, String fallback) {
        Node node = take(key);
        return node == null ? fallback : text(node, name(key));
    }

    private String text(Node node, String name) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getTag().equals(Tag.NULL) ? "" : scalar.getValue();
        }
        throw wrong(node, name, "is no text", "a text");
    }

    int number(String key, int fallback, int most) {
        Node node = take(key);
        if (node == null) {
            return fallback;
        }
        String text = text(node, name(key));
        try {
            int number = Integer.parseInt(text);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw wrong(node, name(key), "\"" + text + "\" is no number", "0.." + most);
        }
        throw wrong(node, name(key), text + " is out of range", "0.." + most);
    }

    boolean yes(String key) {
        Node node = take(key);
        if (node == null) {
            return false;
        }
        return switch (text(node, name(key))) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong(node, name(key), "is neither true nor false", "true or false");
        };
    }

    <T extends Enum<T>> T choice(String key, T fallback, Class<T> type) {
        Node node = take(key);
        return node == null ? fallback : choice(node, name(key), type);
    }

    private <T extends Enum<T>> T choice(Node node, String name, Class<T> type) {
        String text = text(node, name);
        List<String> names = new ArrayList<>();
        for (T value : type.getEnumConstants()) {
            String label = value.name().toLowerCase(Locale.ROOT);
            if (label.equals(text)) {
                return value;
            }
            names.add(label);
        }
        throw wrong(node, name, "\"" + text + "\" is unknown", String.join(", ", names));
    }

    /** The texts of a list; a single text is a list of one. */
    List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        for (Node node : elements(take(key))) {
            texts.add(text(node, name(key)));
        }
        return texts;
    }

    /** The mappings of a list; a single mapping is a list of one. */
    List<Entries> list(String key) {
        List<Entries> list = new ArrayList<>();
        int i = 0;
        for (Node node : elements(take(key))) {
            list.add(new Entries(file, node, name(key) + "[" + i++ + "]"));
        }
        return list;
    }

    /** A mapping below this one; null when it is absent. */
    @Nullable Entries inner(String key) {
        Node node = take(key);
        return node == null ? null : new Entries(file, node, name(key));
    }

    /** The names of the entries. */
    List<String> names() {
        return List.copyOf(values.keySet());
    }

    private static List<Node> elements(@Nullable Node node) {
        if (node == null) {
            return List.of();
        }
        return node instanceof SequenceNode sequence ? sequence.getValue() : List.of(node);
    }
}
