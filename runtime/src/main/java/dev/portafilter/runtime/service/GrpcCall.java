package dev.portafilter.runtime.service;

/** A gRPC call under way, as seen by the side that made it. Its methods are called on the worker's thread. */
public interface GrpcCall extends Cancellable {
    /**
     * Sends a message; nothing is sent any more after the last one.
     *
     * @param message without the frame around it; owned by the call
     * @param last whether no other follows
     */
    void send(byte[] message, boolean last);

    /** Says that no message follows. */
    void end();
}
