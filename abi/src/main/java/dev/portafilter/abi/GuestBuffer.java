package dev.portafilter.abi;

/** A buffer as host functions see it. Owned by its context; worker thread only. Source: ABI reference, section 3.3. */
public interface GuestBuffer {
    /** The number of bytes that the guest can see now. */
    int size();

    /**
     * Copies a part of the bytes.
     *
     * @param start first byte, at most {@link #size()}
     * @param length number of bytes, at most {@code size() - start}
     */
    void copyTo(int start, int length, byte[] destination, int destinationOffset);

    /** Whether {@link #splice} may be called now. */
    boolean writable();

    /**
     * Puts new bytes in the place of {@code length} old ones that begin at {@code start}.
     *
     * @param start at most {@link #size()}
     * @param length at most {@code size() - start}
     * @param data the new bytes; owned by the buffer afterwards
     */
    void splice(int start, int length, byte[] data);
}
