package dev.portafilter.resources;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The words of an enum field in the order of their numbers, which are accepted too. */
final class Choice<E> {
    private static final String RULE = "V-31";

    private final Map<String, E> words;
    private final List<E> numbers;

    private Choice(Map<String, E> words, List<E> numbers) {
        this.words = words;
        this.numbers = numbers;
    }

    /** A choice of words, the first with number 0; an empty text stands for the first. */
    @SafeVarargs
    static <E> Choice<E> of(Map.Entry<String, E>... words) {
        Map<String, E> byWord = new LinkedHashMap<>();
        for (Map.Entry<String, E> word : words) {
            byWord.put(word.getKey(), word.getValue());
        }
        return new Choice<>(byWord, List.copyOf(byWord.values()));
    }

    /** The value; the first one when the field is absent, empty or wrong. */
    E read(@Nullable Field field) {
        if (field == null) {
            return numbers.get(0);
        }
        if (field.node() instanceof Node.Text text) {
            E value = words.get(text.value());
            if (value == null && !text.value().isEmpty()) {
                refuse(field, RULE, Words.nearest(text.value(), words.keySet()));
            }
            return value == null ? numbers.get(0) : value;
        }
        if (field.node() instanceof Node.Numeral numeral && numeral.value() instanceof BigInteger number) {
            if (number.signum() >= 0 && number.compareTo(BigInteger.valueOf(numbers.size())) < 0) {
                return numbers.get(number.intValue());
            }
        }
        refuse(field, RULE, null);
        return numbers.get(0);
    }

    /** The value of a field that takes words only; null when it is empty, or after an error. */
    @Nullable E word(Field field, String rule) {
        String text = field.node() instanceof Node.Text word ? word.value() : null;
        E value = text == null ? null : words.get(text);
        if (value == null && (text == null || !text.isEmpty())) {
            refuse(field, rule, text == null ? null : Words.nearest(text, words.keySet()));
        }
        return value;
    }

    /** The value of a word; null when it is none. */
    @Nullable E ofWord(String word) {
        return words.get(word);
    }

    /** The first word of a value. */
    String wordOf(E value) {
        for (Map.Entry<String, E> word : words.entrySet()) {
            if (word.getValue().equals(value)) {
                return word.getKey();
            }
        }
        throw new IllegalArgumentException("no word for " + value);
    }

    /** All words. */
    String listed() {
        return String.join(", ", words.keySet());
    }

    private void refuse(Field field, String rule, @Nullable String nearest) {
        String hint = nearest == null ? "" : "; did you mean " + nearest + "?";
        field.errorWithValue(rule, "is not one of its words", listed() + hint);
    }
}
