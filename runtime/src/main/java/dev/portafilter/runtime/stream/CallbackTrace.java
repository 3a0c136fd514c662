package dev.portafilter.runtime.stream;

import dev.portafilter.abi.Callback;
import dev.portafilter.abi.HeaderMap;
import org.jspecify.annotations.Nullable;

/**
 * Watches what each plugin does to a stream, callback by callback; for demonstrations and for finding faults, since it
 * copies headers and bodies. Called on the worker's thread; must not block.
 */
@FunctionalInterface
public interface CallbackTrace {
    /** A stream callback has returned. */
    void called(Event event);

    /**
     * One callback.
     *
     * @param plugin {@code namespace.name}
     * @param contextId the stream context
     * @param result what the guest returned; 0 when it lacks the callback or failed
     * @param before headers or trailers that the callback is about, before it ran; null in body callbacks
     * @param after the same after it ran; null when the plugin removed nothing because there is nothing
     * @param bodyBefore the body bytes that the guest saw, before it ran; empty outside body callbacks
     * @param bodyAfter the same after it ran
     */
    record Event(
            String plugin,
            Callback callback,
            int contextId,
            int result,
            @Nullable HeaderMap before,
            @Nullable HeaderMap after,
            byte[] bodyBefore,
            byte[] bodyAfter) {}
}
