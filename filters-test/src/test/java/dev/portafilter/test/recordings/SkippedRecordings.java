package dev.portafilter.test.recordings;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The recordings that are not played, and why. */
final class SkippedRecordings {
    private static final Map<Pattern, String> REASONS = reasons();

    private SkippedRecordings() {}

    private static Map<Pattern, String> reasons() {
        Map<Pattern, String> reasons = new LinkedHashMap<>();
        reasons.put(
                Pattern.compile("conf-both-policies"),
                "about two settings of Envoy for the same thing; here there is one, which cannot contradict itself");
        reasons.put(
                Pattern.compile("wasi-env-dup"),
                "about a name in both of two lists; here there is one, and a resource with a name twice is refused when it"
                        + " is read");
        reasons.put(
                Pattern.compile("start-shared-equal"),
                "about two plugins of one name; here names are unique, and the second one is refused");
        reasons.put(
                Pattern.compile("tick-roots|tick-slow"),
                "the tick in which something happens fell between the parts that were recorded; vectors 275 and 277 are"
                        + " about the same");
        return reasons;
    }

    /** Why a recording is not played; null when it is. */
    static @Nullable String reason(String recordingId) {
        for (Map.Entry<Pattern, String> each : REASONS.entrySet()) {
            if (each.getKey().matcher(recordingId).matches()) {
                return each.getValue();
            }
        }
        return null;
    }
}
