package dev.portafilter.runtime.stream;

import dev.portafilter.abi.Status;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a plugin has said about the properties that it will set. Source: ABI reference, section 3.13. */
final class DeclaredProperties {
    /** Most names: a plugin has a handful. */
    static final int MAX_COUNT = 1024;

    /**
     * A property.
     *
     * @param readOnly whether it can be set only once
     * @param ofConnection whether it stays for the next streams of the client's connection
     */
    record Declaration(boolean readOnly, boolean ofConnection) {}

    private final Map<String, Declaration> byName = new HashMap<>();

    Status declare(String name, boolean readOnly, boolean ofConnection) {
        if (byName.containsKey(name)) {
            return Status.BAD_ARGUMENT;
        }
        if (byName.size() == MAX_COUNT) {
            return Status.INTERNAL_FAILURE;
        }
        byName.put(name, new Declaration(readOnly, ofConnection));
        return Status.OK;
    }

    @Nullable Declaration of(String name) {
        return byName.get(name);
    }
}
