package dev.portafilter.resources;

import java.math.BigInteger;
import java.util.Map;

/**
 * Finds unquoted words that YAML 1.2 and the YAML 1.1 of Kubernetes tools take for different things, and numbers that
 * JSON lacks.
 */
final class PlainWords {
    private PlainWords() {}

    static void check(Field field) {
        if (field.node() instanceof Node.Mapping mapping) {
            for (Map.Entry<String, Node.Member> member : mapping.members().entrySet()) {
                Node.Member value = member.getValue();
                String name = member.getKey();
                Field child = new Field(Words.path(field.path(), name), value.value(), field.problems());
                if (value.plainKey() && CoreScalars.isOldBoolean(name)) {
                    field.problems()
                            .warning(
                                    "yaml.oldBoolean",
                                    value.keyPosition(),
                                    child.path(),
                                    null,
                                    "is a key with this name here; Kubernetes tools read the key as "
                                            + CoreScalars.oldBoolean(name),
                                    "the key in quotes");
                }
                check(child);
            }
        } else if (field.node() instanceof Node.Sequence sequence) {
            int index = 0;
            for (Node item : sequence.items()) {
                check(new Field(field.path() + "[" + index++ + "]", item, field.problems()));
            }
        } else {
            checkScalar(field);
        }
    }

    private static void checkScalar(Field field) {
        if (field.node() instanceof Node.Text text && text.plain() && CoreScalars.isOldBoolean(text.value())) {
            field.warningWithValue(
                    "yaml.oldBoolean",
                    "is text here; Kubernetes tools read it as " + CoreScalars.oldBoolean(text.value()),
                    "true, false, or text in quotes");
        } else if (field.node() instanceof Node.Numeral numeral) {
            if (numeral.value() instanceof Double value && !Double.isFinite(value)) {
                field.errorWithValue("yaml.notFinite", "is no number that JSON has", "a finite number");
            } else if (numeral.value() instanceof BigInteger && CoreScalars.isOldOctal(numeral.source())) {
                field.warning(
                        "yaml.oldOctal",
                        "has a leading 0: decimal here, octal for Kubernetes tools",
                        "no leading 0, or text in quotes");
            }
        }
    }
}
