package dev.portafilter.abi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row of the table of what toolchains import from {@code env} beside the ABI. Such functions are always allowed and
 * cannot be refused. Immutable and shared by all VMs. Source: ABI reference, section 5.4.
 */
public final class EnvironmentFunction {
    /** What the function does; it gives the result's bits. */
    @FunctionalInterface
    interface Body {
        long run(HostCall call);
    }

    private final String name;
    private final List<String> parameterTypes;
    private final @Nullable String resultType;
    private final Body body;

    EnvironmentFunction(String name, String parameterTypes, @Nullable String resultType, Body body) {
        this.name = name;
        this.parameterTypes = parameterTypes.isEmpty() ? List.of() : List.of(parameterTypes.split(" "));
        this.resultType = resultType;
        this.body = body;
    }

    /** The import's name; its module is {@code env}. */
    public String name() {
        return name;
    }

    /** The wasm types of the parameters, {@code i32} or {@code f64}. */
    public List<String> parameterTypes() {
        return parameterTypes;
    }

    /** The wasm type of the result, {@code i32} or {@code f64}, or null when there is none. */
    public @Nullable String resultType() {
        return resultType;
    }

    /** Name and wasm types, such as {@code pthread_equal(i32, i32) -> i32}. */
    public String signature() {
        return name + "(" + String.join(", ", parameterTypes) + ")" + (resultType == null ? "" : " -> " + resultType);
    }

    /**
     * Runs the function.
     *
     * @param arguments one number per parameter, an f64 as its bits; read only during the call
     * @return the result, an f64 as its bits; 0 when there is none
     * @throws GuestAbort from {@code abort}
     */
    public long call(HostCall call, long[] arguments) {
        call.begin(arguments);
        return body.run(call);
    }

    @Override
    public String toString() {
        return name;
    }
}
