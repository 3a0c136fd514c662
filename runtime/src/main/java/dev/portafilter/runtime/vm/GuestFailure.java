package dev.portafilter.runtime.vm;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A guest has failed, and its VM with it: nothing is known of the state that it left behind, so the VM runs nothing any
 * more and answers every call with this same exception. Source: ABI reference, sections 2.5 and 6.7.
 */
public final class GuestFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What ended the guest. */
    public enum Kind {
        /** The guest's own code failed: {@code unreachable}, memory out of bounds, division by zero and the like. */
        TRAP,
        /** A callback or the start took longer than its deadline. */
        DEADLINE,
        /** The guest needs more memory at the start than it may have, or the JVM has none left. */
        MEMORY_LIMIT,
        /** The guest's functions call each other too deeply. */
        STACK_OVERFLOW,
        /** The guest called {@code proc_exit}. */
        EXIT,
        /** The guest called a host function where it may not: in the start or in its allocator. */
        RESTRICTED_CALL,
        /** The host failed: an exception in a host function, an interrupt of the thread by somebody else. */
        HOST_ERROR
    }

    private final Kind kind;
    private final String callback;
    private final int contextId;
    private final List<String> functions;
    private final List<String> hostCalls;

    GuestFailure(
            Kind kind,
            String message,
            String callback,
            int contextId,
            List<String> functions,
            List<String> hostCalls,
            @Nullable Throwable cause) {
        super(message, cause, false, true);
        this.kind = kind;
        this.callback = callback;
        this.contextId = contextId;
        this.functions = List.copyOf(functions);
        this.hostCalls = List.copyOf(hostCalls);
    }

    /** What ended the guest. */
    public Kind kind() {
        return kind;
    }

    /** The exported function that the host had called, such as {@code proxy_on_request_headers} or {@code _initialize}. */
    public String callback() {
        return callback;
    }

    /** The id of the context whose callback it was; 0 in the start. */
    public int contextId() {
        return contextId;
    }

    /** The guest's functions on the stack, innermost first, at most 20; names if the module has a name section. */
    public List<String> functions() {
        return functions;
    }

    /** The last host calls, oldest first, at most 16: {@code proxy_log -> OK}; without status if it did not return. */
    public List<String> hostCalls() {
        return hostCalls;
    }

    /** Everything that is known, on several lines, for the log. */
    public String report() {
        StringBuilder text = new StringBuilder(String.valueOf(getMessage()));
        if (!functions.isEmpty()) {
            text.append("\n  guest functions, innermost first:");
            for (int i = 0; i < functions.size(); i++) {
                text.append(String.format("%n    %2d: %s", i, functions.get(i)));
            }
        }
        if (!hostCalls.isEmpty()) {
            text.append("\n  last host calls, newest last:");
            for (String call : hostCalls) {
                text.append("\n    ").append(call);
            }
        }
        return text.toString();
    }
}
