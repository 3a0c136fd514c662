package dev.portafilter.test.conformance;

import java.util.Map;

/** The vectors that have no test here, and why. */
final class SkippedVectors {
    /** The last vector of the reference. */
    static final int LAST = 305;

    /** By number; at present none. */
    static final Map<Integer, String> REASONS = Map.of();

    private SkippedVectors() {}
}
