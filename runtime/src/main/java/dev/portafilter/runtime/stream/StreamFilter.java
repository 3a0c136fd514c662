package dev.portafilter.runtime.stream;

import dev.portafilter.abi.HeaderMap;

/** What stands at one place of a stream's chain: a plugin's {@link StreamContext}, or a {@link StepContext} of the host. */
interface StreamFilter {
    /** What it holds of a direction. */
    Slot slot(Direction direction);

    /** Whether it takes part in a direction. */
    boolean takes(Direction direction);

    /** What it wants with headers, as the place where they wait. */
    Slot.Hold onHeaders(Direction direction, HeaderMap headers, boolean endOfStream);

    /** What it wants with a chunk: 0 go on, 1 buffer, 2 buffer with back-pressure, 3 drop. */
    int onBody(Direction direction, int size, boolean endOfStream);

    /** Whether it lets trailers go on. */
    boolean onTrailers(Direction direction, HeaderMap trailers);

    /** The stream is over: the first time that it is told. */
    void log();

    /** The stream is over, and everybody has been told once. */
    void end();

    /** Its name in messages. */
    String filterName();
}
