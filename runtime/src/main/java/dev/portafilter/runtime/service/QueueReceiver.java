package dev.portafilter.runtime.service;

/** A VM that is told when a queue which it registered has a new item. Source: ABI reference, section 3.10. */
@FunctionalInterface
public interface QueueReceiver {
    /**
     * Tells of one new item. Called once for each, on the thread that added it and inside that guest's host call, so it
     * does no more than give a task to its worker; at times also just after the VM was released.
     *
     * @param rootContextId the root that registered the queue
     * @param token the queue
     */
    void queueReady(int rootContextId, int token);
}
