package dev.portafilter.registry;

/** Sees how the bodies of requests and answers pass, portion by portion. Called by the threads that fetch; must not block. */
@FunctionalInterface
public interface TransferObserver {
    /** Looks away. */
    TransferObserver NONE = (bytes, total) -> {};

    /**
     * Some of a body has passed.
     *
     * @param bytes how many of it so far
     * @param total how many there will be; -1 when nobody has said it
     */
    void transferred(long bytes, long total);
}
