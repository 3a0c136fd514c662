package dev.portafilter.abi;

import org.jspecify.annotations.Nullable;

/** Who closed a connection. The ordinal is the number on the wire. Source: ABI reference, section 0.3. */
public enum PeerType {
    /** Not known. */
    UNKNOWN,
    /** The proxy. */
    LOCAL,
    /** The peer. */
    REMOTE;

    private static final PeerType[] VALUES = values();

    /**
     * The constant with this number.
     *
     * @return the constant, or null when the number (read as unsigned) is out of range
     */
    public static @Nullable PeerType of(int number) {
        return number >= 0 && number < VALUES.length ? VALUES[number] : null;
    }
}
