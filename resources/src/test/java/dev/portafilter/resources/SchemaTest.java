package dev.portafilter.resources;

import static dev.portafilter.resources.Resources.annotated;
import static dev.portafilter.resources.Resources.plugin;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The published schema says of examples what the reader says, as far as its keywords go. */
class SchemaTest {
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

    private final Node.Mapping schema = schema();

    @ParameterizedTest
    @ValueSource(strings = {"openid-file", "openid-image", "plugin", "header-append"})
    void examples_fit(String name) throws IOException {
        String text = new String(OssmExamplesTest.bytes(name + ".yaml"), StandardCharsets.UTF_8);
        assertThat(violations(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sha256: ''",
                "phase: 1",
                "priority: null",
                "priority: -7",
                "selector: {matchLabels: {a: b}}",
                "targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g}]",
                "vmConfig: {env: [{name: A, value: x}, {name: B, valueFrom: HOST}]}",
                "match: [{mode: CLIENT, ports: [{number: 80}]}, {}]",
                "type: NETWORK",
                "failStrategy: FAIL_RELOAD",
                "pluginConfig: {verification_key: x, any: [thing]}",
            })
    void goodFields_fit(String line) {
        assertThat(violations(plugin(line))).isEmpty();
        Resources.read(plugin(line));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "url: ''",
                "sha256: 12ab",
                "imagePullPolicy: Never",
                "imagePullSecret: ''",
                "pluginName: 5",
                "selector: {matchLabels: {a: 'b*'}}",
                "selector: {matchLabels: {'*': b}}",
                "targetRef: {kind: Service}",
                "targetRefs: [{kind: Service, name: a, namespace: b}]",
                "vmConfig: {env: [{name: ''}]}",
                "vmConfig: {env: [{name: A, valueFrom: FILE}]}",
                "match: [null]",
                "match: [{ports: [{}]}]",
                "match: [{ports: [{number: 65536}]}]",
                "phase: authn",
                "priority: 1.5",
                "pluginConfig: [1]",
                "verificationKey: abc",
                "pluginConfig: {verificationKey: abc}",
            })
    void badFields_doNotFit(String line) {
        assertThat(violations(plugin(line))).isNotEmpty();
        assertThat(Resources.errorRules(plugin(line))).isNotEmpty();
    }

    @Test
    void unknownFields_doNotFit() {
        assertThat(violations(plugin("imagePullPolcy: Always"))).containsExactly("spec.imagePullPolcy: not known");
    }

    @Test
    void annotations_areChecked() {
        assertThat(violations(annotated("portafilter.dev/service: 'true'", "other: x")))
                .isEmpty();
        assertThat(violations(annotated("portafilter.dev/service: 'yes'"))).isNotEmpty();
        assertThat(violations(annotated("portafilter.dev/allowed-capabilities: a, b")))
                .isEmpty();
    }

    /** Every spec field of the schema is one that the reader knows: it draws no warning of an unknown field. */
    @Test
    void fields_ofTheSchema_areKnownToTheReader() {
        Node.Mapping spec = (Node.Mapping) at(at(schema, "$defs"), "spec");
        for (String name : ((Node.Mapping) at(spec, "properties")).members().keySet()) {
            assertThat(Resources.read(plugin(name + ": {}")).problems())
                    .extracting(Problem::rule)
                    .doesNotContain("unknownField");
        }
    }

    private List<String> violations(String yaml) {
        List<String> violations = new ArrayList<>();
        Node root = YamlDocuments.read("x.yaml", yaml, new Problems()).get(0).root();
        check(schema, root, "", violations);
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
                case "anyOf" ->
                    ((Node.Sequence) limit).items().stream().anyMatch(option -> {
                        List<String> own = new ArrayList<>();
                        check((Node.Mapping) option, value, path, own);
                        return own.isEmpty();
                    });
                default -> true;
            };
            if (!fits) {
                violations.add(path + ": " + rule.getKey());
            }
            if (rule.getKey().equals("$ref")) {
                String name = text(limit).substring("#/$defs/".length());
                check((Node.Mapping) at(at(schema, "$defs"), name), value, path, violations);
            }
        }
        if (value instanceof Node.Sequence list && rules.members().containsKey("items")) {
            list.items().forEach(item -> check((Node.Mapping) at(rules, "items"), item, path + "[]", violations));
        }
        if (value instanceof Node.Mapping map) {
            checkMembers(rules, map, path, violations);
        }
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
                ? list.items().stream().map(SchemaTest::text).toList()
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

    private static Node at(Node node, String name) {
        return ((Node.Mapping) node).members().get(name).value();
    }

    private static Node.Mapping schema() {
        try (InputStream in = ResourceReader.class.getResourceAsStream("wasmplugin.schema.json")) {
            Problems problems = new Problems();
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            List<Document> documents = JsonDocuments.read("wasmplugin.schema.json", text, problems);
            assertThat(problems.list()).isEmpty();
            return (Node.Mapping) documents.get(0).root();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
