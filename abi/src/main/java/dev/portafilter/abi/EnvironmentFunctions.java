package dev.portafilter.abi;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The table of what toolchains import from {@code env} beside the ABI: Emscripten's and AssemblyScript's own functions.
 * Source: ABI reference, section 5.4.
 */
public final class EnvironmentFunctions {
    private static final int MAX_TRACED = 5;
    private static final double TWO_TO_MINUS_53 = 0x1.0p-53;

    private static final List<EnvironmentFunction> ALL = List.of(
            new EnvironmentFunction("emscripten_notify_memory_growth", "i32", null, call -> 0),
            new EnvironmentFunction("pthread_equal", "i32 i32", "i32", call -> call.int32(0) == call.int32(1) ? 1 : 0),
            new EnvironmentFunction("abort", "i32 i32 i32 i32", null, EnvironmentFunctions::abort),
            new EnvironmentFunction("seed", "", "f64", EnvironmentFunctions::seed),
            new EnvironmentFunction("trace", "i32 i32 f64 f64 f64 f64 f64", null, EnvironmentFunctions::trace));

    private EnvironmentFunctions() {}

    /** Every row. */
    public static List<EnvironmentFunction> all() {
        return ALL;
    }

    /** The row of an import's name, or null. */
    public static @Nullable EnvironmentFunction of(String name) {
        for (EnvironmentFunction function : ALL) {
            if (function.name().equals(name)) {
                return function;
            }
        }
        return null;
    }

    /** Slots: message, file, line, column. */
    private static long abort(HostCall call) {
        String message = "abort: " + string(call, call.int32(0)) + " at " + string(call, call.int32(1)) + ":"
                + Integer.toUnsignedString(call.int32(2)) + ":" + Integer.toUnsignedString(call.int32(3));
        if (call.host().logs(LogLevel.CRITICAL)) {
            call.host().log(LogLevel.CRITICAL, call.current(), message);
        }
        throw new GuestAbort(message);
    }

    private static long seed(HostCall call) {
        byte[] random = new byte[Long.BYTES];
        call.host().random(random, 0, random.length);
        long bits = 0;
        for (byte b : random) {
            bits = bits << 8 | (b & 0xff);
        }
        return Double.doubleToRawLongBits((bits >>> 11) * TWO_TO_MINUS_53);
    }

    /** Slots: message, number of values, up to five values. */
    private static long trace(HostCall call) {
        if (!call.host().logs(LogLevel.TRACE)) {
            return 0;
        }
        StringBuilder message = new StringBuilder("trace: ").append(string(call, call.int32(0)));
        int count = Math.min(call.int32(1), MAX_TRACED);
        for (int i = 0; i < count; i++) {
            message.append(i == 0 ? " " : ", ").append(Double.longBitsToDouble(call.int64(2 + i)));
        }
        call.host().log(LogLevel.TRACE, call.current(), message.toString());
        return 0;
    }

    /** A string of AssemblyScript: UTF-16, its size in bytes before it. An address that holds none is an empty one. */
    private static String string(HostCall call, int address) {
        if (address == 0 || !call.inMemory(address - Integer.BYTES, Integer.BYTES)) {
            return "";
        }
        int size = call.readU32(address - Integer.BYTES);
        if (!call.inMemory(address, size)) {
            return "";
        }
        int kept = Math.min(size, Limits.ABORT_TEXT_SIZE);
        String text = new String(call.memory(), address, kept, StandardCharsets.UTF_16LE);
        return kept < size ? text + "…" : text;
    }
}
