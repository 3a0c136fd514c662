package dev.portafilter.runtime.vm;

import dev.portafilter.abi.HostCall;
import java.util.ArrayList;
import java.util.List;

/**
 * What the imported functions of one VM share: the cursor over the guest, which functions may be called now, and a short
 * memory of the calls made last. Used by the thread that runs the guest.
 */
final class HostCalls {
    /** Callbacks: everything may be called. */
    static final int RUNNING = 1;
    /** The start section, which runs before the instance is complete. */
    static final int START_SECTION = 2;
    /** The start functions. */
    static final int STARTING = 4;
    /** The allocator, while the host waits for a block. */
    static final int ALLOCATING = 8;

    private static final int KEPT = 16;
    private static final int STATUS_BITS = 8;
    private static final int STATUS_MASK = (1 << STATUS_BITS) - 1;
    /** Stands for a call that has not returned. */
    private static final int NO_STATUS = STATUS_MASK;

    private final List<ImportedFunction> functions = new ArrayList<>();
    // Call n is at n % KEPT: index of the function, then the status.
    private final int[] kept = new int[KEPT];
    private int count;

    /** One of the constants above. */
    int phase = RUNNING;

    private final HostCall cursor;

    HostCalls(HostCall cursor) {
        this.cursor = cursor;
    }

    HostCall cursor() {
        return cursor;
    }

    /** Adds a function and gives its index. */
    int add(ImportedFunction function) {
        functions.add(function);
        return functions.size() - 1;
    }

    /** Notes that a call begins; the number goes back to {@link #returned}. */
    int called(int function) {
        int slot = count++ & KEPT - 1;
        kept[slot] = function << STATUS_BITS | NO_STATUS;
        return slot;
    }

    /** Notes that a call has returned. A call that was overwritten by calls within it puts itself back. */
    void returned(int slot, int function, int status) {
        kept[slot] = function << STATUS_BITS | status;
    }

    /** The last calls, oldest first: {@code proxy_log -> OK}. */
    List<String> recent() {
        List<String> calls = new ArrayList<>();
        for (int i = Math.max(0, count - KEPT); i < count; i++) {
            int call = kept[i & KEPT - 1];
            ImportedFunction function = functions.get(call >>> STATUS_BITS);
            int status = call & STATUS_MASK;
            calls.add(function.name() + (status == NO_STATUS ? "" : " -> " + function.statusText(status)));
        }
        return calls;
    }

    /** The end of a guest that calls what it may not call now. */
    GuestStop restricted(String function) {
        String when = switch (phase) {
            case ALLOCATING -> "while the allocator runs";
            case START_SECTION -> "in the start section";
            default -> "before the first callback";
        };
        return new GuestStop(GuestFailure.Kind.RESTRICTED_CALL, function + " may not be called " + when);
    }
}
