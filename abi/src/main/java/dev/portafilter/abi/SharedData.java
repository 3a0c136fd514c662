package dev.portafilter.abi;

import org.jspecify.annotations.Nullable;

/** The key-value store that all VMs of one VM id share. Thread-safe. Source: ABI reference, section 3.9. */
public interface SharedData {
    /**
     * A stored value and its compare-and-swap number.
     *
     * @param value not to be changed
     * @param cas never 0; unsigned
     */
    record Entry(byte[] value, int cas) {}

    /** The entry of a key, or null when there is none. The key is not kept. */
    @Nullable Entry get(byte[] key);

    /**
     * Stores a value; key and value are owned by the store afterwards.
     *
     * @param cas 0 to store whatever is there, else the number that must still be the stored one
     * @return OK, CAS_MISMATCH, or INTERNAL_FAILURE when a limit is reached
     */
    Status set(byte[] key, byte[] value, int cas);
}
