package dev.portafilter.runtime.service;

import org.jspecify.annotations.Nullable;

/** Carries the HTTP calls of plugins to named clusters. Thread-safe; nothing in it blocks. */
public interface HttpCallTransport {
    /** Whether a cluster of this name exists; a call to another one is the plugin's error. */
    boolean knows(String upstream);

    /**
     * Starts a call. Called on the worker's thread.
     *
     * @return a way to cancel it (the listener hears nothing afterwards), or null when it could not be started, in which
     *     case the listener hears nothing either
     */
    @Nullable Cancellable start(HttpCallRequest request, HttpCallListener listener);

    /** A transport that knows no cluster. */
    static HttpCallTransport none() {
        return NoHttpCalls.INSTANCE;
    }
}
