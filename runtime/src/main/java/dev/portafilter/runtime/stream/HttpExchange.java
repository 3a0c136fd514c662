package dev.portafilter.runtime.stream;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response as a gateway carries them; a gateway adapter implements this and feeds an
 * {@link HttpStream} with what arrives.
 *
 * <p>All methods are called on the worker's thread and must not block. A map that is passed may be read during the call
 * only, and never changed; arrays
 * that are passed are owned by the adapter afterwards. Each direction is: headers once, any number of body
 * chunks, trailers at most once; the element with {@code endOfStream} (or the trailers) is the last one.
 */
public interface HttpExchange {
    /** Sends the request head upstream: pseudo-headers first, valid for the wire, never with {@code host}. */
    void forwardRequest(HeaderMap headers, boolean endOfStream);

    /** Sends a chunk of the request body upstream; empty only when it carries the end of the stream. */
    void forwardRequestBody(byte[] data, boolean endOfStream);

    /** Sends request trailers upstream and ends the request. */
    void forwardRequestTrailers(HeaderMap trailers);

    /**
     * Sends the response head to the client: {@code :status} first. A locally made response comes this way too. With a
     * status that has no body (204, 304), what follows of one is left out, and the response ends with its end.
     */
    void forwardResponse(HeaderMap headers, boolean endOfStream);

    /** Sends a chunk of the response body to the client; empty only when it carries the end of the stream. */
    void forwardResponseBody(byte[] data, boolean endOfStream);

    /** Sends response trailers to the client and ends the response. */
    void forwardResponseTrailers(HeaderMap trailers);

    /**
     * A response is made locally, in place of the upstream's; its head follows, unless something ends the stream.
     *
     * @param status as it was asked for, by a plugin or by the host; what goes out may be another one
     */
    default void replies(int status) {}

    /**
     * The upstream is no longer wanted, because the response is made locally: reset the upstream request if there is
     * one, and do not forward anything that still arrives from it.
     */
    void cancelUpstream();

    /**
     * Breaks the exchange off on both sides: the client sees a reset stream or connection, not a proper end.
     *
     * @param details why, for logs
     */
    void reset(String details);

    /** Stops or restarts reading the request body from the client; the host holds as much as it may. */
    void readRequest(boolean wanted);

    /** Stops or restarts reading the response body from the upstream; the host holds as much as it may. */
    void readResponse(boolean wanted);

    /**
     * Reads a property that only the gateway knows, such as {@code source.address}, {@code connection.mtls} or {@code
     * upstream.address}, in the encodings of the ABI reference, section 3.12.
     *
     * @return OK with the value set, NOT_FOUND, or SERIALIZATION_FAILURE for what is there and has no encoding; {@link
     *     dev.portafilter.runtime.service.PropertyValues} answers right for plain values
     */
    Status property(PropertyPath path, ResultBytes value);

    /**
     * The filter state of the client's connection, the same for each of its exchanges; null when the gateway keeps none:
     * then what plugins store for the connection ends with the stream.
     */
    default @Nullable FilterState connectionState() {
        return null;
    }
}
