package dev.portafilter.registry;

import java.io.IOException;

/**
 * A module could not be had, or is not what was asked for. The message names the place, what is wrong and what was
 * expected, and holds no secrets.
 */
public final class FetchException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String code;
    private final boolean worthRetrying;

    /**
     * Says that something is wrong.
     *
     * @param code which rule, such as {@code image.notFound}: sections 4.5 and 6.6 of the reference
     * @param message the place, what is wrong, what was expected
     */
    public FetchException(String code, String message) {
        this(code, message, false);
    }

    /**
     * Says that something is wrong.
     *
     * @param code which rule
     * @param message the place, what is wrong, what was expected
     * @param worthRetrying whether the same request may succeed at another time
     */
    public FetchException(String code, String message, boolean worthRetrying) {
        super(code + ": " + message);
        this.code = code;
        this.worthRetrying = worthRetrying;
    }

    /** Which rule, such as {@code image.notFound}. */
    public String code() {
        return code;
    }

    /** Whether the same request may succeed at another time. */
    public boolean worthRetrying() {
        return worthRetrying;
    }
}
