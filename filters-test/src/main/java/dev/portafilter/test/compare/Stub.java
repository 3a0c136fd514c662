package dev.portafilter.test.compare;

import java.io.IOException;
import java.util.List;

/** A server behind a side: it answers as the exchange says, and writes down what it received. Thread-safe. */
interface Stub extends AutoCloseable {
    /** Where it listens, on the loopback. */
    int port();

    /** Sets what the next requests get, in their order; those beyond get what is usual. */
    void answer(List<Answer> next);

    /** What was received since this was last forgotten. */
    List<String> seen();

    /** Forgets what was received. */
    void forget();

    /** Whether no request is being received or answered. */
    boolean idle();

    @Override
    void close() throws IOException;
}
