package dev.portafilter.abi;

/**
 * gRPC calls, which this host does not offer yet: a call cannot start, and no token is live. The statuses are those that
 * every SDK survives. Source: ABI reference, section 3.8.
 */
final class GrpcFunctions {
    // The two low bits of a token tell what it stands for.
    private static final int TYPE_MASK = 3;
    private static final int TYPE_CALL = 1;
    private static final int TYPE_STREAM = 2;

    private GrpcFunctions() {}

    /** The slots do not matter; inputs were checked. */
    static Status start(HostCall call) {
        if (call.warns()) {
            call.warn("gRPC call to " + call.shown(0) + ": not offered by this host");
        }
        return Status.INTERNAL_FAILURE;
    }

    /** Slots: token, message, message size, end of stream. */
    static Status send(HostCall call) {
        return type(call) == TYPE_STREAM ? Status.NOT_FOUND : Status.BAD_ARGUMENT;
    }

    /** Slots: token. */
    static Status cancelOrClose(HostCall call) {
        int type = type(call);
        return type == TYPE_CALL || type == TYPE_STREAM ? Status.NOT_FOUND : Status.BAD_ARGUMENT;
    }

    private static int type(HostCall call) {
        return call.int32(0) & TYPE_MASK;
    }
}
