package dev.portafilter.registry;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Time and chance, so that tests need neither. */
interface Pace {
    /** The real ones. */
    Pace REAL = new Pace() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void sleep(long millis) throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep(millis);
        }

        @Override
        public double chance() {
            return ThreadLocalRandom.current().nextDouble();
        }
    };

    /** As {@link System#nanoTime}. */
    long nanoTime();

    /** Waits. */
    void sleep(long millis) throws InterruptedException;

    /** A number from 0 to 1. */
    double chance();
}
