package dev.portafilter.abi;

import org.jspecify.annotations.Nullable;

/** gRPC calls and streams made by a plugin. Source: ABI reference, section 3.8. */
final class GrpcFunctions {
    // The two low bits of a token tell what it stands for.
    private static final int TYPE_MASK = 3;
    private static final int TYPE_CALL = 1;
    private static final int TYPE_STREAM = 2;

    private GrpcFunctions() {}

    /**
     * Slots: upstream, its size, service, its size, method, its size, metadata, its size, message, its size, timeout,
     * token out.
     */
    static Status call(HostCall call) {
        GrpcTarget target = target(call);
        GrpcCallHead head = target == null ? null : head(call, "proxy_grpc_call", target);
        if (head == null) {
            return target == null ? Status.PARSE_FAILURE : Status.INTERNAL_FAILURE;
        }
        CallToken token = call.token();
        Status status = call.context().grpcCall(head, call.bytes(8), call.int32(10), token);
        return status == Status.OK ? call.returnU32(11, token.value()) : status;
    }

    /** Slots: upstream, its size, service, its size, method, its size, metadata, its size, token out. */
    static Status stream(HostCall call) {
        GrpcTarget target = target(call);
        GrpcCallHead head = target == null ? null : head(call, "proxy_grpc_stream", target);
        if (head == null) {
            return target == null ? Status.PARSE_FAILURE : Status.INTERNAL_FAILURE;
        }
        CallToken token = call.token();
        Status status = call.context().grpcStream(head, token);
        return status == Status.OK ? call.returnU32(8, token.value()) : status;
    }

    /** Slots: token, message, message size, end of stream. */
    static Status send(HostCall call) {
        return type(call) == TYPE_STREAM
                ? call.context().grpcSend(call.int32(0), call.bytes(1), call.int32(3) != 0)
                : Status.BAD_ARGUMENT;
    }

    /** Slots: token. */
    static Status cancel(HostCall call) {
        return callOrStream(call) ? call.context().grpcCancel(call.int32(0)) : Status.BAD_ARGUMENT;
    }

    /** Slots: token. */
    static Status close(HostCall call) {
        return callOrStream(call) ? call.context().grpcClose(call.int32(0)) : Status.BAD_ARGUMENT;
    }

    private static int type(HostCall call) {
        return call.int32(0) & TYPE_MASK;
    }

    private static boolean callOrStream(HostCall call) {
        int type = type(call);
        return type == TYPE_CALL || type == TYPE_STREAM;
    }

    /** Whom the call goes to, or null when it does not say. */
    private static @Nullable GrpcTarget target(HostCall call) {
        GrpcTarget target = GrpcTarget.of(call.bytes(0));
        if (!target.cluster().isEmpty()) {
            return target;
        }
        if (call.warns()) {
            call.warn("gRPC call: upstream \"\" is no cluster (expected: its name, or a GrpcService)");
        }
        return null;
    }

    /** The head of a call, or null when it would not make a message. */
    private static @Nullable GrpcCallHead head(HostCall call, String function, GrpcTarget target) {
        if ((long) call.int32(3) + call.int32(5) > Limits.GRPC_PATH_SIZE) {
            return refused(
                    call,
                    function,
                    "names of " + ((long) call.int32(3) + call.int32(5)) + " bytes (expected: at most "
                            + Limits.GRPC_PATH_SIZE + ")");
        }
        byte[] service = call.bytes(2);
        byte[] method = call.bytes(4);
        if (breaksPath(service) || breaksPath(method)) {
            return refused(call, function, "space or control character in the name of the service or method");
        }
        HeaderMap metadata = new HeaderMap();
        String fault = add(metadata, target.metadata());
        if (fault == null) {
            fault = add(metadata, HeaderFunctions.decode(call, function, 6));
        }
        return fault == null ? new GrpcCallHead(target, service, method, metadata) : refused(call, function, fault);
    }

    /** Adds what may go out of a map; what is wrong with it, or null. */
    private static @Nullable String add(HeaderMap metadata, HeaderMap given) {
        for (int i = 0; i < given.count(); i++) {
            if (HeaderFunctions.breaksMessage(given, i)) {
                return "metadata entry " + i + " holds CR, LF or NUL";
            }
            byte[] name = given.name(i);
            if (name.length > 0 && !HeaderNames.isPseudo(name)) {
                metadata.add(name, given.value(i));
            }
        }
        return null;
    }

    private static boolean breaksPath(byte[] name) {
        for (byte b : name) {
            if (b >= 0 && b <= ' ' || b == 0x7f) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable GrpcCallHead refused(HostCall call, String function, String fault) {
        if (call.warns()) {
            call.warn(function + " " + call.shown(0) + ": " + fault);
        }
        return null;
    }
}
