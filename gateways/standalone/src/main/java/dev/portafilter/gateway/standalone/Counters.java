package dev.portafilter.gateway.standalone;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** What the gateway counts. Thread-safe. */
final class Counters {
    private static final int CLASSES = 10;

    private final AtomicLong connectionIds = new AtomicLong();
    private final LongAdder connections = new LongAdder();
    private final AtomicLong requestsActive = new AtomicLong();
    private final AtomicLongArray responses = new AtomicLongArray(CLASSES);

    long nextConnectionId() {
        return connectionIds.incrementAndGet();
    }

    /** Connections that clients made so far. */
    LongAdder connections() {
        return connections;
    }

    /** Exchanges under way. */
    AtomicLong requestsActive() {
        return requestsActive;
    }

    /** Counts a response's head. */
    void responded(int status) {
        if (status >= 100 && status <= 999) {
            responses.incrementAndGet(status / 100);
        }
    }

    /** Responses with a status of {@code hundreds * 100} and above, so far. */
    long responses(int hundreds) {
        return responses.get(hundreds);
    }
}
