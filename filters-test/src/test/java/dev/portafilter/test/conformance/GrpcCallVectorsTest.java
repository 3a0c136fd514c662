package dev.portafilter.test.conformance;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_GRPC_CLOSE;
import static dev.portafilter.abi.Callback.ON_GRPC_RECEIVE;
import static dev.portafilter.abi.Callback.ON_GRPC_RECEIVE_INITIAL_METADATA;
import static dev.portafilter.abi.Callback.ON_GRPC_RECEIVE_TRAILING_METADATA;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.OUTSIDE;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.range;
import static dev.portafilter.test.guest.Ops.var;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.plugin.PluginLimits;
import dev.portafilter.runtime.service.GrpcCallRequest;
import dev.portafilter.runtime.service.GrpcCallTransport;
import dev.portafilter.test.ScriptedGrpcCalls;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.guest.Op;
import java.util.List;
import java.util.function.Consumer;

/** Section 8.12: gRPC calls with one message each way, and what calls and streams have in common. */
class GrpcCallVectorsTest extends GrpcSuite {
    @Vector({215, 216})
    void call_byNameOrService_goesToThePathOfItsMethod() {
        for (Object upstream : new Object[] {"callout", service("callout")}) {
            Play play = called(unary(upstream, HeaderMap.of("X-Call", "1", "x-call", "2", "a-bin", "AAH/"), 1000));
            GrpcCallRequest request = last(play).request();
            assertThat(request.upstream()).isEqualTo("callout");
            assertThat(request.head("http"))
                    .isEqualTo(HeaderMap.of(
                            ":method", "POST",
                            ":path", "/pkg.Svc/Ok",
                            ":authority", "callout",
                            ":scheme", "http",
                            "te", "trailers",
                            "grpc-timeout", "1000m",
                            "content-type", "application/grpc",
                            "x-call", "1",
                            "x-call", "2",
                            "a-bin", "AAH/"));
            assertThat(last(play).sentText()).containsExactly("hello");
            assertThat(last(play).ended()).isTrue();
            last(play).answer("");
        }
    }

    @Vector(215)
    void tokens_ofCallsStreamsAndHttp_areCountedApart() {
        Play play = play(guest().on(
                        ON_CONFIGURE,
                        unary(),
                        unary(),
                        stream(),
                        stream(),
                        call(
                                "http_call",
                                "callout",
                                HeaderMap.of(":method", "GET", ":path", "/", ":authority", "x"),
                                NONE,
                                NONE,
                                1,
                                outWord())));
        assertThat(play.calls())
                .containsExactly(
                        "grpc_call OK 5", "grpc_call OK 9", "grpc_stream OK 6", "grpc_stream OK 10", "http_call OK 4");
        play.host().close();
    }

    @Vector(215)
    void timeout_anyValue_isTaken() {
        Play play = play(guest().on(ON_CONFIGURE, unary("callout", NONE, 0), unary("callout", NONE, -1)));
        List<ScriptedGrpcCalls.Call> calls = play.host().grpcCalls().calls();
        assertThat(calls.get(0).request().head("http").get("grpc-timeout")).isEqualTo("0m");
        assertThat(calls.get(1).request().head("http").get("grpc-timeout")).isEqualTo("4294967S");
        calls.forEach(call -> call.answer(""));
    }

    @Vector(217)
    void call_toAnUnknownCluster_isRefused() {
        byte[] emptyName = {10, 2, 10, 0};
        Play play = play(guest().on(
                        ON_CONFIGURE,
                        unary("bogus", NONE, 1),
                        unary(NONE, NONE, 1),
                        unary("empty", NONE, 1),
                        unary(emptyName, NONE, 1),
                        unary(service("bogus"), NONE, 1),
                        call("grpc_stream", "bogus", "s", "m", NONE, outWord()),
                        call("grpc_stream", service("bogus"), "s", "m", NONE, outWord()),
                        unary(),
                        stream())
                .on(ON_GRPC_CLOSE));
        assertThat(play.calls())
                .containsExactly(
                        "grpc_call PARSE_FAILURE -",
                        "gRPC call: upstream \"\" is no cluster (expected: its name, or a GrpcService)",
                        "grpc_call PARSE_FAILURE -",
                        "grpc_call PARSE_FAILURE -",
                        "grpc_call PARSE_FAILURE -",
                        "grpc_call INTERNAL_FAILURE -",
                        "grpc_stream PARSE_FAILURE -",
                        "grpc_stream INTERNAL_FAILURE -",
                        // A failed start uses its token up.
                        "grpc_call OK 9",
                        "grpc_stream OK 10");
        assertThat(play.callbacks(ON_GRPC_CLOSE)).isEmpty();
        play.host().close();
    }

    @Vector(217)
    void name_thatParsesAsAServiceWithoutTarget_isAName() {
        Play play = play(
                TestHost.builder().cluster("empty"), spec("p", hearing().on(ON_CONFIGURE, unary("empty", NONE, 1))));
        assertThat(play.calls()).containsExactly("grpc_call OK 5");
        last(play).answer("");
    }

    @Vector(217)
    void call_withBadRanges_isRefused() {
        Play play = play(guest().on(
                        ON_CONFIGURE,
                        unary(range(OUTSIDE, 1), NONE, 1),
                        call("grpc_call", "callout", range(OUTSIDE, 1), "m", NONE, "x", 1, outWord()),
                        call("grpc_call", "callout", "s", range(OUTSIDE, 1), NONE, "x", 1, outWord()),
                        call("grpc_call", "callout", "s", "m", range(OUTSIDE, 1), "x", 1, outWord()),
                        call("grpc_call", "callout", "s", "m", NONE, range(OUTSIDE, 1), 1, outWord()),
                        call("grpc_call", "bogus", "s", "m", NONE, "x", 1, OUTSIDE))
                .on(ON_GRPC_RECEIVE));
        assertThat(play.calls())
                .containsExactly(
                        "grpc_call INVALID_MEMORY_ACCESS -",
                        "grpc_call INVALID_MEMORY_ACCESS -",
                        "grpc_call INVALID_MEMORY_ACCESS -",
                        "grpc_call INVALID_MEMORY_ACCESS -",
                        "grpc_call INVALID_MEMORY_ACCESS -",
                        "grpc_call PARSE_FAILURE");
        assertThat(play.host().grpcCalls().calls()).isEmpty();
    }

    @Vector(217)
    void call_withATokenOutOfRange_isUnderWay() {
        Play play = called(call("grpc_call", "callout", "s", "m", NONE, "x", 1, OUTSIDE));
        last(play).answer("y");
        assertThat(heard(play)).containsExactly("on_grpc_receive 1 5 1", "get_buffer_bytes OK \"y\"");
    }

    @Vector(218)
    void call_thatDoesNotStart_isAnInternalFailure() {
        Play play = play(hearing().on(ON_REQUEST_HEADERS, unary(), stream()));
        play.host().grpcCalls().refuse(true);
        play.get();
        assertThat(play.lines())
                .containsExactly(
                        "on_request_headers 2 4 1", "grpc_call INTERNAL_FAILURE -", "grpc_stream INTERNAL_FAILURE -");
    }

    @Vector(218)
    void call_withoutATransport_isAnInternalFailure() {
        TestHost.Builder builder =
                TestHost.builder().services(services -> services.grpcCalls(GrpcCallTransport.none()));
        Play play = play(builder, spec("p", guest().on(ON_CONFIGURE, unary("any", NONE, 1), stream())));
        assertThat(play.calls()).containsExactly("grpc_call INTERNAL_FAILURE -", "grpc_stream INTERNAL_FAILURE -");
    }

    @Vector(218)
    void callsAboveTheLimit_doNotStart() {
        Play play = play(
                guest().on(ON_CONFIGURE, unary(), stream(), unary(), stream())
                        .on(ON_REQUEST_HEADERS, unary().silently(), unary()),
                spec -> spec.limits(PluginLimits.DEFAULT.withGrpc(2, 5)));
        assertThat(play.takeCalls())
                .containsExactly(
                        "grpc_call OK 5",
                        "grpc_stream OK 6",
                        "grpc_call INTERNAL_FAILURE -",
                        "grpc_stream INTERNAL_FAILURE -");
        play.host().grpcCalls().calls().get(0).answer("");
        play.host().runAll();
        play.get();
        assertThat(play.calls()).containsExactly("grpc_call INTERNAL_FAILURE -");
        play.host().close();
    }

    @Vector(218)
    void messageAboveTheLimit_isNotSentOrReceived() {
        Op[] ops = {
            unary(),
            call("grpc_call", "callout", "s", "m", NONE, "longer", 1, outWord()),
            stream().into("t"),
            call("grpc_send", var("t"), "longer", 0),
            call("grpc_send", var("t"), "short", 0)
        };
        Play play = play(hearing().on(ON_CONFIGURE, ops), spec -> spec.limits(PluginLimits.DEFAULT.withGrpc(10, 5)));
        assertThat(play.takeCalls())
                .containsExactly(
                        "grpc_call OK 5",
                        "grpc_call INTERNAL_FAILURE -",
                        "grpc_stream OK 6",
                        "grpc_send BAD_ARGUMENT",
                        "grpc_send OK");
        assertThat(last(play).sentText()).containsExactly("short");
        play.host().grpcCalls().calls().forEach(call -> call.head().message("longer"));
        assertThat(heard(play))
                .containsExactly(
                        "on_grpc_close 1 5 8",
                        "get_status OK 8 \"via_upstream\"",
                        "on_grpc_receive_initial_metadata 1 6 2",
                        "get_header_map_pairs OK {:status: 200, content-type: application/grpc}",
                        "on_grpc_receive_trailing_metadata 1 6 0",
                        "get_header_map_pairs OK null",
                        "on_grpc_close 1 6 8",
                        "get_status OK 8 \"via_upstream\"");
    }

    @Vector(219)
    void answer_isAllThatIsHeard() {
        Play play = play(guest().on(ON_CONFIGURE, unary().silently())
                        .on(ON_GRPC_RECEIVE_INITIAL_METADATA)
                        .on(ON_GRPC_RECEIVE_TRAILING_METADATA)
                        .on(ON_GRPC_CLOSE)
                        .on(
                                ON_GRPC_RECEIVE,
                                INITIAL,
                                TRAILING,
                                call("get_header_map_value", 4, "x-init", outBytes()),
                                call("get_header_map_size", 4, outWord()),
                                call("add_header_map_value", 4, "a", "b"),
                                MESSAGE,
                                call("get_buffer_status", 5, outWord(), outWord()),
                                call("set_buffer_bytes", 5, 0, 0, "x"),
                                STATUS))
                .forget();
        last(play).head("x-init", "i").message("one").message("answer").status(0, "fine");
        assertThat(play.host().worker().executor().runAll()).isPositive();
        assertThat(play.lines().stream().filter(line -> !line.startsWith("proxy_")))
                .containsExactly(
                        "on_grpc_receive 1 5 6",
                        "get_header_map_pairs OK null",
                        "get_header_map_pairs OK null",
                        "get_header_map_value BAD_ARGUMENT -",
                        "get_header_map_size BAD_ARGUMENT -",
                        "add_header_map_value BAD_ARGUMENT",
                        "get_buffer_bytes OK \"answer\"",
                        "get_buffer_status OK 6 0",
                        "set_buffer_bytes BAD_ARGUMENT",
                        "get_status OK 0 null");
    }

    @Vector(219)
    void failure_isAClose() {
        assertClosed(
                call -> call.head(HeaderMap.of(":status", "200", "grpc-status", "7", "grpc-message", "no"), true),
                7,
                "no{via_upstream}");
        assertClosed(call -> call.head().message("x").status(9, "late"), 9, "late{via_upstream}");
        assertClosed(call -> call.head().status(0, ""), 13, "");
        assertClosed(call -> call.head(HeaderMap.of(":status", "404"), true), 12, "via_upstream");
        assertClosed(ScriptedGrpcCalls.Call::timeOut, 14, "upstream request timeout{response_timeout}");
        assertClosed(call -> call.head().timeOut(), 13, "response_timeout");
        assertClosed(ScriptedGrpcCalls.Call::refuse, 14, REFUSED + REFUSED_DETAILS);
        assertClosed(
                ScriptedGrpcCalls.Call::reset,
                14,
                "upstream connect error or disconnect/reset before headers. reset reason: remote reset"
                        + "{upstream_reset_before_response_started{remote_reset}}");
        assertClosed(
                call -> call.head().message("x").reset(), 13, "upstream_reset_after_response_started{remote_reset}");
        assertClosed(call -> call.head().status(17, "m"), -1, "m{via_upstream}");
        assertClosed(call -> call.head().status(5, "a%20b"), 5, "a%20b{via_upstream}");
    }

    private void assertClosed(Consumer<ScriptedGrpcCalls.Call> server, int code, String message) {
        Play play = called(unary().silently());
        server.accept(last(play));
        assertThat(heard(play))
                .containsExactly("on_grpc_close 1 5 " + Integer.toUnsignedString(code), status(code, message));
    }

    @Vector(219)
    void status_afterACall_keepsItsCode() {
        Play play = play(hearing().on(ON_CONFIGURE, unary().silently()).on(ON_REQUEST_HEADERS, STATUS))
                .forget();
        last(play).head().status(7, "no");
        play.host().runAll();
        play.get();
        assertThat(play.calls()).containsExactly(status(7, "no{via_upstream}"), status(7, ""));
    }

    /** Not in the reference: measured on Envoy 1.40.0. */
}
