package dev.portafilter.runtime.service;

import org.jspecify.annotations.Nullable;

/**
 * Carries the gRPC calls of plugins to named clusters. Thread-safe; nothing in it blocks. A transport that speaks HTTP/2
 * gives what it receives to a {@link GrpcResponse}, which knows the rest of the protocol.
 */
public interface GrpcCallTransport {
    /** Whether a cluster of this name exists; a call to another one is the plugin's error. */
    boolean knows(String upstream);

    /**
     * Starts a call. Called on the worker's thread; nothing goes out and nobody is told before this returns.
     *
     * @return the call, or null when it could not be started, in which case the listener hears nothing
     */
    @Nullable GrpcCall start(GrpcCallRequest request, GrpcCallListener listener);

    /** A transport that starts nothing: every call is an INTERNAL_FAILURE to the plugin. */
    static GrpcCallTransport none() {
        return NoGrpcCalls.INSTANCE;
    }
}
