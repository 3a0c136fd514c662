package dev.portafilter.resources;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One value with its path, which says what is wrong with it. Never null: absent and null fields have no Field. */
record Field(String path, Node node, Problems problems) {
    /** Refuses the value, without showing it. */
    void error(String rule, String message, @Nullable String expected) {
        problems.error(rule, node.position(), path, null, message, expected);
    }

    /** Refuses the value and shows it; for fields that hold no secrets. */
    void errorWithValue(String rule, String message, @Nullable String expected) {
        problems.error(rule, node.position(), path, Words.show(node), message, expected);
    }

    /** Accepts the value with a remark, without showing it. */
    void warning(String rule, String message, @Nullable String expected) {
        problems.warning(rule, node.position(), path, null, message, expected);
    }

    /** Accepts the value with a remark and shows it. */
    void warningWithValue(String rule, String message, @Nullable String expected) {
        problems.warning(rule, node.position(), path, Words.show(node), message, expected);
    }

    /** The text; null after an error when it is something else. Numbers and booleans are refused as Kubernetes does. */
    @Nullable String text(String rule) {
        if (node instanceof Node.Text text) {
            return text.value();
        }
        boolean word = node instanceof Node.Numeral || node instanceof Node.Truth;
        error(rule, "is " + node.kind(), word ? "text; put it in quotes" : "text");
        return null;
    }

    /** The text of at least 1 and at most so many characters; null after an error. Lengths count code points. */
    @Nullable String text(String rule, int mostCharacters) {
        String text = text(rule);
        if (text == null) {
            return null;
        }
        if (text.isEmpty()) {
            error(rule, "is empty", "1 to " + mostCharacters + " characters");
            return null;
        }
        int characters = text.codePointCount(0, text.length());
        if (characters > mostCharacters) {
            error(rule, "has " + characters + " characters", "1 to " + mostCharacters);
            return null;
        }
        return text;
    }

    /** The integer; null after an error. A whole number that is written as a real one, such as 5.0, is none. */
    @Nullable BigInteger integer(String rule) {
        if (node instanceof Node.Numeral numeral && numeral.value() instanceof BigInteger integer) {
            return integer;
        }
        errorWithValue(rule, "is no integer", "an integer");
        return null;
    }

    /** The integer of 64 bits; null after an error. */
    @Nullable Long longInteger(String rule) {
        BigInteger value = integer(rule);
        if (value == null) {
            return null;
        }
        if (value.bitLength() > 63) {
            errorWithValue(rule, "does not fit 64 bits", Long.MIN_VALUE + ".." + Long.MAX_VALUE);
            return null;
        }
        return value.longValue();
    }

    /** The members; null after an error. */
    @Nullable Fields mapping(String rule) {
        if (node instanceof Node.Mapping mapping) {
            return new Fields(mapping, path, problems);
        }
        error(rule, "is " + node.kind(), "a mapping");
        return null;
    }

    /** The items, null items too; empty after an error. */
    List<Field> sequence(String rule) {
        List<Field> items = new ArrayList<>();
        if (node instanceof Node.Sequence sequence) {
            for (Node item : sequence.items()) {
                items.add(new Field(path + "[" + items.size() + "]", item, problems));
            }
        } else {
            error(rule, "is " + node.kind(), "a list");
        }
        return items;
    }

    boolean isNull() {
        return node instanceof Node.Nothing;
    }
}
