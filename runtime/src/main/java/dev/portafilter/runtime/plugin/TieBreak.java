package dev.portafilter.runtime.plugin;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * One step of the order among plugins with equal phase and priority: the lesser value, byte by byte, comes first. Source:
 * WasmPlugin reference, section 2.8.
 *
 * @param what the name of the value, for explanations, such as {@code namespace}
 * @param value the value
 */
public record TieBreak(String what, String value) {
    /** Checks that both are there. */
    public TieBreak {
        Objects.requireNonNull(what, "what");
        Objects.requireNonNull(value, "value");
    }

    /** What holds unless another rule is set: the name, then the namespace. */
    static List<TieBreak> standard(String name, String namespace) {
        return List.of(new TieBreak("name", name), new TieBreak("namespace", namespace));
    }

    int compareValue(TieBreak other) {
        return Arrays.compareUnsigned(
                value.getBytes(StandardCharsets.UTF_8), other.value.getBytes(StandardCharsets.UTF_8));
    }
}
