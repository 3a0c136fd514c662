package dev.portafilter.test.conformance;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayNameGenerator;

/** Names a vector's test by its number and its fact: {@code vector 154: sizes, body paused, accumulate}. */
final class VectorNames extends DisplayNameGenerator.Standard {
    @Override
    public String generateDisplayNameForMethod(List<Class<?>> enclosing, Class<?> testClass, Method method) {
        Vector vector = method.getAnnotation(Vector.class);
        String fact = Arrays.stream(method.getName().split("_"))
                .map(VectorNames::words)
                .collect(Collectors.joining(", "));
        if (vector == null) {
            return fact;
        }
        int[] numbers = vector.value();
        String list = Arrays.stream(numbers).mapToObj(Integer::toString).collect(Collectors.joining(", "));
        return (numbers.length == 1 ? "vector " : "vectors ") + list + ": " + fact;
    }

    private static String words(String camelCase) {
        return camelCase
                .replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ")
                .toLowerCase(Locale.ROOT);
    }
}
