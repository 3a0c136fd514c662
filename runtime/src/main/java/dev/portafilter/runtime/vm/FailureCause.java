package dev.portafilter.runtime.vm;

import com.dylibso.chicory.runtime.ChicoryInterruptedException;
import com.dylibso.chicory.runtime.TrapException;
import com.dylibso.chicory.runtime.WasmException;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.UninstantiableException;
import dev.portafilter.abi.GuestExit;
import dev.portafilter.runtime.vm.GuestFailure.Kind;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a throwable that came out of the engine means, in the words that Envoy uses. The engine throws from several
 * families of exceptions, and says what happened in the message only. Source: ABI reference, section 6.7.
 *
 * @param trace the throwable whose stack trace shows the guest's functions, or null
 * @param cause what an operator must see beside the text, or null
 */
record FailureCause(
        Kind kind,
        String text,
        @Nullable Throwable trace,
        @Nullable Throwable cause) {
    private static final String OVERFLOW = "Maximum call stack size exceeded";
    /** Beginnings or parts of the engine's messages, and what Envoy's engine says. */
    private static final Map<String, String> TRAPS = Map.ofEntries(
            Map.entry("Trapped on unreachable instruction", "unreachable"),
            Map.entry("out of bounds memory access", "memory access out of bounds"),
            Map.entry("integer divide by zero", "divide by zero"),
            Map.entry("invalid conversion to integer", "float unrepresentable in integer range"),
            Map.entry("indirect call type mismatch", "function signature mismatch"),
            Map.entry("undefined element", "table index is out of bounds"),
            Map.entry("out of bounds table access", "table index is out of bounds"),
            Map.entry("uninitialized element", "null function or function signature mismatch"),
            Map.entry("null function reference", "null function or function signature mismatch"));

    /** Reads a throwable; {@code expired} when the watchdog had stopped the run. */
    static FailureCause of(@Nullable Throwable thrown, boolean expired, long limitMillis) {
        if (expired) {
            return new FailureCause(Kind.DEADLINE, "ran longer than its " + limitMillis + " ms", thrown, null);
        }
        if (thrown instanceof GuestStop stop) {
            return new FailureCause(stop.kind(), stop.what(), stop, stop.getCause());
        }
        if (thrown instanceof GuestExit exit) {
            return new FailureCause(Kind.EXIT, "proc_exit(" + exit.code() + ")", exit, null);
        }
        if (thrown instanceof StackOverflowError) {
            return new FailureCause(Kind.STACK_OVERFLOW, OVERFLOW, thrown, null);
        }
        if (thrown instanceof OutOfMemoryError) {
            return new FailureCause(Kind.MEMORY_LIMIT, "the JVM has no memory left", thrown, thrown);
        }
        if (thrown instanceof ChicoryInterruptedException) {
            return new FailureCause(Kind.HOST_ERROR, "the thread was interrupted", thrown, null);
        }
        if (thrown instanceof WasmException) {
            return new FailureCause(Kind.TRAP, "uncaught exception", thrown, null);
        }
        if (thrown instanceof ChicoryException) {
            return trap(thrown);
        }
        // What is left comes from the engine too: an index in a table that it did not check, for example.
        return new FailureCause(Kind.TRAP, String.valueOf(thrown), thrown, thrown);
    }

    private static FailureCause trap(Throwable thrown) {
        if (thrown instanceof UninstantiableException && thrown.getCause() instanceof TrapException inner) {
            return trap(inner);
        }
        if (thrown.getCause() instanceof StackOverflowError overflow) {
            return new FailureCause(Kind.STACK_OVERFLOW, OVERFLOW, overflow, null);
        }
        String message = String.valueOf(thrown.getMessage());
        if (message.equals("integer overflow")) {
            return new FailureCause(Kind.TRAP, integerOverflow(thrown), thrown, null);
        }
        for (Map.Entry<String, String> trap : TRAPS.entrySet()) {
            if (message.contains(trap.getKey())) {
                return new FailureCause(Kind.TRAP, trap.getValue(), thrown, null);
            }
        }
        return new FailureCause(Kind.TRAP, message, thrown, null);
    }

    private static String integerOverflow(Throwable thrown) {
        StackTraceElement[] trace = thrown.getStackTrace();
        boolean division = trace.length > 0 && trace[0].getMethodName().contains("DIV");
        return division ? "divide result unrepresentable" : "float unrepresentable in integer range";
    }
}
