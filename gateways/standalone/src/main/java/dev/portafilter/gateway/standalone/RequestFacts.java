package dev.portafilter.gateway.standalone;

import dev.portafilter.abi.HeaderMap;
import org.jspecify.annotations.Nullable;

/** What the wire tells about one message and Vert.x does not. Event loop only. */
final class RequestFacts {
    private final boolean endOfStream;
    private @Nullable HeaderMap trailers;

    /**
     * The facts that are known when the head has arrived.
     *
     * @param endOfStream whether it is certain that nothing follows the head
     */
    RequestFacts(boolean endOfStream) {
        this.endOfStream = endOfStream;
    }

    /** Whether it is certain that nothing follows the head. */
    boolean endOfStream() {
        return endOfStream;
    }

    /** The trailers; null before the end, and when there are none. */
    @Nullable HeaderMap trailers() {
        return trailers;
    }

    void setTrailers(HeaderMap lines) {
        trailers = lines.count() == 0 ? null : lines;
    }
}
