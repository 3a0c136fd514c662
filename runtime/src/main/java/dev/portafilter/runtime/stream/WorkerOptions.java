package dev.portafilter.runtime.stream;

import org.jspecify.annotations.Nullable;

/**
 * How workers behave where the references leave a choice.
 *
 * @param reloadBaseMillis shortest time between loads of a VM under {@code FAIL_RELOAD}, to which up to half of it is
 *     added at random; default 1000, as Envoy; 0 reloads at the next stream
 * @param spareInFlight whether a stream that the failed VM had already let pass, and did not hold, goes on without the
 *     plugin when another stream makes the VM fail; default false, as Envoy, where it gets 503
 * @param drainMillis how long a plugin may take to end after {@code on_done} gave false; default 1000
 * @param retireMillis how long a plugin that a change has left out may wait for its streams; default 60000
 * @param trace watches callbacks; null for none
 */
public record WorkerOptions(
        long reloadBaseMillis,
        boolean spareInFlight,
        long drainMillis,
        long retireMillis,
        @Nullable CallbackTrace trace) {
    /** The defaults. */
    public static final WorkerOptions DEFAULT = new WorkerOptions(1_000, false, 1_000, 60_000, null);

    /** Checks the ranges. */
    public WorkerOptions {
        if (drainMillis < 1) {
            throw new IllegalArgumentException("drainMillis: " + drainMillis + " (expected: 1 or more)");
        }
        if (retireMillis < 1) {
            throw new IllegalArgumentException("retireMillis: " + retireMillis + " (expected: 1 or more)");
        }
        if (reloadBaseMillis < 0) {
            throw new IllegalArgumentException(
                    "reloadBaseMillis: " + reloadBaseMillis + " is negative (expected: 0 or more)");
        }
    }

    /** These options with another back-off. */
    public WorkerOptions withReloadBaseMillis(long millis) {
        return new WorkerOptions(millis, spareInFlight, drainMillis, retireMillis, trace);
    }

    /** These options, sparing streams in flight or not. */
    public WorkerOptions withSpareInFlight(boolean spare) {
        return new WorkerOptions(reloadBaseMillis, spare, drainMillis, retireMillis, trace);
    }

    /** These options with another time for plugins to end. */
    public WorkerOptions withDrainMillis(long millis) {
        return new WorkerOptions(reloadBaseMillis, spareInFlight, millis, retireMillis, trace);
    }

    /** These options with another time for plugins that a change has left out. */
    public WorkerOptions withRetireMillis(long millis) {
        return new WorkerOptions(reloadBaseMillis, spareInFlight, drainMillis, millis, trace);
    }

    /** These options with a watcher. */
    public WorkerOptions withTrace(@Nullable CallbackTrace watcher) {
        return new WorkerOptions(reloadBaseMillis, spareInFlight, drainMillis, retireMillis, watcher);
    }
}
