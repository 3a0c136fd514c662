package dev.portafilter.runtime.stream;

import org.jspecify.annotations.Nullable;

/**
 * How workers behave where the references leave a choice.
 *
 * @param reloadBaseMillis shortest time between loads of a VM under {@code FAIL_RELOAD}, to which up to half of it is
 *     added at random; default 1000, as Envoy; 0 reloads at the next stream
 * @param spareInFlight whether a stream that the failed VM had already let pass, and did not hold, goes on without the
 *     plugin when another stream makes the VM fail; default false, as Envoy, where it gets 503
 * @param trace watches callbacks; null for none
 */
public record WorkerOptions(
        long reloadBaseMillis,
        boolean spareInFlight,
        @Nullable CallbackTrace trace) {
    /** The defaults. */
    public static final WorkerOptions DEFAULT = new WorkerOptions(1_000, false, null);

    /** Checks the ranges. */
    public WorkerOptions {
        if (reloadBaseMillis < 0) {
            throw new IllegalArgumentException(
                    "reloadBaseMillis: " + reloadBaseMillis + " is negative (expected: 0 or more)");
        }
    }
}
