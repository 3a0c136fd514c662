package dev.portafilter.abi;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One row of the table of host functions: its name, its parameters, the versions that have it and its body. Immutable
 * and shared by all VMs. Source: ABI reference, section 3.1.
 */
public final class HostFunction {
    /** What a host function does once its arguments are checked; it gives the number that the guest sees. */
    @FunctionalInterface
    interface Body {
        Status run(HostCall call);
    }

    /** What the guest gets instead when the plugin may not call the function. */
    public static final Status REFUSED = Status.INTERNAL_FAILURE;

    private final String name;
    private final List<Param> params;
    private final Body body;
    private final AbiVersion since;
    private final AbiVersion until;
    private final boolean allowedAtStart;
    private final boolean allowedWhileAllocating;
    // Pairs (slot, maximum), then slots of input byte ranges; both in parameter order.
    private final int[] rangeChecks;
    private final int[] bytesSlots;
    private final List<String> parameterTypes;

    private HostFunction(
            String name,
            Body body,
            List<Param> params,
            AbiVersion since,
            AbiVersion until,
            boolean allowedAtStart,
            boolean allowedWhileAllocating) {
        this.name = name;
        this.body = body;
        this.params = params;
        this.since = since;
        this.until = until;
        this.allowedAtStart = allowedAtStart;
        this.allowedWhileAllocating = allowedWhileAllocating;
        List<String> types = new ArrayList<>();
        List<Integer> ranges = new ArrayList<>();
        List<Integer> bytes = new ArrayList<>();
        for (Param param : params) {
            if (param.kind().maximum() >= 0) {
                ranges.add(types.size());
                ranges.add(param.kind().maximum());
            }
            if (param.kind() == Param.Kind.BYTES) {
                bytes.add(types.size());
            }
            types.addAll(List.of(param.kind().types()));
        }
        this.parameterTypes = List.copyOf(types);
        this.rangeChecks = ranges.stream().mapToInt(Integer::intValue).toArray();
        this.bytesSlots = bytes.stream().mapToInt(Integer::intValue).toArray();
    }

    static HostFunction hostFunction(String name, Body body, Param... params) {
        return new HostFunction(name, body, List.of(params), AbiVersion.V0_1_0, AbiVersion.V0_2_1, false, false);
    }

    HostFunction since(AbiVersion version) {
        return new HostFunction(name, body, params, version, until, allowedAtStart, allowedWhileAllocating);
    }

    HostFunction until(AbiVersion version) {
        return new HostFunction(name, body, params, since, version, allowedAtStart, allowedWhileAllocating);
    }

    HostFunction allowAtStart() {
        return new HostFunction(name, body, params, since, until, true, allowedWhileAllocating);
    }

    HostFunction allowWhileAllocating() {
        return new HostFunction(name, body, params, since, until, allowedAtStart, true);
    }

    /** The import's name, such as {@code proxy_log}; its module is {@code env}. */
    public String name() {
        return name;
    }

    /** The parameters in the words of the specification. */
    public List<Param> params() {
        return params;
    }

    /** The wasm types of the parameters, {@code i32} or {@code i64}. The result is one i32, the status. */
    public List<String> parameterTypes() {
        return parameterTypes;
    }

    /** Whether the specification of this version has the function; every module may import it all the same. */
    public boolean in(AbiVersion version) {
        return version.compareTo(since) >= 0 && version.compareTo(until) <= 0;
    }

    /** Whether the guest may call it before its first context exists; otherwise such a call is a trap. */
    public boolean allowedAtStart() {
        return allowedAtStart;
    }

    /** Whether the guest's allocator may call it while the host waits for a block; otherwise such a call is a trap. */
    public boolean allowedWhileAllocating() {
        return allowedWhileAllocating;
    }

    /** Name, slots and wasm types, such as {@code proxy_log(level:i32, msg:i32, msg_len:i32) -> i32}. */
    public String signature() {
        return params.stream().map(Param::signature).collect(Collectors.joining(", ", name + "(", ") -> i32"));
    }

    /**
     * Checks the arguments and runs the body. The order is the specification's: ranges of enumerations, then
     * readability of inputs, then the action, then results.
     *
     * @param arguments one number per slot; read only during the call
     * @return the status that the guest sees
     */
    public Status call(HostCall call, long[] arguments) {
        call.begin(arguments);
        for (int i = 0; i < rangeChecks.length; i += 2) {
            if (Integer.compareUnsigned(call.int32(rangeChecks[i]), rangeChecks[i + 1]) > 0) {
                return Status.BAD_ARGUMENT;
            }
        }
        for (int slot : bytesSlots) {
            if (!call.readable(slot)) {
                return Status.INVALID_MEMORY_ACCESS;
            }
        }
        return body.run(call);
    }

    @Override
    public String toString() {
        return name;
    }
}
