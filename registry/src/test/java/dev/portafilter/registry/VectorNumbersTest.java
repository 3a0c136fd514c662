package dev.portafilter.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The vectors of the WasmPlugin reference, sections 8.4 to 8.7, and the tests that say their numbers. */
class VectorNumbersTest {
    private static final int FIRST = 56;
    private static final int LAST = 123;
    private static final Pattern NUMBER = Pattern.compile("T-([0-9]{3})");

    @Test
    void vectors_areAllTests_andNoneIsDisabled() throws Exception {
        Set<Integer> named = new TreeSet<>();
        for (Class<?> type : tests()) {
            for (Method method : type.getDeclaredMethods()) {
                DisplayName name = method.getAnnotation(DisplayName.class);
                Matcher number = NUMBER.matcher(name == null ? "" : name.value());
                while (number.find()) {
                    assertThat(method.isAnnotationPresent(Disabled.class))
                            .as("%s is disabled", method)
                            .isFalse();
                    named.add(Integer.valueOf(number.group(1)));
                }
            }
        }
        assertThat(named).containsAll(IntStream.rangeClosed(FIRST, LAST).boxed().toList());
    }

    private static List<Class<?>> tests() throws IOException, URISyntaxException {
        Path folder = Path.of(Objects.requireNonNull(VectorNumbersTest.class.getResource("VectorNumbersTest.class"))
                        .toURI())
                .getParent();
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith("Test.class"))
                    .map(name -> type(name.substring(0, name.length() - ".class".length())))
                    .collect(Collectors.toList());
        }
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName(VectorNumbersTest.class.getPackageName() + "." + name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }
}
