package dev.portafilter.gateway.standalone;

/** A request that the gateway answers itself, before any plugin sees it. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final boolean closes;

    private Refusal(int status, String text, boolean closes) {
        super(text, null, false, false);
        this.status = status;
        this.closes = closes;
    }

    /**
     * A message that cannot be read.
     *
     * @param text the body, for the client
     */
    static Refusal of(int status, String text) {
        return new Refusal(status, text, true);
    }

    /** A message that can be read, but is not served; the client gets no words. */
    static Refusal unserved(int status, boolean closes) {
        return new Refusal(status, "", closes);
    }

    /** Whether the connection is not to be used any longer. */
    boolean closes() {
        return closes;
    }

    /** What plugins read as {@code response.code_details}. */
    String details() {
        return closes ? "http1.codec_error" : "direct_response";
    }

    /** The answer's status. */
    int status() {
        return status;
    }

    /** The answer's body. */
    String text() {
        return String.valueOf(getMessage());
    }
}
