package dev.portafilter.cli;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.constructor.StandardConstructor;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads a settings file. Keys may be nested or joined by dots. What is wrong is told with line and column, and reading goes
 * on.
 */
final class SettingsFile {
    private static final long MOST_BYTES = 1 << 20;
    private static final int MOST_DEPTH = 20;
    private static final int MOST_VALUES = 10_000;

    private final Path file;
    private final LoadSettings load;
    private final Settings settings;
    private int values;

    private SettingsFile(Path file, Settings settings) {
        this.file = file;
        this.settings = settings;
        this.load = LoadSettings.builder().setLabel(file.toString()).build();
    }

    /** Puts what a file says into settings, and what is wrong with it among their problems. */
    static void read(Path file, Settings into) {
        SettingsFile reading = new SettingsFile(file, into);
        try {
            if (Files.size(file) > MOST_BYTES) {
                into.problem(file + ": is too long (expected: at most " + MOST_BYTES + " bytes)");
                return;
            }
            reading.compose(Files.readString(file)).ifPresent(reading::root);
        } catch (NoSuchFileException e) {
            into.problem(file + ": no such file (expected: settings in YAML)");
        } catch (MalformedInputException e) {
            into.problem(file + ": is no UTF-8 (expected: settings in YAML)");
        } catch (IOException e) {
            into.problem(file + ": cannot be read: " + e.getMessage() + " (expected: settings in YAML)");
        } catch (MarkedYamlEngineException e) {
            into.problem(reading.at(e.getProblemMark()) + ": is no YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            into.problem(file + ": is no YAML: " + e.getMessage());
        }
    }

    /** The tree of a text. The library builds it by recursion, so how deep it is has to be known before. */
    private Optional<Node> compose(String text) {
        int depth = 0;
        for (Event event : new Parse(load).parseString(text)) {
            if (event instanceof CollectionStartEvent && ++depth > MOST_DEPTH) {
                throw new YamlEngineException("more than " + MOST_DEPTH + " maps and lists inside each other");
            } else if (event instanceof CollectionEndEvent) {
                depth--;
            }
        }
        return new Compose(load).composeString(text);
    }

    private void root(Node root) {
        if (root instanceof MappingNode map) {
            members("", map);
        } else if (!root.getTag().equals(Tag.NULL)) {
            settings.problem(at(root.getStartMark()) + ": is no map (expected: settings by name)");
        }
    }

    private String at(Optional<Mark> mark) {
        return mark.map(place -> file + ":" + (place.getLine() + 1) + ":" + (place.getColumn() + 1))
                .orElse(file.toString());
    }

    private void members(String prefix, MappingNode map) {
        for (NodeTuple member : map.getValue()) {
            String name = prefix + name(member.getKeyNode());
            String place = at(member.getKeyNode().getStartMark()) + ": " + name + ": ";
            SettingKey key = SettingKeys.all().get(name);
            Node value = member.getValueNode();
            String start = name + ".";
            if (key != null) {
                value(key, place, value);
            } else if (mapOf(name) != null) {
                entry(name, place, value);
            } else if (SettingKeys.all().keySet().stream().anyMatch(known -> known.startsWith(start))) {
                if (value instanceof MappingNode nested) {
                    members(start, nested);
                } else {
                    settings.problem(place + "is no map (expected: settings of this group)");
                }
            } else {
                settings.problem(place + unknown(name));
            }
        }
    }

    private static String name(Node key) {
        return key instanceof ScalarNode scalar ? scalar.getValue() : "(no text)";
    }

    /** The map whose entry a name with dots is; null for none. */
    private static @Nullable SettingKey mapOf(String name) {
        for (SettingKey key : SettingKeys.all().values()) {
            boolean texts = key.type() == SettingKey.Type.MAP || key.type() == SettingKey.Type.ENTRIES;
            if (texts
                    && name.startsWith(key.name() + ".")
                    && name.length() > key.name().length() + 1) {
                return key;
            }
        }
        return null;
    }

    private static String unknown(String name) {
        String near = Words.nearest(name, SettingKeys.all().keySet());
        return near == null
                ? "is unknown (expected: a setting; portafilter settings lists them)"
                : "is unknown; did you mean " + near + "?";
    }

    private void entry(String name, String place, Node value) {
        SettingKey key = mapOf(name);
        String text = text(place, value);
        if (key != null && text != null) {
            settings.give(key, place, Map.of(name.substring(key.name().length() + 1), text), true);
        }
    }

    private void value(SettingKey key, String place, Node node) {
        String valuePlace = at(node.getStartMark()) + ": " + key.name() + ": ";
        if (key.type() == SettingKey.Type.ANY) {
            if (node instanceof MappingNode) {
                Object given = plain(node, 0);
                if (values > MOST_VALUES) {
                    settings.problem(valuePlace + "is too much (expected: at most " + MOST_VALUES + " values, "
                            + MOST_DEPTH + " deep)");
                } else {
                    settings.give(key, valuePlace, given, false);
                }
            } else {
                settings.problem(valuePlace + "is not a map (expected: keys and values)");
            }
        } else if (key.isMap()) {
            texts(key, valuePlace, node);
        } else if (key.type() == SettingKey.Type.LIST && node instanceof SequenceNode sequence) {
            List<String> items = new ArrayList<>();
            for (Node item : sequence.getValue()) {
                String text = text(at(item.getStartMark()) + ": " + key.name() + ": ", item);
                if (text != null) {
                    items.add(text);
                }
            }
            settings.give(key, valuePlace, items, false);
        } else {
            String text = text(node.getTag().equals(Tag.NULL) ? place : valuePlace, node);
            if (text != null) {
                settings.give(key, valuePlace, resolved(key, text), false);
            }
        }
    }

    /** Paths start at the settings file. */
    private String resolved(SettingKey key, String text) {
        if (key.type() != SettingKey.Type.PATH || text.isEmpty() || key.word(text) != null) {
            return text;
        }
        Path directory = file.getParent();
        return directory == null ? text : directory.resolve(text).toString();
    }

    private void texts(SettingKey key, String place, Node node) {
        if (!(node instanceof MappingNode map)) {
            settings.problem(place + "is not a map (expected: names and texts)");
            return;
        }
        Map<String, String> texts = new LinkedHashMap<>();
        for (NodeTuple member : map.getValue()) {
            String name = name(member.getKeyNode());
            String text = text(
                    at(member.getValueNode().getStartMark()) + ": " + key.name() + "." + name + ": ",
                    member.getValueNode());
            if (text != null) {
                texts.put(name, text);
            }
        }
        settings.give(key, place, texts, true);
    }

    private @Nullable String text(String place, Node node) {
        if (node instanceof ScalarNode scalar && !node.getTag().equals(Tag.NULL)) {
            return scalar.getValue();
        }
        String found =
                node instanceof ScalarNode ? "has no value" : node instanceof MappingNode ? "is a map" : "is a list";
        settings.problem(place + found + " (expected: one value)");
        return null;
    }

    /** The value as Java has it. Beyond the limits, nothing; the count then tells. */
    private @Nullable Object plain(Node node, int depth) {
        if (++values > MOST_VALUES || depth > MOST_DEPTH) {
            values = MOST_VALUES + 1;
            return null;
        }
        if (node instanceof MappingNode map) {
            Map<String, Object> members = new LinkedHashMap<>();
            for (NodeTuple member : map.getValue()) {
                members.put(name(member.getKeyNode()), plain(member.getValueNode(), depth + 1));
            }
            return members;
        }
        if (node instanceof SequenceNode sequence) {
            List<Object> items = new ArrayList<>();
            sequence.getValue().forEach(item -> items.add(plain(item, depth + 1)));
            return items;
        }
        return new StandardConstructor(load).constructSingleDocument(Optional.of(node));
    }

    /** Reads a map of anything from one line of YAML; null when it is none. */
    static @Nullable Map<String, Object> map(String text) {
        try {
            SettingsFile reading = new SettingsFile(Path.of("environment"), Settings.none());
            Optional<Node> root = reading.compose(text);
            if (root.isPresent() && root.get() instanceof MappingNode map) {
                Object plain = reading.plain(map, 0);
                if (plain instanceof Map<?, ?> members && reading.values <= MOST_VALUES) {
                    Map<String, Object> copy = new LinkedHashMap<>();
                    members.forEach((key, value) -> copy.put(String.valueOf(key), value));
                    return copy;
                }
            }
            return null;
        } catch (YamlEngineException e) {
            return null;
        }
    }
}
