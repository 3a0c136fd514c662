package dev.portafilter.abi;

/** Metrics as one VM sees them; ids belong to the VM, values are shared by name. Source: ABI reference, section 3.11. */
public interface Metrics {
    /** Defines a metric and gives its id, whose two low bits are the type; 0 when a limit is reached. */
    int define(MetricType type, byte[] name);

    /** Adds a signed offset: OK, NOT_FOUND or BAD_ARGUMENT. */
    Status increment(int id, long offset);

    /** Adds to a counter, sets a gauge, records a sample: OK or NOT_FOUND. */
    Status record(int id, long value);

    /** Whether a counter or gauge can be read: OK, NOT_FOUND or BAD_ARGUMENT. */
    Status readable(int id);

    /** The value of a counter or gauge for which {@link #readable} said OK. */
    long value(int id);
}
