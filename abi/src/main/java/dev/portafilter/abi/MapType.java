package dev.portafilter.abi;

import org.jspecify.annotations.Nullable;

/** A header map that host functions read and write. The ordinal is the number on the wire. Source: ABI reference, section 0.3. */
public enum MapType {
    /** Headers of the request. */
    HTTP_REQUEST_HEADERS,
    /** Trailers of the request. */
    HTTP_REQUEST_TRAILERS,
    /** Headers of the response. */
    HTTP_RESPONSE_HEADERS,
    /** Trailers of the response. */
    HTTP_RESPONSE_TRAILERS,
    /** Initial metadata of a gRPC call. */
    GRPC_RECEIVE_INITIAL_METADATA,
    /** Trailing metadata of a gRPC call. */
    GRPC_RECEIVE_TRAILING_METADATA,
    /** Headers of the HTTP call that is being answered. */
    HTTP_CALL_RESPONSE_HEADERS,
    /** Trailers of the HTTP call that is being answered. */
    HTTP_CALL_RESPONSE_TRAILERS;

    private static final MapType[] VALUES = values();

    /**
     * The constant with this number.
     *
     * @return the constant, or null when the number (read as unsigned) is out of range
     */
    public static @Nullable MapType of(int number) {
        return number >= 0 && number < VALUES.length ? VALUES[number] : null;
    }
}
