package dev.portafilter.test.compare;

/** One thing that an end of a connection does; a connection is a list of them. */
sealed interface Step {
    /** Writes these bytes at once. */
    record Send(byte[] bytes) implements Step {}

    /** Does nothing for a while. */
    record Pause(int millis) implements Step {}

    /** Reads a response, 1xx ones before it included. */
    record Response(boolean bodiless) implements Step {}

    /** Reads one head, and nothing behind it. */
    record Head() implements Step {}

    /** Says that nothing more will be sent. */
    record HalfClose() implements Step {}

    /** Closes the connection. */
    record Close() implements Step {}

    /** Resets the connection. */
    record Reset() implements Step {}

    /** Waits for the other end to close the connection. */
    record AwaitEnd() implements Step {}
}
