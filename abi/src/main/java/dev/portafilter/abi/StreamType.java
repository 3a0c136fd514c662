package dev.portafilter.abi;

import org.jspecify.annotations.Nullable;

/** One side of a stream. The ordinal is the number on the wire. Source: ABI reference, section 0.3. */
public enum StreamType {
    /** The request of an HTTP stream. */
    REQUEST,
    /** The response of an HTTP stream. */
    RESPONSE,
    /** The client side of a TCP connection. */
    DOWNSTREAM,
    /** The upstream side of a TCP connection. */
    UPSTREAM;

    private static final StreamType[] VALUES = values();

    /**
     * The constant with this number.
     *
     * @return the constant, or null when the number (read as unsigned) is out of range
     */
    public static @Nullable StreamType of(int number) {
        return number >= 0 && number < VALUES.length ? VALUES[number] : null;
    }
}
