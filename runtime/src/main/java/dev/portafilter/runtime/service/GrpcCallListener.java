package dev.portafilter.runtime.service;

import dev.portafilter.abi.HeaderMap;

/**
 * Takes what comes back from one gRPC call, in this order, one at a time, on any thread, never inside the start, a send,
 * an end or a cancel.
 */
public interface GrpcCallListener {
    /**
     * Initial metadata; at most once, before anything else.
     *
     * @param metadata {@code :status} first where there was a head; values of {@code -bin} names as on the wire; owned by
     *     the listener
     */
    void initialMetadata(HeaderMap metadata);

    /**
     * A message.
     *
     * @param message without the frame around it; owned by the listener
     */
    void message(byte[] message);

    /**
     * The end, whoever made it.
     *
     * @param status 0..16, or -1 for a status that is no such number
     * @param message for people; owned by the listener
     * @param trailingMetadata as on the wire, {@code grpc-status} included; owned by the listener
     */
    void closed(int status, byte[] message, HeaderMap trailingMetadata);
}
