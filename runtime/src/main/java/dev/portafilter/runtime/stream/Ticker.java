package dev.portafilter.runtime.stream;

import dev.portafilter.runtime.service.Cancellable;
import org.jspecify.annotations.Nullable;

/**
 * The timer of one root context: a fixed delay, armed again once the tick is over, so that ticks neither overlap nor
 * pile up. Source: ABI reference, section 3.2.
 */
final class Ticker {
    private final Worker worker;
    private final Runnable tick;
    private long periodMillis;
    private boolean ticking;
    private boolean stopped;
    private @Nullable Cancellable timer;

    Ticker(Worker worker, Runnable tick) {
        this.worker = worker;
        this.tick = tick;
    }

    /** Sets the period from now on; 0 stops the ticks. */
    void setPeriod(long millis) {
        if (stopped) {
            return;
        }
        periodMillis = millis;
        if (!ticking) {
            arm();
        }
    }

    /** Stops for good: a period set later, as in {@code on_done}, has no effect. */
    void stop() {
        setPeriod(0);
        stopped = true;
    }

    private void arm() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (periodMillis > 0) {
            timer = worker.schedule(periodMillis, this::fire);
        }
    }

    private void fire() {
        timer = null;
        ticking = true;
        try {
            tick.run();
        } finally {
            ticking = false;
        }
        arm();
    }
}
