package dev.portafilter.abi;

import java.util.List;

/**
 * One row of the table of WASI functions: its name, its wasm types and what it answers. Immutable and shared by all VMs.
 * Source: ABI reference, section 5.1.
 */
public final class WasiFunction {
    /** What a WASI function does; it gives the errno that the guest sees. */
    @FunctionalInterface
    interface Body {
        int run(HostCall call);
    }

    /** What the guest gets instead when the plugin may not call the function; {@code proc_exit} just returns then. */
    public static final int REFUSED = WasiFunctions.NOTCAPABLE;

    private final String name;
    private final List<String> parameterTypes;
    private final Body body;
    private final boolean hasResult;
    private final boolean allowedWhileAllocating;

    WasiFunction(String name, String parameterTypes, Body body, boolean hasResult, boolean allowedWhileAllocating) {
        this.name = name;
        this.parameterTypes = parameterTypes.isEmpty() ? List.of() : List.of(parameterTypes.split(" "));
        this.body = body;
        this.hasResult = hasResult;
        this.allowedWhileAllocating = allowedWhileAllocating;
    }

    WasiFunction withoutResult() {
        return new WasiFunction(name, String.join(" ", parameterTypes), body, false, allowedWhileAllocating);
    }

    WasiFunction allowWhileAllocating() {
        return new WasiFunction(name, String.join(" ", parameterTypes), body, hasResult, true);
    }

    /** The import's name, such as {@code fd_write}; for its modules see {@link WasiFunctions#MODULES}. */
    public String name() {
        return name;
    }

    /** The wasm types of the parameters, {@code i32} or {@code i64}. */
    public List<String> parameterTypes() {
        return parameterTypes;
    }

    /** Whether the function gives its errno as an i32; {@code proc_exit} gives nothing. */
    public boolean hasResult() {
        return hasResult;
    }

    /** Whether the guest may call it before its first context exists: always. */
    public boolean allowedAtStart() {
        return true;
    }

    /** Whether the guest's allocator may call it while the host waits for a block; otherwise such a call is a trap. */
    public boolean allowedWhileAllocating() {
        return allowedWhileAllocating;
    }

    /** Name and wasm types, such as {@code fd_close(i32) -> i32}. */
    public String signature() {
        return name + "(" + String.join(", ", parameterTypes) + ")" + (hasResult ? " -> i32" : "");
    }

    /**
     * Runs the function.
     *
     * @param arguments one number per parameter; read only during the call
     * @return the errno, 0 for success
     * @throws GuestExit from {@code proc_exit}
     */
    public int call(HostCall call, long[] arguments) {
        call.begin(arguments);
        return body.run(call);
    }

    @Override
    public String toString() {
        return name;
    }
}
