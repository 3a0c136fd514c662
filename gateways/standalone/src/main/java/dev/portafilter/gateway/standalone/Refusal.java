package dev.portafilter.gateway.standalone;

/** A request that the gateway answers itself, before any plugin sees it. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    /**
     * An answer.
     *
     * @param text the body, for the client
     */
    Refusal(int status, String text) {
        super(text, null, false, false);
        this.status = status;
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
