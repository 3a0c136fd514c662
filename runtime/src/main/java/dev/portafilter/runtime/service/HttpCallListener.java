package dev.portafilter.runtime.service;

import dev.portafilter.abi.HeaderMap;

/** Takes the outcome of one HTTP call: exactly one of the methods, once, on any thread, never inside the start. */
public interface HttpCallListener {
    /**
     * A whole response.
     *
     * @param headers {@code :status} first; owned by the listener
     * @param body owned by the listener
     * @param trailers may be empty; owned by the listener
     */
    void answered(HeaderMap headers, byte[] body, HeaderMap trailers);

    /**
     * No connection, or it broke before the response headers arrived.
     *
     * @param reason in words, as plugins read it behind a 503; behind a 502 for {@code protocol error}
     */
    void unreachable(String reason);

    /** No whole response in the time given. */
    void timedOut();

    /** The connection broke after the response headers arrived. */
    void broken(String reason);
}
