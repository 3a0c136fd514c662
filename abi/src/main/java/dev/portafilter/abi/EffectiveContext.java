package dev.portafilter.abi;

import org.jspecify.annotations.Nullable;

/**
 * The context that a host call works on: the one whose callback runs, or the one that the guest chose with {@code
 * proxy_set_effective_context}. Host functions marshal; the context decides. Worker thread only.
 * Source: ABI reference, sections 3.0 to 3.8 and 3.12.
 */
public interface EffectiveContext {
    /** The id that the guest knows this context by; 0 for the context of the VM itself. */
    int id();

    /**
     * A header map for reading, or null when it is not available in this phase; {@link #missingMapStatus} tells what to
     * answer then.
     */
    @Nullable HeaderMap readableMap(MapType type);

    /** A header map for changing (some are created by this), or null when it cannot be changed in this phase. */
    @Nullable HeaderMap writableMap(MapType type);

    /** The status for reading a value from a map that is not available: BAD_ARGUMENT, or NOT_FOUND in {@code on_log}. */
    Status missingMapStatus(MapType type);

    /** Tells the context that a map which {@link #writableMap} gave was changed. */
    void mapChanged(MapType type);

    /** A buffer, or null when it does not exist in this phase. */
    @Nullable GuestBuffer buffer(BufferType type);

    /** What {@code proxy_get_configuration} of ABI 0.1.0 gives here; not to be changed. */
    byte[] configuration();

    /** Asks for a stream to go on after the current guest call: OK or UNIMPLEMENTED. */
    Status continueStream(StreamType type);

    /** Asks for a stream to be closed after the current guest call: OK. */
    Status closeStream(StreamType type);

    /** Asks for the route to be chosen again. */
    Status clearRouteCache();

    /**
     * Asks for a response made by the guest, sent after the current guest call.
     *
     * @param code the HTTP status as given, all 32 bits
     * @param details free text; owned by the context afterwards
     * @param headers lower-case, without pseudo-headers, {@code content-length}, connection headers and names or values
     *     that would break the message; owned by the context afterwards
     * @param grpcStatus as given; -1 for none
     * @return OK, or BAD_ARGUMENT for a status outside 200..999 on a stream
     */
    Status sendLocalResponse(int code, byte[] details, byte[] body, HeaderMap headers, int grpcStatus);

    /**
     * Starts an HTTP call; the answer comes in a later callback of the root context.
     *
     * @param headers lower-case, with exactly one {@code :method}, {@code :path} and {@code :authority}; no entry would
     *     break the message; owned by the context afterwards
     * @param body owned by the context afterwards
     * @param trailers lower-case, without pseudo-headers; owned by the context afterwards
     * @param timeoutMillis 0 for none
     * @param token takes the token of the call as {@link CallToken#value}
     * @return OK, BAD_ARGUMENT or INTERNAL_FAILURE
     */
    Status httpCall(
            byte[] upstream, HeaderMap headers, byte[] body, HeaderMap trailers, int timeoutMillis, CallToken token);

    /**
     * Starts a gRPC call with one message each way; the outcome comes in a later callback of the root context.
     *
     * @param message owned by the context afterwards
     * @param timeoutMillis unsigned; 0 for none
     * @param token takes the token of the call as {@link CallToken#value}
     * @return OK, PARSE_FAILURE (no such cluster) or INTERNAL_FAILURE
     */
    Status grpcCall(GrpcCallHead head, byte[] message, int timeoutMillis, CallToken token);

    /**
     * Opens a gRPC stream; what comes back comes in later callbacks of the root context.
     *
     * @param token takes the token of the stream as {@link CallToken#value}
     * @return OK, PARSE_FAILURE (no such cluster) or INTERNAL_FAILURE
     */
    Status grpcStream(GrpcCallHead head, CallToken token);

    /**
     * Sends a message on a gRPC stream of this context's root.
     *
     * @param message owned by the context afterwards
     * @param endOfStream whether it is the last one
     * @return OK, NOT_FOUND, or BAD_ARGUMENT for a message that is too long
     */
    Status grpcSend(int token, byte[] message, boolean endOfStream);

    /** Gives up a gRPC call or stream of this context's root, of which nothing is heard afterwards: OK or NOT_FOUND. */
    Status grpcCancel(int token);

    /** Gives up a gRPC call of this context's root, or says that nothing more is sent on a stream: OK or NOT_FOUND. */
    Status grpcClose(int token);

    /** Sets the tick period of this context's root; 0 stops the ticks. */
    void setTickPeriod(int periodMillis);

    /** The status code of the last callout of this context's root. */
    int callStatus();

    /** The status message of the last callout of this context's root; not to be changed. */
    byte[] callStatusMessage();

    /** What {@code proxy_done} does here: OK, or NOT_FOUND when this context's root is not waiting for it. */
    Status done();

    /**
     * Reads a property.
     *
     * @return OK with the value in {@code value}, NOT_FOUND, SERIALIZATION_FAILURE or INTERNAL_FAILURE
     */
    Status property(PropertyPath path, ResultBytes value);

    /** Stores a property: OK, NOT_FOUND (no stream) or BAD_ARGUMENT. */
    Status setProperty(PropertyPath path, byte[] value);

    /**
     * Says how a property that {@link #setProperty} will store behaves; has an effect in a root context only.
     *
     * @param readOnly whether it can be set once only
     * @param ofConnection whether it lives as long as the client's connection, and not only as the stream
     * @return OK, BAD_ARGUMENT when this context has declared it already, or INTERNAL_FAILURE beyond the host's limit
     */
    default Status declareProperty(String name, boolean readOnly, boolean ofConnection) {
        return Status.OK;
    }

    /**
     * Stores a part of the filter state that has a name of the gateway's own.
     *
     * @param value owned by the context afterwards
     * @param ofConnection whether it lives as long as the client's connection, and not only as the stream
     * @return OK, or NOT_FOUND (no stream)
     */
    default Status setFilterState(String key, byte[] value, boolean ofConnection) {
        return Status.NOT_FOUND;
    }

    /** The id of this context's root; 0 for the context of the VM itself. */
    int rootId();
}
