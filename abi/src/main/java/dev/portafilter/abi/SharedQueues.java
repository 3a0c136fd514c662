package dev.portafilter.abi;

import org.jspecify.annotations.Nullable;

/** First-in-first-out queues shared across VMs, seen from one VM id. Thread-safe. Source: ABI reference, section 3.10. */
public interface SharedQueues {
    /**
     * Creates or opens a queue of the caller's VM id; the caller's root becomes the receiver of ready notifications.
     *
     * @param rootContextId the context to notify
     * @return the token, never 0; 0 when a limit is reached
     */
    int register(byte[] name, int rootContextId);

    /**
     * Finds a queue.
     *
     * @param vmId empty for the caller's own
     * @return the token, or 0 when there is none
     */
    int resolve(byte[] vmId, byte[] name);

    /** Appends an item (owned by the queue afterwards): OK, NOT_FOUND, or INTERNAL_FAILURE when a limit is reached. */
    Status enqueue(int token, byte[] item);

    /** Whether a queue of this token exists. */
    boolean exists(int token);

    /** Takes the first item, or null when the queue is empty or unknown. */
    byte @Nullable [] dequeue(int token);
}
