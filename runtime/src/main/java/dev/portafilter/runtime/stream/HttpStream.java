package dev.portafilter.runtime.stream;

import dev.portafilter.abi.HeaderMap;

/** Contract; the body follows. */
public interface HttpStream {
    /**
     * The request's head has arrived. Names lower-case, pseudo-headers {@code :authority :path :method :scheme} first,
     * no {@code host}.
     *
     * @param endOfStream only when it is certain that neither body nor trailers follow
     */
    void requestHeaders(HeaderMap headers, boolean endOfStream);

    /** A chunk of the request's body; may be empty only with {@code endOfStream}. Owned by the stream afterwards. */
    void requestBody(byte[] data, boolean endOfStream);

    /** The request's trailers; the request is complete. */
    void requestTrailers(HeaderMap trailers);

    /** The upstream's final response head ({@code :status} first); informational ones are not passed. */
    void responseHeaders(HeaderMap headers, boolean endOfStream);

    /** A chunk of the response's body. */
    void responseBody(byte[] data, boolean endOfStream);

    /** The response's trailers; the response is complete. */
    void responseTrailers(HeaderMap trailers);

    /** The client has gone or reset the stream; nothing more is forwarded. */
    void clientReset();

    /**
     * The upstream cannot be reached, or broke off. Before the response's head the client gets 503, later a reset.
     *
     * @param reason in words, shown to the client as Envoy does
     */
    void upstreamReset(String reason);

    /** The upstream did not answer in time. Before the response's head the client gets 504, later a reset. */
    void upstreamTimeout();

    /**
     * A response that the gateway itself makes (a limit, a bad request, no route); it runs through the response
     * callbacks of the plugins that saw the request.
     */
    void reply(int status, byte[] body, String details);

    /** Whether everything is over: the response was forwarded whole, or a reset was seen. Later events are ignored. */
    boolean finished();
}
