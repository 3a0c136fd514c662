package dev.portafilter.abi;

/** Going on, closing and answering. Everything takes effect after the guest call. Source: ABI reference, 3.5 and 3.6. */
final class StreamFunctions {
    private StreamFunctions() {}

    /** Slots: stream type. */
    static Status continueStream(HostCall call) {
        StreamType type = call.streamType(0);
        return type == StreamType.UPSTREAM
                ? Status.UNIMPLEMENTED
                : call.context().continueStream(type);
    }

    /** Slots: stream type. */
    static Status closeStream(HostCall call) {
        return call.context().closeStream(call.streamType(0));
    }

    /** No slots. */
    static Status continueRequest(HostCall call) {
        return call.context().continueStream(StreamType.REQUEST);
    }

    /** No slots. */
    static Status continueResponse(HostCall call) {
        return call.context().continueStream(StreamType.RESPONSE);
    }

    /** No slots. */
    static Status clearRouteCache(HostCall call) {
        return call.context().clearRouteCache();
    }

    /** Slots: code, details, details size, body, body size, headers, headers size, gRPC status. */
    static Status sendLocalResponse(HostCall call) {
        HeaderMap given = HeaderFunctions.decode(call, "proxy_send_local_response", 5);
        HeaderMap headers = new HeaderMap();
        for (int i = 0; i < given.count(); i++) {
            if (HeaderFunctions.breaksMessage(given, i)) {
                if (call.warns()) {
                    call.warn("proxy_send_local_response: header " + i + " holds CR, LF or NUL (it was dropped)");
                }
            } else if (sendable(given, i)) {
                headers.add(given.name(i), given.value(i));
            }
        }
        return call.context().sendLocalResponse(call.int32(0), call.bytes(1), call.bytes(3), headers, call.int32(7));
    }

    private static boolean sendable(HeaderMap map, int index) {
        byte[] name = map.name(index);
        return name.length > 0 && !HeaderNames.isPseudo(name);
    }
}
