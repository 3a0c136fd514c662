package dev.portafilter.abi;

/**
 * The guest as host functions see it: its linear memory and its allocator. One thread at a time, the one that runs the
 * guest. Source: ABI reference, sections 0.2 and 3.0.
 */
public interface Guest {
    /**
     * The whole linear memory; its length is the memory's size in bytes. The array changes when the memory grows, so it
     * must be read again after every call that may run the guest.
     */
    byte[] memory();

    /**
     * Runs the guest's allocator.
     *
     * @param size bytes, more than 0
     * @return the address of the block (unsigned), or 0 when the guest has none to give; not yet checked against the
     *     memory's size
     */
    int allocate(int size);
}
