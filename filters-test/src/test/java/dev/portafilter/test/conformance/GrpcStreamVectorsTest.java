package dev.portafilter.test.conformance;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_GRPC_CLOSE;
import static dev.portafilter.abi.Callback.ON_GRPC_RECEIVE;
import static dev.portafilter.abi.Callback.ON_GRPC_RECEIVE_INITIAL_METADATA;
import static dev.portafilter.abi.Callback.ON_GRPC_RECEIVE_TRAILING_METADATA;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_TICK;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.keep;
import static dev.portafilter.test.guest.Ops.note;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.param;
import static dev.portafilter.test.guest.Ops.returns;
import static dev.portafilter.test.guest.Ops.returnsInTurn;
import static dev.portafilter.test.guest.Ops.trap;
import static dev.portafilter.test.guest.Ops.var;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.plugin.PluginLimits;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.ScriptedGrpcCalls;
import dev.portafilter.test.guest.GuestModule;
import dev.portafilter.test.guest.Op;
import java.util.List;

/** Section 8.12: gRPC streams and tokens. */
class GrpcStreamVectorsTest extends GrpcSuite {
    @Vector(220)
    void stream_isHeardInOrder() {
        Play play = play(hearing()
                .on(
                        ON_REQUEST_HEADERS,
                        call("grpc_stream", "callout", "pkg.Svc", "Bidi", HeaderMap.of("x-md", "1"), outWord())
                                .into("t"),
                        call("grpc_send", var("t"), "one", 0),
                        call("grpc_send", var("t"), NONE, 1),
                        call("grpc_send", var("t"), "after end", 0),
                        note("returns")));
        InMemoryExchange exchange = play.open().get("/");
        assertThat(last(play).request().head("http").get("grpc-timeout")).isNull();
        assertThat(last(play).request().metadata()).isEqualTo(HeaderMap.of("x-md", "1"));
        assertThat(last(play).sentText()).containsExactly("one", "");
        assertThat(last(play).ended()).isTrue();
        last(play)
                .head("x-init", "i")
                .message("echoone")
                .message("")
                .trailers(HeaderMap.of("grpc-status", "0", "grpc-message", "bye", "x-trail", "t"));
        assertThat(play.lines()).endsWith("grpc_send OK", "returns");
        play.forget();
        assertThat(heard(play))
                .containsExactly(
                        "on_grpc_receive_initial_metadata 1 6 3",
                        "get_header_map_pairs OK {:status: 200, content-type: application/grpc, x-init: i}",
                        "on_grpc_receive 1 6 7",
                        "get_buffer_bytes OK \"echoone\"",
                        "on_grpc_receive 1 6 0",
                        "get_buffer_bytes OK null",
                        "on_grpc_receive_trailing_metadata 1 6 3",
                        "get_header_map_pairs OK {grpc-status: 0, grpc-message: bye, x-trail: t}",
                        "on_grpc_close 1 6 0",
                        status(0, "bye{via_upstream}"));
        exchange.respond(200, "");
    }

    @Vector(220)
    void stream_thatIsRefused_isAnsweredByTheProxy() {
        Play play = called(stream().silently());
        last(play).refuse();
        assertThat(heard(play))
                .containsExactly(
                        "on_grpc_receive_initial_metadata 1 6 0",
                        "get_header_map_pairs OK null",
                        "on_grpc_receive_trailing_metadata 1 6 4",
                        "get_header_map_pairs OK {:status: 200, content-type: application/grpc, grpc-status: 14,"
                                + " grpc-message: " + REFUSED + "}",
                        "on_grpc_close 1 6 14",
                        status(14, REFUSED + REFUSED_DETAILS));
    }

    @Vector(220)
    void metadata_isReadableInItsCallbackOnly() {
        Op[] reads = {
            call("get_header_map_value", 4, "x", outBytes()),
            call("get_header_map_value", 5, "x", outBytes()),
            call("get_header_map_value", 4, "none", outBytes())
        };
        Play play = play(guest().on(ON_CONFIGURE, stream().silently())
                        .on(ON_GRPC_RECEIVE_INITIAL_METADATA, reads)
                        .on(ON_GRPC_RECEIVE_TRAILING_METADATA, reads)
                        .on(ON_GRPC_CLOSE, reads[0], reads[1], MESSAGE))
                .forget();
        last(play).head("x", "4").trailers(HeaderMap.of("grpc-status", "0", "x", "5"));
        play.host().runAll();
        assertThat(play.calls())
                .containsExactly(
                        "get_header_map_value OK \"4\"",
                        "get_header_map_value BAD_ARGUMENT -",
                        "get_header_map_value NOT_FOUND -",
                        "get_header_map_value BAD_ARGUMENT -",
                        "get_header_map_value OK \"5\"",
                        "get_header_map_value BAD_ARGUMENT -",
                        "get_header_map_value BAD_ARGUMENT -",
                        "get_header_map_value BAD_ARGUMENT -",
                        "get_buffer_bytes OK null");
    }

    @Vector(220)
    void metadata_isReadableFromAStreamOfTheRoot() {
        Play play =
                play(guest().on(ON_REQUEST_HEADERS, keep("stream", 0), stream().silently(), returns(1))
                        .on(
                                ON_GRPC_RECEIVE_INITIAL_METADATA,
                                call("set_effective_context", var("stream")).silently(),
                                INITIAL,
                                call("continue_stream", 0).silently())
                        .on(
                                ON_GRPC_RECEIVE,
                                call("set_effective_context", var("stream")).silently(),
                                MESSAGE));
        InMemoryExchange exchange = play.open().get("/");
        last(play).head().message("m").status(0, "");
        play.host().runAll();
        assertThat(play.calls())
                .containsExactly(
                        "get_header_map_pairs OK {:status: 200, content-type: application/grpc}",
                        "get_buffer_bytes OK \"m\"");
        exchange.respond(200, "");
    }

    @Vector(221)
    void tokens_noneOfThemLive_areAnsweredByTheirTypeBits() {
        Op[] ops = new Op[12];
        for (int type = 0; type < 4; type++) {
            ops[3 * type] = call("grpc_send", 0xFF00 + type, "x", 0);
            ops[3 * type + 1] = call("grpc_cancel", 0xFF00 + type);
            ops[3 * type + 2] = call("grpc_close", 0xFF00 + type);
        }
        assertThat(play(guest().on(ON_CONFIGURE, ops)).calls())
                .containsExactly(
                        "grpc_send BAD_ARGUMENT",
                        "grpc_cancel BAD_ARGUMENT",
                        "grpc_close BAD_ARGUMENT",
                        "grpc_send BAD_ARGUMENT",
                        "grpc_cancel NOT_FOUND",
                        "grpc_close NOT_FOUND",
                        "grpc_send NOT_FOUND",
                        "grpc_cancel NOT_FOUND",
                        "grpc_close NOT_FOUND",
                        "grpc_send BAD_ARGUMENT",
                        "grpc_cancel BAD_ARGUMENT",
                        "grpc_close BAD_ARGUMENT");
    }

    @Vector(222)
    void streamThatIsClosed_endsWithTheServersEnd() {
        Play play = called(
                stream().into("t").silently(),
                call("grpc_send", var("t"), "one", 0),
                call("grpc_close", var("t")),
                call("grpc_close", var("t")),
                call("grpc_send", var("t"), "x", 0));
        assertThat(last(play).sentText()).containsExactly("one");
        assertThat(last(play).ended()).isTrue();
        last(play).head().message("echo").status(0, "");
        play.host().runAll();
        assertThat(play.callbacks())
                .containsExactly(
                        "on_grpc_receive_initial_metadata 1 6 2",
                        "on_grpc_receive 1 6 4",
                        "on_grpc_receive_trailing_metadata 1 6 1",
                        "on_grpc_close 1 6 0");
    }

    @Vector(222)
    void streamThatTheServerEnds_staysUntilItIsClosed() {
        Play play = play(guest().on(
                                ON_CONFIGURE,
                                stream().into("t").silently(),
                                call("set_tick_period_milliseconds", 10).silently())
                        .on(ON_GRPC_CLOSE, call("grpc_send", param(1), "x", 0))
                        .on(
                                ON_TICK,
                                call("grpc_send", var("t"), "x", 0),
                                call("grpc_close", var("t")),
                                call("grpc_close", var("t")),
                                call("grpc_send", var("t"), "x", 0),
                                call("set_tick_period_milliseconds", 0).silently()))
                .forget();
        last(play).head().status(0, "");
        play.host().advanceMillis(10);
        assertThat(play.calls())
                .containsExactly(
                        "grpc_send OK", "grpc_send OK", "grpc_close OK", "grpc_close NOT_FOUND", "grpc_send NOT_FOUND");
        assertThat(last(play).sent()).isEmpty();
    }

    @Vector(222)
    void streamsThatNobodyCloses_areForgottenInTime() {
        Play play = play(
                guest().on(ON_REQUEST_HEADERS, stream().into("t").silently())
                        .on(ON_CONFIGURE, stream().into("first").silently())
                        .on(ON_GRPC_CLOSE, call("grpc_send", var("first"), "x", 0)),
                spec -> spec.limits(PluginLimits.DEFAULT.withGrpc(2, 5)));
        for (int i = 0; i < 3; i++) {
            last(play).head().status(0, "");
            play.host().runAll();
            play.get();
        }
        last(play).head().status(0, "");
        play.host().runAll();
        assertThat(play.calls())
                .containsExactly("grpc_send OK", "grpc_send OK", "grpc_send NOT_FOUND", "grpc_send NOT_FOUND");
    }

    @Vector(223)
    void callOrStreamThatIsCancelled_isNotHeardOf() {
        for (Op start :
                new Op[] {unary().into("t").silently(), stream().into("t").silently()}) {
            Play play = called(
                    start, call("grpc_cancel", var("t")), call("grpc_cancel", var("t")), call("grpc_close", var("t")));
            assertThat(last(play).cancelled()).isTrue();
            last(play).answer("x");
            assertThat(heard(play)).isEmpty();
        }
        Play play = play(guest().on(
                        ON_CONFIGURE,
                        unary().into("t").silently(),
                        call("grpc_close", var("t")),
                        call("grpc_close", var("t"))));
        assertThat(play.calls()).containsExactly("grpc_close OK", "grpc_close NOT_FOUND");
        assertThat(last(play).cancelled()).isTrue();
    }

    @Vector(223)
    void stream_cancelledInACallback_isNotHeardOfAgain() {
        GuestModule module =
                hearing().on(ON_CONFIGURE, stream().silently()).on(ON_GRPC_RECEIVE, call("grpc_cancel", param(1)));
        Play cancelling = play(module).forget();
        last(cancelling).head().message("a").message("b").status(0, "");
        cancelling.host().runAll();
        assertThat(cancelling.callbacks())
                .containsExactly("on_grpc_receive_initial_metadata 1 6 2", "on_grpc_receive 1 6 1");
    }

    @Vector(224)
    void call_inItsOwnAnswer_isThereOnce() {
        for (boolean success : new boolean[] {true, false}) {
            Op[] twice = {call("grpc_cancel", param(1)), call("grpc_close", param(1))};
            Play play = play(guest().on(ON_CONFIGURE, unary().silently())
                            .on(ON_GRPC_RECEIVE, twice)
                            .on(ON_GRPC_CLOSE, twice))
                    .forget();
            last(play).head().message("x").status(success ? 0 : 7, "");
            play.host().runAll();
            assertThat(play.calls()).containsExactly("grpc_cancel OK", "grpc_close NOT_FOUND");
        }
    }

    @Vector(225)
    void reset_afterInitialMetadata_isOneClose() {
        Play play = called(stream().silently());
        last(play).head().reset();
        assertThat(heard(play))
                .containsExactly(
                        "on_grpc_receive_initial_metadata 1 6 2",
                        "get_header_map_pairs OK {:status: 200, content-type: application/grpc}",
                        "on_grpc_receive_trailing_metadata 1 6 0",
                        "get_header_map_pairs OK null",
                        "on_grpc_close 1 6 13",
                        status(13, "upstream_reset_after_response_started{remote_reset}"));
    }

    @Vector(223)
    void pluginThatEnds_cancelsItsCalls() {
        Play play = called(unary(), stream());
        play.host().close();
        play.host().grpcCalls().calls().forEach(call -> {
            assertThat(call.cancelled()).isTrue();
            call.answer("x");
        });
        assertThat(heard(play)).isEmpty();
    }

    @Vector(223)
    void pluginThatIsNotConfigured_cancelsItsCalls_whileOthersInItsVmGoOn() {
        GuestModule module = hearing().on(ON_CONFIGURE, stream().silently(), returnsInTurn(1, 0));
        Play play = play(spec("a", module), spec("b", module)).forget();
        List<ScriptedGrpcCalls.Call> calls = play.host().grpcCalls().calls();
        assertThat(calls).extracting(ScriptedGrpcCalls.Call::cancelled).containsExactly(false, true);
        calls.get(0).head().status(0, "");
        play.host().runAll();
        assertThat(play.callbacks(ON_GRPC_CLOSE)).containsExactly("on_grpc_close 1 6 0");
    }

    @Vector(225)
    void trap_inACallback_failsTheWaitingStreamAndCancelsTheCalls() {
        Play play =
                play(guest().on(ON_REQUEST_HEADERS, unary().silently(), stream().silently(), returns(1))
                        .on(ON_GRPC_RECEIVE, trap()));
        InMemoryExchange exchange = play.open().get("/");
        play.host().grpcCalls().calls().get(0).answer("x");
        play.host().runAll();
        assertThat(exchange.client().status()).isEqualTo(503);
        assertThat(last(play).cancelled()).isTrue();
        assertThat(play.host().status("p").state()).isEqualTo(PluginStatus.State.FAILED);
    }

    @Vector(221)
    void tokens_ofAnotherPluginInTheVm_areNotFound() {
        GuestModule module = guest().on(ON_CONFIGURE, stream().silently())
                .on(ON_REQUEST_HEADERS, call("grpc_cancel", 6), call("grpc_cancel", 10));
        Play play = play(spec("a", module), spec("b", module)).forget();
        play.get();
        assertThat(play.lines("a")).containsSubsequence("grpc_cancel OK", "grpc_cancel NOT_FOUND");
        assertThat(play.lines("b")).containsSubsequence("grpc_cancel NOT_FOUND", "grpc_cancel OK");
    }
}
