package dev.portafilter.gateway.standalone;

import dev.portafilter.abi.HeaderMap;

/** A request that the gateway answers itself: plugins hear of it only when they log. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String details;
    private final transient HeaderMap headers;

    /**
     * An answer to a request whose head could not be read.
     *
     * @param text the body, for the client; may be empty
     * @param details why, in Envoy's words, for the logs of plugins
     */
    Refusal(int status, String text, String details) {
        this(status, text, details, new HeaderMap());
    }

    /** An answer to a request whose head is known. */
    Refusal(int status, String text, String details, HeaderMap headers) {
        super(text, null, false, false);
        this.status = status;
        this.details = details;
        this.headers = headers;
    }

    /** The answer's status. */
    int status() {
        return status;
    }

    /** The answer's body. */
    String text() {
        return String.valueOf(getMessage());
    }

    /** Whether the connection is not to be used any longer; it is where there is merely nothing to be found. */
    boolean closes() {
        return status != 404;
    }

    /** Why, as {@code response.code_details}. */
    String details() {
        return details;
    }

    /** What is known of the request's head. */
    HeaderMap headers() {
        return headers;
    }
}
