package dev.portafilter.runtime.service;

import dev.portafilter.abi.HeaderMap;
import org.jspecify.annotations.Nullable;

/** A stream as a {@link HostStep} sees it. For the worker's thread only, but for {@link #execute}. */
public interface StepStream {
    /** The request's headers; the step may change them while they are at it: in {@code requestHeaders}, or while it holds. */
    HeaderMap requestHeaders();

    /** The response's headers, which the step may change in {@code responseHeaders}; null before there are any. */
    @Nullable HeaderMap responseHeaders();

    /** Keeps the request here, with all that follows, until {@link #resume} or {@link #reply}. In {@code requestHeaders} only. */
    void hold();

    /** Lets a held request go on; does nothing when it is not held, or the stream is over. */
    void resume();

    /**
     * Answers the request in place of the upstream. Plugins that saw the request see this response. Once a response has
     * begun, the stream is broken off instead.
     *
     * @param status 200 to 599
     * @param headers further headers
     * @param body with {@code text/plain} unless the headers say otherwise
     * @param details why, in a word, for logs: {@code response.code_details}
     */
    void reply(int status, HeaderMap headers, byte[] body, String details);

    /** Runs a task on the worker's thread, where the stream may be touched. Any thread; does not wait. */
    void execute(Runnable task);

    /** Whether the stream is over. */
    boolean finished();

    /** The status that the client gets or got; 0 before there is one. */
    int responseStatus();

    /** Body bytes of the request so far. */
    long requestBytes();

    /** Body bytes that have gone to the client so far. */
    long responseBytes();

    /** Time since the stream began, in nanoseconds. */
    long durationNanos();

    /** What the step has kept on this stream with {@link #keep}; null before. */
    @Nullable Object kept();

    /** Keeps something on this stream, for the step's later calls. */
    void keep(@Nullable Object value);
}
