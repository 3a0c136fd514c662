package dev.portafilter.gateway.standalone;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** What the gateway counts. Thread-safe. */
final class Counters {
    /** The lowest class of final responses. */
    static final int FIRST_CLASS = 2;
    /** Stands for the classes that HTTP does not define. */
    static final int OTHER = 6;

    private final AtomicLong connectionIds = new AtomicLong();
    private final LongAdder connections = new LongAdder();
    private final AtomicLong requestsActive = new AtomicLong();
    private final AtomicLong tcpActive = new AtomicLong();
    private final AtomicLongArray responses = new AtomicLongArray(OTHER + 1);

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

    /** TCP connections under way. */
    AtomicLong tcpActive() {
        return tcpActive;
    }

    /** Counts a response's head. */
    void responded(int status) {
        int hundreds = status / 100;
        responses.incrementAndGet(hundreds >= FIRST_CLASS && hundreds < OTHER ? hundreds : OTHER);
    }

    /** Responses so far with a status of {@code hundreds * 100} and above; {@link #OTHER} stands for all the rest. */
    long responses(int hundreds) {
        return responses.get(hundreds);
    }
}
