package dev.portafilter.cli;

import dev.portafilter.registry.TransferObserver;

/** How much of the last large body has passed. Any thread. */
final class Transfer implements TransferObserver {
    /** Smaller ones, such as manifests, are over before they could be seen. */
    private static final long LEAST_BYTES = 256 * 1024;

    private long bytes;
    private long total;

    /** Forgets what passed before. */
    synchronized void begin() {
        bytes = 0;
        total = 0;
    }

    @Override
    public synchronized void transferred(long passed, long all) {
        if (all >= LEAST_BYTES) {
            bytes = passed;
            total = all;
        }
    }

    synchronized long bytes() {
        return bytes;
    }

    /** 0 while nothing large has begun. */
    synchronized long total() {
        return total;
    }
}
