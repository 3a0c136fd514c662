package dev.portafilter.test.conformance;

import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/** Counts vectors by how they went and says so when the last suite is over. A vector of several tests passes if all do. */
final class VectorTally implements TestWatcher, BeforeAllCallback {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(VectorTally.class);

    /** The numbers of one run. Thread-safe. */
    private static final class Counts implements AutoCloseable {
        private final Set<Integer> passed = Collections.synchronizedSet(new TreeSet<>());
        private final Set<Integer> failed = Collections.synchronizedSet(new TreeSet<>());

        @Override
        public void close() {
            passed.removeAll(failed);
            System.out.printf(
                    "vectors: %d passed, %d skipped with reason, %d failed%s%n",
                    passed.size(), SkippedVectors.REASONS.size(), failed.size(), failed.isEmpty() ? "" : " " + failed);
        }
    }

    private static Counts counts(ExtensionContext context) {
        return context.getRoot().getStore(NAMESPACE).getOrComputeIfAbsent("counts", key -> new Counts(), Counts.class);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        counts(context);
    }

    @Override
    public void testSuccessful(ExtensionContext context) {
        note(context, counts(context).passed);
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        note(context, counts(context).failed);
    }

    @Override
    public void testAborted(ExtensionContext context, Throwable cause) {
        note(context, counts(context).failed);
    }

    @Override
    public void testDisabled(ExtensionContext context, Optional<String> reason) {
        note(context, counts(context).failed);
    }

    private static void note(ExtensionContext context, Set<Integer> where) {
        Vector vector = context.getRequiredTestMethod().getAnnotation(Vector.class);
        if (vector != null) {
            for (int number : vector.value()) {
                where.add(number);
            }
        }
    }
}
