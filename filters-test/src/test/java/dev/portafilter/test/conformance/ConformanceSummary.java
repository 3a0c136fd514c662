package dev.portafilter.test.conformance;

import dev.portafilter.test.TestHost;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Says at the end of a run how many vectors and recordings passed, were skipped with a reason, and failed. A vector of
 * several tests passes if all do.
 */
public final class ConformanceSummary implements TestExecutionListener {
    private static final String RECORDINGS = "dev.portafilter.test.recordings.EnvoyRecordingsTest";
    private static final String ASSUMPTION = "Assumption failed: ";

    private final Part vectors = new Part();
    private final Part recordings = new Part();
    private boolean allVectors;

    /** For the launcher. */
    public ConformanceSummary() {}

    /** How some numbered or named things went. */
    private static final class Part {
        private final Set<String> passed = new TreeSet<>();
        private final Set<String> failed = new TreeSet<>();
        private final Map<String, String> skipped = new LinkedHashMap<>();

        void note(String name, TestExecutionResult result) {
            String reason = result.getThrowable().map(Throwable::getMessage).orElse("");
            switch (result.getStatus()) {
                case SUCCESSFUL -> passed.add(name);
                case FAILED -> failed.add(name);
                case ABORTED ->
                    skipped.put(name, reason.startsWith(ASSUMPTION) ? reason.substring(ASSUMPTION.length()) : reason);
            }
        }

        boolean isEmpty() {
            return passed.isEmpty() && failed.isEmpty();
        }

        void print(String what) {
            passed.removeAll(failed);
            passed.removeAll(skipped.keySet());
            System.out.printf(
                    "  %s: %d passed, %d skipped with reason, %d failed%n",
                    what, passed.size(), skipped.size(), failed.size());
            Map<String, List<String>> byReason = new LinkedHashMap<>();
            skipped.forEach((name, reason) ->
                    byReason.computeIfAbsent(reason, key -> new ArrayList<>()).add(name));
            byReason.forEach(
                    (reason, names) -> System.out.println("    skipped, " + reason + ": " + String.join(" ", names)));
            if (!failed.isEmpty()) {
                System.out.println("    failed: " + String.join(" ", failed));
            }
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (!test.isTest() || !(test.getSource().orElse(null) instanceof MethodSource source)) {
            return;
        }
        if (source.getClassName().equals(RECORDINGS) && source.getMethodName().equals("recordings")) {
            String name = test.getDisplayName();
            recordings.note(name.substring(0, name.indexOf(':')), result);
            return;
        }
        Method method = source.getJavaMethod();
        allVectors |= source.getClassName().equals(VectorCoverageTest.class.getName());
        AnnotationSupport.findAnnotation(method, Vector.class).ifPresent(vector -> {
            for (int number : vector.value()) {
                vectors.note(Integer.toString(number), result);
            }
        });
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        if (vectors.isEmpty() && recordings.isEmpty()) {
            return;
        }
        System.out.println("conformance, "
                + (Boolean.getBoolean(TestHost.INTERPRETER_PROPERTY) ? "interpreted" : "compiled") + ":");
        if (!vectors.isEmpty()) {
            if (allVectors) {
                new TreeMap<>(SkippedVectors.REASONS)
                        .forEach((number, reason) -> vectors.skipped.put(Integer.toString(number), reason));
            }
            vectors.print("vectors");
        }
        if (!recordings.isEmpty()) {
            recordings.print("recordings of Envoy");
        }
    }
}
