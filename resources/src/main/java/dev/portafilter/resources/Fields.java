package dev.portafilter.resources;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The members of a mapping. Remembers which were asked for, so that the others can be named as unknown. */
final class Fields {
    private final Node.Mapping mapping;
    private final String path;
    private final Problems problems;
    private final Set<String> known = new HashSet<>();

    Fields(Node.Mapping mapping, String path, Problems problems) {
        this.mapping = mapping;
        this.path = path;
        this.problems = problems;
    }

    Problems problems() {
        return problems;
    }

    SourcePosition position() {
        return mapping.position();
    }

    Node.Mapping node() {
        return mapping;
    }

    String path(String name) {
        return Words.path(path, name);
    }

    /** The field; null when it is absent or null. */
    @Nullable Field get(String name) {
        Field field = getOrNull(name);
        return field == null || field.isNull() ? null : field;
    }

    /** The field, also when it is null; null when it is absent. */
    @Nullable Field getOrNull(String name) {
        known.add(name);
        Node.Member member = mapping.members().get(name);
        return member == null ? null : new Field(path(name), member.value(), problems);
    }

    /** Says that a field is missing, at the place of the mapping that lacks it. */
    void missing(String name, String rule, String expected) {
        problems.error(rule, mapping.position(), path(name), null, "is missing", expected);
    }

    /** Names every field that was not asked for. */
    void reportUnknown(boolean strict) {
        for (Map.Entry<String, Node.Member> member : mapping.members().entrySet()) {
            String name = member.getKey();
            if (known.contains(name)) {
                continue;
            }
            String nearest = Words.nearest(name, known);
            String message = (strict ? "unknown field" : "unknown field, ignored")
                    + (nearest == null ? "" : "; did you mean " + nearest + "?");
            SourcePosition position = member.getValue().keyPosition();
            if (strict) {
                problems.error("unknownField", position, path(name), null, message, null);
            } else {
                problems.warning("unknownField", position, path(name), null, message, null);
            }
        }
    }
}
