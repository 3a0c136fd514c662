package dev.portafilter.abi;

import org.jspecify.annotations.Nullable;

/**
 * The functions that a module can export for the host to call, one row each. All parameters and results are i32; every
 * callback is optional. Source: ABI reference, sections 4.0 and 4.1.
 */
public enum Callback {
    /** A context begins to exist: (context, parent). */
    ON_CONTEXT_CREATE("proxy_on_context_create", 2, Result.NONE),
    /** The VM starts: (root, configuration size). */
    ON_VM_START("proxy_on_vm_start", 2, Result.TRUE),
    /** A plugin is configured: (root, configuration size). */
    ON_CONFIGURE("proxy_on_configure", 2, Result.TRUE),
    /** The tick period has passed: (root). */
    ON_TICK("proxy_on_tick", 1, Result.NONE),
    /** A shared queue got an item: (root, token). */
    ON_QUEUE_READY("proxy_on_queue_ready", 2, Result.NONE),
    /** A context ends; false delays the end of a root: (context). */
    ON_DONE("proxy_on_done", 1, Result.TRUE),
    /** A stream is over and can be logged: (context). */
    ON_LOG("proxy_on_log", 1, Result.NONE),
    /** A context is forgotten: (context). */
    ON_DELETE("proxy_on_delete", 1, Result.NONE),
    /** Request headers: (context, count[, end of stream]). */
    ON_REQUEST_HEADERS("proxy_on_request_headers", 3, Result.CONTINUE),
    /** A chunk of the request body: (context, size, end of stream). */
    ON_REQUEST_BODY("proxy_on_request_body", 3, Result.CONTINUE),
    /** Request trailers: (context, count). */
    ON_REQUEST_TRAILERS("proxy_on_request_trailers", 2, Result.CONTINUE),
    /** HTTP/2 metadata of a request: (context, count). */
    ON_REQUEST_METADATA("proxy_on_request_metadata", 2, Result.CONTINUE),
    /** Response headers: (context, count[, end of stream]). */
    ON_RESPONSE_HEADERS("proxy_on_response_headers", 3, Result.CONTINUE),
    /** A chunk of the response body: (context, size, end of stream). */
    ON_RESPONSE_BODY("proxy_on_response_body", 3, Result.CONTINUE),
    /** Response trailers: (context, count). */
    ON_RESPONSE_TRAILERS("proxy_on_response_trailers", 2, Result.CONTINUE),
    /** HTTP/2 metadata of a response: (context, count). */
    ON_RESPONSE_METADATA("proxy_on_response_metadata", 2, Result.CONTINUE),
    /** A TCP connection was accepted: (context). */
    ON_NEW_CONNECTION("proxy_on_new_connection", 1, Result.CONTINUE),
    /** Bytes from the client: (context, size, end of stream). */
    ON_DOWNSTREAM_DATA("proxy_on_downstream_data", 3, Result.CONTINUE),
    /** Bytes from the upstream: (context, size, end of stream). */
    ON_UPSTREAM_DATA("proxy_on_upstream_data", 3, Result.CONTINUE),
    /** The client's side is closed: (context, peer). */
    ON_DOWNSTREAM_CONNECTION_CLOSE("proxy_on_downstream_connection_close", 2, Result.NONE),
    /** The upstream's side is closed: (context, peer). */
    ON_UPSTREAM_CONNECTION_CLOSE("proxy_on_upstream_connection_close", 2, Result.NONE),
    /** An HTTP call was answered: (root, token, header count, body size, trailer count). */
    ON_HTTP_CALL_RESPONSE("proxy_on_http_call_response", 5, Result.NONE),
    /** Initial metadata of a gRPC call: (root, token, count). */
    ON_GRPC_RECEIVE_INITIAL_METADATA("proxy_on_grpc_receive_initial_metadata", 3, Result.NONE),
    /** A gRPC message: (root, token, size). */
    ON_GRPC_RECEIVE("proxy_on_grpc_receive", 3, Result.NONE),
    /** Trailing metadata of a gRPC call: (root, token, count). */
    ON_GRPC_RECEIVE_TRAILING_METADATA("proxy_on_grpc_receive_trailing_metadata", 3, Result.NONE),
    /** A gRPC call is over: (root, token, gRPC status). */
    ON_GRPC_CLOSE("proxy_on_grpc_close", 3, Result.NONE),
    /** The host calls a function of the guest: (context, function id, arguments size). */
    ON_FOREIGN_FUNCTION("proxy_on_foreign_function", 3, Result.NONE);

    /** What a callback gives back, and what counts when the guest lacks it. */
    private enum Result {
        NONE,
        TRUE,
        CONTINUE
    }

    private static final Callback[] VALUES = values();

    private final String exportName;
    private final int parameterCount;
    private final Result result;

    Callback(String exportName, int parameterCount, Result result) {
        this.exportName = exportName;
        this.parameterCount = parameterCount;
        this.result = result;
    }

    /** The name of the export. */
    public String exportName() {
        return exportName;
    }

    /** The number of i32 parameters that the newest version gives. */
    public int parameterCount() {
        return parameterCount;
    }

    /**
     * Whether an export with this many parameters can be called: the header callbacks came without end-of-stream in
     * 0.1.0, and modules mix this freely, so both forms are accepted whatever the version says.
     */
    public boolean accepts(int exportedParameterCount) {
        return exportedParameterCount == parameterCount
                || (exportedParameterCount == 2 && (this == ON_REQUEST_HEADERS || this == ON_RESPONSE_HEADERS));
    }

    /** Whether the callback has an i32 result. */
    public boolean hasResult() {
        return result != Result.NONE;
    }

    /** What the host goes on with when the guest does not export the callback. */
    public int defaultResult() {
        return result == Result.TRUE ? 1 : 0;
    }

    /** The row of an export's name, or null when it is no callback. */
    public static @Nullable Callback of(String exportName) {
        for (Callback callback : VALUES) {
            if (callback.exportName.equals(exportName)) {
                return callback;
            }
        }
        return null;
    }
}
