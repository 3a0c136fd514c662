package dev.portafilter.resources;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** One of the published schemas, with the few keywords of JSON Schema that they use. */
final class Schema {
    private static final Set<String> KNOWN_KEYWORDS = Set.of(
            "$schema",
            "$id",
            "$ref",
            "$defs",
            "title",
            "description",
            "deprecated",
            "type",
            "const",
            "enum",
            "anyOf",
            "oneOf",
            "required",
            "properties",
            "additionalProperties",
            "propertyNames",
            "maxProperties",
            "items",
            "maxItems",
            "minLength",
            "maxLength",
            "pattern",
            "minimum",
            "maximum");

    private final Node.Mapping root;

    /** Takes the schema of this file name. */
    Schema(String name) {
        root = read(name);
    }

    Node.Mapping root() {
        return root;
    }

    /** What does not fit, as path and keyword. */
    List<String> violations(String yaml) {
        List<String> violations = new ArrayList<>();
        Node document =
                YamlDocuments.read("x.yaml", yaml, new Problems()).get(0).root();
        check(root, document, "", violations);
        return violations;
    }

    private void check(Node.Mapping rules, Node value, String path, List<String> violations) {
        assertThat(KNOWN_KEYWORDS).containsAll(rules.members().keySet());
        for (Map.Entry<String, Node.Member> rule : rules.members().entrySet()) {
            Node limit = rule.getValue().value();
            boolean fits = switch (rule.getKey()) {
                case "type" -> types(limit).stream().anyMatch(type -> isOf(type, value));
                case "const" -> JsonText.of(limit).equals(JsonText.of(value));
                case "enum" ->
                    ((Node.Sequence) limit)
                            .items().stream().anyMatch(item -> JsonText.of(item).equals(JsonText.of(value)));
                case "minLength" ->
                    !(value instanceof Node.Text text) || text.value().length() >= number(limit);
                case "maxLength" ->
                    !(value instanceof Node.Text text) || text.value().length() <= number(limit);
                case "maxItems" ->
                    !(value instanceof Node.Sequence list) || list.items().size() <= number(limit);
                case "maxProperties" ->
                    !(value instanceof Node.Mapping map) || map.members().size() <= number(limit);
                case "minimum" -> compare(value, limit) >= 0;
                case "maximum" -> compare(value, limit) <= 0;
                case "pattern" ->
                    !(value instanceof Node.Text text)
                            || Pattern.compile(text(limit))
                                    .matcher(text.value())
                                    .find();
                case "anyOf" -> fitting(limit, value, path) > 0;
                case "oneOf" -> fitting(limit, value, path) == 1;
                default -> true;
            };
            if (!fits) {
                violations.add(path + ": " + rule.getKey());
            }
            if (rule.getKey().equals("$ref")) {
                check(referenced(text(limit)), value, path, violations);
            }
        }
        if (value instanceof Node.Sequence list && rules.members().containsKey("items")) {
            list.items().forEach(item -> check((Node.Mapping) at(rules, "items"), item, path + "[]", violations));
        }
        if (value instanceof Node.Mapping map) {
            checkMembers(rules, map, path, violations);
        }
    }

    private Node.Mapping referenced(String reference) {
        return reference.equals("#")
                ? root
                : (Node.Mapping) at(at(root, "$defs"), reference.substring("#/$defs/".length()));
    }

    /** How many of the options fit. */
    private long fitting(Node options, Node value, String path) {
        return ((Node.Sequence) options)
                .items().stream()
                        .filter(option -> {
                            List<String> own = new ArrayList<>();
                            check((Node.Mapping) option, value, path, own);
                            return own.isEmpty();
                        })
                        .count();
    }

    private void checkMembers(Node.Mapping rules, Node.Mapping map, String path, List<String> violations) {
        if (rules.members().containsKey("required")) {
            for (Node name : ((Node.Sequence) at(rules, "required")).items()) {
                if (!map.members().containsKey(text(name))) {
                    violations.add(Words.path(path, text(name)) + ": missing");
                }
            }
        }
        Map<String, Node.Member> properties = rules.members().containsKey("properties")
                ? ((Node.Mapping) at(rules, "properties")).members()
                : Map.of();
        for (Map.Entry<String, Node.Member> member : map.members().entrySet()) {
            String name = member.getKey();
            String inner = Words.path(path, name);
            Node value = member.getValue().value();
            if (rules.members().containsKey("propertyNames")) {
                Node nameNode = new Node.Text(name, false, value.position());
                check((Node.Mapping) at(rules, "propertyNames"), nameNode, inner, violations);
            }
            if (properties.containsKey(name)) {
                check((Node.Mapping) properties.get(name).value(), value, inner, violations);
            } else if (rules.members().containsKey("additionalProperties")) {
                if (at(rules, "additionalProperties") instanceof Node.Mapping others) {
                    check(others, value, inner, violations);
                } else {
                    violations.add(inner + ": not known");
                }
            }
        }
    }

    private static List<String> types(Node limit) {
        return limit instanceof Node.Sequence list
                ? list.items().stream().map(Schema::text).toList()
                : List.of(text(limit));
    }

    private static boolean isOf(String type, Node value) {
        return switch (type) {
            case "object" -> value instanceof Node.Mapping;
            case "array" -> value instanceof Node.Sequence;
            case "string" -> value instanceof Node.Text;
            case "integer" -> value instanceof Node.Numeral numeral && numeral.value() instanceof BigInteger;
            case "null" -> value instanceof Node.Nothing;
            default -> throw new AssertionError(type);
        };
    }

    private static int compare(Node value, Node limit) {
        return value instanceof Node.Numeral numeral && numeral.value() instanceof BigInteger integer
                ? integer.compareTo((BigInteger) ((Node.Numeral) limit).value())
                : 0;
    }

    private static int number(Node node) {
        return ((Node.Numeral) node).value().intValue();
    }

    private static String text(Node node) {
        return ((Node.Text) node).value();
    }

    static Node at(Node node, String name) {
        return ((Node.Mapping) node).members().get(name).value();
    }

    private static Node.Mapping read(String name) {
        try (InputStream in = ResourceReader.class.getResourceAsStream(name)) {
            assertThat(in).as(name).isNotNull();
            Problems problems = new Problems();
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            List<Document> documents = JsonDocuments.read(name, text, problems);
            assertThat(problems.list()).isEmpty();
            return (Node.Mapping) documents.get(0).root();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
