package dev.portafilter.test.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What may differ between the two sides without being a difference, and why. Nothing else may. */
public enum Rule {
    /** The header {@code date}. */
    DATE("the time of day differs from run to run", Part.CLIENT, "date:"),
    /** The header {@code server}. */
    SERVER("each proxy writes its own name", Part.CLIENT, "server:"),
    /** Headers that begin with {@code x-envoy-}. */
    ENVOY_HEADERS("Envoy's notes to itself; the gateway has no use for them", null, "x-envoy-"),
    /** The header {@code x-request-id}. */
    REQUEST_ID("a random number", Part.UPSTREAM, "x-request-id:"),
    /** The header {@code x-forwarded-proto}. */
    FORWARDED_PROTO("depends on how the listener is set up", Part.UPSTREAM, "x-forwarded-proto:"),
    /** What the host says of a plugin. */
    HOST_NOTES("the host logs what was wrong with a host call, as a line of its own; Envoy is silent", null, ""),
    /** Where chunks of a body begin and end. */
    CHUNK_BOUNDARIES("a proxy may cut a body anew; bodies are compared whole", null, ""),
    /** What plugins do while they are started for a look. */
    TRIAL_STARTS(
            "Envoy starts each plugin more than once, on its main thread too: only the worker's log counts, and counters"
                    + " from the first exchange on",
            null,
            "");

    private final String reason;
    private final @Nullable Part part;
    // How the lines begin that are left out; nothing where the rule is kept by those who read.
    private final String prefix;

    Rule(String reason, @Nullable Part part, String prefix) {
        this.reason = reason;
        this.part = part;
        this.prefix = prefix;
    }

    /** The name in reports. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Why it may differ. */
    public String reason() {
        return reason;
    }

    private boolean drops(Part where, String line) {
        if (prefix.isEmpty() || (part != null && part != where)) {
            return false;
        }
        String lower = line.toLowerCase(Locale.ROOT);
        // What servers received that plugins called has the server's name before it.
        return where == Part.CALLS ? lower.matches("[^ :]+: " + prefix + ".*") : lower.startsWith(prefix);
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
                drop |= rule.drops(part, line);
            }
            if (!drop) {
                kept.add(line);
            }
        }
        return kept;
    }
}
