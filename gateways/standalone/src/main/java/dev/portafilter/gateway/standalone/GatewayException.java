package dev.portafilter.gateway.standalone;

import org.jspecify.annotations.Nullable;

/** A gateway that cannot do what it was told. */
public final class GatewayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What cannot be done, and why. */
    public GatewayException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
