package dev.portafilter.abi;

import org.jspecify.annotations.Nullable;

/** A kind of metric. The ordinal is the number on the wire. Source: ABI reference, section 0.3. */
public enum MetricType {
    /** A sum that only grows. */
    COUNTER,
    /** A value that goes up and down. */
    GAUGE,
    /** A distribution of samples. */
    HISTOGRAM;

    private static final MetricType[] VALUES = values();

    /**
     * The constant with this number.
     *
     * @return the constant, or null when the number (read as unsigned) is out of range
     */
    public static @Nullable MetricType of(int number) {
        return number >= 0 && number < VALUES.length ? VALUES[number] : null;
    }
}
