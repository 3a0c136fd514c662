package dev.portafilter.test.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What may differ between the two sides without being a difference, and why. Nothing else may. */
public enum Rule {
    /** The header {@code date}. */
    DATE("the time of day differs from run to run", Part.CLIENT, header("date")),
    /** The header {@code server}. */
    SERVER("each proxy writes its own name", Part.CLIENT, header("server")),
    /** Headers that begin with {@code x-envoy-}. */
    ENVOY_HEADERS("Envoy's notes to itself; the gateway has no use for them", null, headers("x-envoy-")),
    /** The header {@code x-request-id}. */
    REQUEST_ID("a random number", Part.UPSTREAM, header("x-request-id")),
    /** The header {@code x-forwarded-proto}. */
    FORWARDED_PROTO("depends on how the listener is set up", Part.UPSTREAM, header("x-forwarded-proto")),
    /** Where chunks of a body begin and end. */
    CHUNK_BOUNDARIES("a proxy may cut a body anew; bodies are compared whole", null, line -> false),
    /** What plugins do while they are started for a look. */
    TRIAL_STARTS(
            "Envoy starts each plugin more than once, on its main thread too: only the worker's log counts, and counters"
                    + " from the first exchange on",
            null,
            line -> false);

    private final String reason;
    private final @Nullable Part part;
    private final Predicate<String> dropped;

    Rule(String reason, @Nullable Part part, Predicate<String> dropped) {
        this.reason = reason;
        this.part = part;
        this.dropped = dropped;
    }

    /** The name in reports. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Why it may differ. */
    public String reason() {
        return reason;
    }

    private static Predicate<String> header(String name) {
        return headers(name + ":");
    }

    /** Lines of headers whose names begin like this, behind the name of a cluster too. */
    private static Predicate<String> headers(String prefix) {
        return line -> {
            String lower = line.toLowerCase(Locale.ROOT);
            return lower.startsWith(prefix) || lower.matches("[^ :]+: " + prefix + ".*");
        };
    }

    /** The lines that count, by all rules. */
    static List<String> apply(Part part, List<String> lines) {
        if (part == Part.LOG || part == Part.METRICS) {
            return lines;
        }
        List<String> kept = new ArrayList<>();
        for (String line : lines) {
            boolean drop = false;
            for (Rule rule : values()) {
                drop |= (rule.part == null || rule.part == part) && rule.dropped.test(line);
            }
            if (!drop) {
                kept.add(line);
            }
        }
        return kept;
    }
}
