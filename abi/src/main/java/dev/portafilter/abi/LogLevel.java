package dev.portafilter.abi;

import org.jspecify.annotations.Nullable;

/** How important a log line is. The ordinal is the number on the wire. Source: ABI reference, section 0.3. */
public enum LogLevel {
    /** Every step. */
    TRACE,
    /** For the author of the plugin. */
    DEBUG,
    /** Normal operation. */
    INFO,
    /** Unexpected, but handled. */
    WARN,
    /** Something failed. */
    ERROR,
    /** The plugin cannot go on. */
    CRITICAL;

    private static final LogLevel[] VALUES = values();

    /**
     * The constant with this number.
     *
     * @return the constant, or null when the number (read as unsigned) is out of range
     */
    public static @Nullable LogLevel of(int number) {
        return number >= 0 && number < VALUES.length ? VALUES[number] : null;
    }
}
