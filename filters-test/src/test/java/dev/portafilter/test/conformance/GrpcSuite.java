package dev.portafilter.test.conformance;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_GRPC_CLOSE;
import static dev.portafilter.abi.Callback.ON_GRPC_RECEIVE;
import static dev.portafilter.abi.Callback.ON_GRPC_RECEIVE_INITIAL_METADATA;
import static dev.portafilter.abi.Callback.ON_GRPC_RECEIVE_TRAILING_METADATA;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outPairs;
import static dev.portafilter.test.guest.Ops.outWord;

import dev.portafilter.test.ScriptedGrpcCalls;
import dev.portafilter.test.guest.GuestModule;
import dev.portafilter.test.guest.Op;
import dev.portafilter.test.guest.Ops.Call;
import java.util.List;

/** What the suites about gRPC have in common: guests that call, and say what they hear. */
abstract class GrpcSuite extends VectorSuite {
    static final Call STATUS = call("get_status", outWord(), outBytes());
    static final Call MESSAGE = call("get_buffer_bytes", 5, 0, -1, outBytes());
    static final Call INITIAL = call("get_header_map_pairs", 4, outPairs());
    static final Call TRAILING = call("get_header_map_pairs", 5, outPairs());

    static final String REFUSED =
            "upstream connect error or disconnect/reset before headers. reset reason: remote connection failure";
    static final String REFUSED_DETAILS = "{upstream_reset_before_response_started"
            + "{remote_connection_failure|delayed_connect_error:_Connection_refused}}";

    static Call unary(Object upstream, Object metadata, int timeoutMillis) {
        return call("grpc_call", upstream, "pkg.Svc", "Ok", metadata, "hello", timeoutMillis, outWord());
    }

    static Call unary() {
        return unary("callout", NONE, 1000);
    }

    static Call stream() {
        return call("grpc_stream", "callout", "pkg.Svc", "Bidi", NONE, outWord());
    }

    /** A guest that says what it hears about gRPC, and reads what it can. */
    static GuestModule hearing() {
        return guest().on(ON_GRPC_RECEIVE_INITIAL_METADATA, INITIAL)
                .on(ON_GRPC_RECEIVE, MESSAGE)
                .on(ON_GRPC_RECEIVE_TRAILING_METADATA, TRAILING)
                .on(ON_GRPC_CLOSE, STATUS);
    }

    /** What such a guest hears after it did this when it was configured, and the server that. */
    Play called(Op... ops) {
        return play(hearing().on(ON_CONFIGURE, ops)).forget();
    }

    static ScriptedGrpcCalls.Call last(Play play) {
        return play.host().grpcCalls().last();
    }

    static List<String> heard(Play play) {
        play.host().runAll();
        return play.lines();
    }

    /** What the status of the last callout is, as guests show it. */
    static String status(int code, String message) {
        String shown = message.replace("%", "%25").replace("{", "%7B").replace("}", "%7D");
        return "get_status OK " + Integer.toUnsignedString(code) + (shown.isEmpty() ? " null" : " \"" + shown + "\"");
    }

    static byte[] service(String cluster) {
        return bytes("\n" + (char) (cluster.length() + 2) + "\n" + (char) cluster.length() + cluster);
    }
}
