package dev.portafilter.gateway.standalone;

import dev.portafilter.abi.HeaderMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the wire tells about one message and Vert.x does not. Event loop only. */
final class RequestFacts {
    private final boolean endOfStream;
    private final boolean keepAlive;
    private List<String> pseudoHeaders = List.of();
    private @Nullable HeaderMap trailers;
    private @Nullable Runnable whenUnreadable;
    private boolean unreadable;

    /**
     * The facts that are known when the head has arrived.
     *
     * @param endOfStream whether it is certain that nothing follows the head
     */
    RequestFacts(boolean endOfStream) {
        this(endOfStream, false);
    }

    /**
     * The facts that are known when the head has arrived.
     *
     * @param endOfStream whether it is certain that nothing follows the head
     * @param keepAlive whether an HTTP/1.0 client asks for the connection to stay
     */
    RequestFacts(boolean endOfStream, boolean keepAlive) {
        this.endOfStream = endOfStream;
        this.keepAlive = keepAlive;
    }

    /** The names of an HTTP/2 request's pseudo-headers, in the client's order; none in HTTP/1.1, which has an order of its own. */
    List<String> pseudoHeaders() {
        return pseudoHeaders;
    }

    void setPseudoHeaders(List<String> names) {
        pseudoHeaders = names;
    }

    /** Whether an HTTP/1.0 client asks for the connection to stay. */
    boolean keepAlive() {
        return keepAlive;
    }

    /** Says what to do when the rest of the message turns out to be no HTTP. */
    void whenUnreadable(Runnable action) {
        whenUnreadable = action;
        if (unreadable) {
            action.run();
        }
    }

    /** The rest of the message is no HTTP. */
    void setUnreadable() {
        unreadable = true;
        if (whenUnreadable != null) {
            whenUnreadable.run();
        }
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
