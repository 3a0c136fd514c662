package dev.portafilter.runtime.stream;

import dev.portafilter.abi.Status;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What plugins have stored for the plugins behind them and for the gateway. A stream has one, and a gateway may make one
 * for each client connection, which the streams of that connection share. Keys and values are bytes; keys are shown as
 * ISO-8859-1. For the worker's thread only. Source: ABI reference, section 3.12.
 */
public final class FilterState {
    /** What begins the keys of properties that plugins set by name. */
    public static final String PROPERTY_PREFIX = "wasm.";

    /** What an entry costs beside its key and value, in bytes, so that many empty entries count too. */
    static final int ENTRY_BYTES = 64;

    private record Entry(byte[] value, boolean readOnly) {}

    private final Map<String, Entry> entries = new HashMap<>();
    private long usedBytes;

    /** An empty state. */
    public FilterState() {}

    /**
     * The value of a key; a copy.
     *
     * @param key the property's name behind {@link #PROPERTY_PREFIX}, or a name such as {@code envoy.string}
     */
    public byte @Nullable [] get(String key) {
        Entry entry = entries.get(key);
        return entry == null ? null : entry.value.clone();
    }

    boolean contains(String key) {
        return entries.containsKey(key);
    }

    /**
     * Stores a value, whose array is kept.
     *
     * @param readOnly whether this is the last value; decided when the key is stored first
     * @param limit most bytes in all
     * @return OK, BAD_ARGUMENT for a read-only key, INTERNAL_FAILURE beyond the limit
     */
    Status set(String key, byte[] value, boolean readOnly, long limit) {
        Entry old = entries.get(key);
        if (old != null && old.readOnly) {
            return Status.BAD_ARGUMENT;
        }
        long growth = old == null ? (long) ENTRY_BYTES + key.length() + value.length : value.length - old.value.length;
        if (growth > 0 && usedBytes + growth > limit) {
            return Status.INTERNAL_FAILURE;
        }
        usedBytes += growth;
        entries.put(key, new Entry(value, old == null ? readOnly : old.readOnly));
        return Status.OK;
    }
}
