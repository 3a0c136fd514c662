package dev.portafilter.test.e2e;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** How long tests wait for what must happen: much longer than it takes, so that only what never happens fails. */
final class Patience {
    static final long MILLIS = 60_000;

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private Patience() {}

    /**
     * Waits until something is true.
     *
     * @param otherwise says how things are when it never is
     */
    static void until(BooleanSupplier condition, Supplier<String> otherwise) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MILLIS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(otherwise.get());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
