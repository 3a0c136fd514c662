package dev.portafilter.test.guest;

import dev.portafilter.abi.Callback;
import java.util.List;

/** Groups of callbacks. */
public final class Callbacks {
    /** Those that a filter for HTTP gets, start and end included. */
    public static final List<Callback> HTTP = List.of(
            Callback.ON_CONTEXT_CREATE,
            Callback.ON_VM_START,
            Callback.ON_CONFIGURE,
            Callback.ON_REQUEST_HEADERS,
            Callback.ON_REQUEST_BODY,
            Callback.ON_REQUEST_TRAILERS,
            Callback.ON_RESPONSE_HEADERS,
            Callback.ON_RESPONSE_BODY,
            Callback.ON_RESPONSE_TRAILERS,
            Callback.ON_LOG,
            Callback.ON_DONE,
            Callback.ON_DELETE);

    /** Those with a part of a message. */
    public static final List<Callback> MESSAGE = HTTP.subList(3, 9);

    /** Those after the end of a stream. */
    public static final List<Callback> END = HTTP.subList(9, 12);

    /** Those that a filter for connections gets. */
    public static final List<Callback> TCP = List.of(
            Callback.ON_CONTEXT_CREATE,
            Callback.ON_NEW_CONNECTION,
            Callback.ON_DOWNSTREAM_DATA,
            Callback.ON_UPSTREAM_DATA,
            Callback.ON_DOWNSTREAM_CONNECTION_CLOSE,
            Callback.ON_UPSTREAM_CONNECTION_CLOSE,
            Callback.ON_DONE,
            Callback.ON_LOG,
            Callback.ON_DELETE);

    private Callbacks() {}
}
