package dev.portafilter.runtime.vm;

import com.dylibso.chicory.runtime.ExportFunction;
import com.dylibso.chicory.runtime.Machine;
import org.jspecify.annotations.Nullable;

/**
 * An exported function of one guest, found once, with the array that its arguments travel in. The engine copies them out
 * before it runs anything, so one array serves all calls.
 */
final class GuestFunction {
    private final Machine machine;
    private final int index;
    // Set for modules with managed types: only this way in lets the engine collect what the guest has dropped.
    private final @Nullable ExportFunction collecting;

    /** As many as the function has parameters; the caller fills them in. */
    final long[] arguments;

    GuestFunction(Machine machine, int index, int parameterCount, @Nullable ExportFunction collecting) {
        this.machine = machine;
        this.index = index;
        this.arguments = new long[parameterCount];
        this.collecting = collecting;
    }

    /** Runs the function and gives its i32 result, 0 when it has none. */
    int call() {
        long[] result = collecting == null ? machine.call(index, arguments) : collecting.apply(arguments);
        return result == null || result.length == 0 ? 0 : (int) result[0];
    }
}
