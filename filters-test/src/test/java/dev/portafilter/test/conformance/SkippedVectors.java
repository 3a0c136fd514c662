package dev.portafilter.test.conformance;

import java.util.Map;
import java.util.TreeMap;

/** The vectors that have no test here, and why. */
final class SkippedVectors {
    /** The last vector of the reference. */
    static final int LAST = 305;

    static final Map<Integer, String> REASONS = reasons();

    private SkippedVectors() {}

    private static Map<Integer, String> reasons() {
        Map<Integer, String> reasons = new TreeMap<>();
        return reasons;
    }

    private static void skip(Map<Integer, String> reasons, int first, int last, String reason) {
        for (int number = first; number <= last; number++) {
            reasons.put(number, reason);
        }
    }
}
