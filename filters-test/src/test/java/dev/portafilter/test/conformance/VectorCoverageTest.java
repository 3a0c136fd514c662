package dev.portafilter.test.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.support.ReflectionSupport;

/** No vector is forgotten: each has a test or a reason. */
class VectorCoverageTest {
    @Test
    void everyVector_hasATestOrAReason() {
        Set<Integer> tested = new TreeSet<>();
        for (Class<?> suite : ReflectionSupport.findAllClassesInPackage(
                getClass().getPackageName(), VectorSuite.class::isAssignableFrom, name -> true)) {
            for (Method method : suite.getDeclaredMethods()) {
                Vector vector = method.getAnnotation(Vector.class);
                if (vector != null) {
                    for (int number : vector.value()) {
                        tested.add(number);
                    }
                }
            }
        }
        Set<Integer> missing = new TreeSet<>();
        for (int number = 1; number <= SkippedVectors.LAST; number++) {
            if (!tested.contains(number) && !SkippedVectors.REASONS.containsKey(number)) {
                missing.add(number);
            }
        }
        assertThat(missing).as("vectors without a test or a reason").isEmpty();
        tested.retainAll(SkippedVectors.REASONS.keySet());
        assertThat(tested).as("vectors with a test, though skipped").isEmpty();
    }
}
