package dev.portafilter.runtime.stream;

import dev.portafilter.abi.BufferType;
import dev.portafilter.abi.Callback;
import dev.portafilter.abi.MapType;

/** The two ways through a chain, with the callbacks, maps and buffer that belong to each. */
enum Direction {
    REQUEST(
            Callback.ON_REQUEST_HEADERS,
            Callback.ON_REQUEST_BODY,
            Callback.ON_REQUEST_TRAILERS,
            MapType.HTTP_REQUEST_HEADERS,
            MapType.HTTP_REQUEST_TRAILERS,
            BufferType.HTTP_REQUEST_BODY),
    RESPONSE(
            Callback.ON_RESPONSE_HEADERS,
            Callback.ON_RESPONSE_BODY,
            Callback.ON_RESPONSE_TRAILERS,
            MapType.HTTP_RESPONSE_HEADERS,
            MapType.HTTP_RESPONSE_TRAILERS,
            BufferType.HTTP_RESPONSE_BODY);

    final Callback onHeaders;
    final Callback onBody;
    final Callback onTrailers;
    final MapType headers;
    final MapType trailers;
    final BufferType body;

    Direction(
            Callback onHeaders,
            Callback onBody,
            Callback onTrailers,
            MapType headers,
            MapType trailers,
            BufferType body) {
        this.onHeaders = onHeaders;
        this.onBody = onBody;
        this.onTrailers = onTrailers;
        this.headers = headers;
        this.trailers = trailers;
        this.body = body;
    }
}
