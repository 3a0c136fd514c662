package dev.portafilter.test.compare;

import java.util.function.BooleanSupplier;

/** Waiting for what another process does. */
final class Patience {
    private static final int LOOK_MILLIS = 5;

    private Patience() {}

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a condition; whether it came true in time. */
    static boolean until(long millis, BooleanSupplier condition) {
        long end = System.nanoTime() + millis * 1_000_000;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end || Thread.currentThread().isInterrupted()) {
                return false;
            }
            pause(LOOK_MILLIS);
        }
        return true;
    }
}
