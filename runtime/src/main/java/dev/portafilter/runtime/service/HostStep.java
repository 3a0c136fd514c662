package dev.portafilter.runtime.service;

/**
 * A step of the host's own among the plugins: its authentication, its authorization or its statistics. Every stream goes
 * through it at its place, between the phases that are meant to come before and after. One object serves all workers, so
 * it must be thread-safe; the calls for one stream come from one thread, the worker's, which it must not block. A step that
 * throws fails its request with 500. Source: WasmPlugin reference, section 2.7.
 */
public interface HostStep {
    /** Where a step stands. */
    enum Place {
        /** After phase {@code AUTHN} and extensions {@code PreAuthN}, before {@code PostAuthN} and {@code AUTHZ}. */
        AUTHENTICATION,
        /** After phase {@code AUTHZ} and extensions {@code PreAuthZ}, before {@code PostAuthZ} and {@code STATS}. */
        AUTHORIZATION,
        /** After phase {@code STATS} and extensions {@code PreStats}, before {@code PostStats} and the last plugins. */
        STATISTICS
    }

    /**
     * The request's head has come to the step. When it returns, the request goes on, unless the step has asked for something
     * else: {@link StepStream#hold} or {@link StepStream#reply}.
     */
    void requestHeaders(StepStream stream);

    /** The response's head has come back to the step. */
    default void responseHeaders(StepStream stream) {}

    /** The stream is over, after all plugins have been told so; also for requests that an earlier plugin has answered. */
    default void done(StepStream stream) {}
}
