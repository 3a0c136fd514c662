package dev.portafilter.runtime.vm;

import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The wasm type of a function in text: {@code (i32, i64) -> i32}. */
record Signature(List<String> parameters, List<String> results) {
    private static final List<String> I32 = List.of("i32");

    Signature {
        parameters = List.copyOf(parameters);
        results = List.copyOf(results);
    }

    /** A type of i32s only. */
    static Signature ofI32(int parameterCount, boolean result) {
        return new Signature(Collections.nCopies(parameterCount, "i32"), result ? I32 : List.of());
    }

    // By hand: what the JVM makes for a record at its first use costs more than all comparisons of a start.
    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof Signature other
                && parameters.equals(other.parameters)
                && results.equals(other.results);
    }

    @Override
    public int hashCode() {
        return 31 * parameters.hashCode() + results.hashCode();
    }

    @Override
    public String toString() {
        String result = results.size() == 1 ? results.get(0) : "(" + String.join(", ", results) + ")";
        return "(" + String.join(", ", parameters) + ") -> " + result;
    }
}
