package dev.portafilter.resources;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The words of an enum field in the order of their numbers, which are accepted too. */
final class Choice<E> {
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
                refuse(field, Words.nearest(text.value(), words.keySet()));
            }
            return value == null ? numbers.get(0) : value;
        }
        if (field.node() instanceof Node.Numeral numeral && numeral.value() instanceof BigInteger number) {
            if (number.signum() >= 0 && number.compareTo(BigInteger.valueOf(numbers.size())) < 0) {
                return numbers.get(number.intValue());
            }
        }
        refuse(field, null);
        return numbers.get(0);
    }

    private void refuse(Field field, @Nullable String nearest) {
        String hint = nearest == null ? "" : "; did you mean " + nearest + "?";
        field.errorWithValue("V-31", "is not one of its words", String.join(", ", words.keySet()) + hint);
    }
}
