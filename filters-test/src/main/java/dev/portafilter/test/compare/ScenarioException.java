package dev.portafilter.test.compare;

/** A scenario cannot be read or run; the message says {@code where: what (value; expected)}. */
public final class ScenarioException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ScenarioException(String message) {
        super(message);
    }

    ScenarioException(String message, Throwable cause) {
        super(message, cause);
    }
}
