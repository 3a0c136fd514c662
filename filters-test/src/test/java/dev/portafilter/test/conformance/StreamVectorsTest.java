package dev.portafilter.test.conformance;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_CONTEXT_CREATE;
import static dev.portafilter.abi.Callback.ON_HTTP_CALL_RESPONSE;
import static dev.portafilter.abi.Callback.ON_REQUEST_BODY;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_REQUEST_TRAILERS;
import static dev.portafilter.abi.Callback.ON_RESPONSE_BODY;
import static dev.portafilter.abi.Callback.ON_RESPONSE_HEADERS;
import static dev.portafilter.abi.Callback.ON_TICK;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.GuestModule.listener;
import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.atCall;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.expr;
import static dev.portafilter.test.guest.Ops.keep;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.returns;
import static dev.portafilter.test.guest.Ops.returnsInTurn;
import static dev.portafilter.test.guest.Ops.set;
import static dev.portafilter.test.guest.Ops.var;
import static dev.portafilter.test.guest.Ops.whenParam;
import static dev.portafilter.test.guest.Ops.whenVar;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.Callback;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.plugin.PluginLimits;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.guest.Callbacks;
import dev.portafilter.test.guest.GuestModule;
import dev.portafilter.test.guest.Op;
import dev.portafilter.test.guest.Ops.Call;
import java.util.List;

/** Section 8.9: pause, resume, streaming. */
class StreamVectorsTest extends VectorSuite {
    private static final HeaderMap CALL = HeaderMap.of(":method", "GET", ":path", "/", ":authority", "x");
    private static final String[] CHUNKS = {"hello", ", there, ", "world!"};
    private static final String WHOLE = String.join("", CHUNKS);
    private static final PluginLimits SMALL = PluginLimits.DEFAULT.withBufferBytes(1024);

    private static Call body(int buffer) {
        return call("get_buffer_bytes", buffer, 0, -1, outBytes());
    }

    /** Ticks that resume the stream kept in a variable, once. */
    private static GuestModule resumedByTicks(int streamType) {
        return guest().on(ON_CONFIGURE, call("set_tick_period_milliseconds", 10).silently())
                .on(
                        ON_TICK,
                        whenVar(
                                "stream",
                                call("set_effective_context", var("stream")).silently(),
                                call("continue_stream", streamType).silently(),
                                set("stream", "(i32.const 0)")));
    }

    private static InMemoryExchange postChunks(Play play) {
        InMemoryExchange exchange = play.open().post("/");
        for (int i = 0; i < CHUNKS.length; i++) {
            exchange.requestBody(CHUNKS[i], i == CHUNKS.length - 1);
        }
        return exchange;
    }

    /** The reference counts ", there, " as eight bytes; it has nine. */
    @Vector({154, 155})
    void sizes_whileTheBodyIsPaused_accumulate() {
        Play play = play(guest().on(ON_REQUEST_BODY, returnsInTurn(1, 1, 0)));
        InMemoryExchange exchange = play.open().post("/");
        for (String chunk : CHUNKS) {
            assertThat(exchange.upstream().chunks()).isEmpty();
            exchange.requestBody(chunk, false);
        }
        assertThat(exchange.upstream().chunkSizes()).containsExactly(20);
        exchange.requestBody("more", true).respond(200, "");
        assertThat(exchange.upstream().bodyText()).isEqualTo(WHOLE + "more");
        assertThat(play.lines())
                .containsExactly(
                        "on_request_body 2 5 0",
                        "on_request_body 2 14 0",
                        "on_request_body 2 20 0",
                        "on_request_body 2 4 1");
    }

    @Vector({156, 157})
    void body_whileHeadersArePaused_waitsForTheResume() {
        for (boolean complete : new boolean[] {true, false}) {
            Play play = play(resumedByTicks(0)
                    .on(ON_REQUEST_HEADERS, keep("stream", 0), returns(1))
                    .on(ON_REQUEST_BODY, body(0))
                    .on(ON_REQUEST_TRAILERS));
            InMemoryExchange exchange =
                    play.open().post("/").requestBody("hello", false).requestBody("world", complete);
            assertThat(play.callbacks(ON_REQUEST_BODY)).isEmpty();
            assertThat(exchange.upstream().headers()).isNull();
            play.forget().host().advanceMillis(10);
            assertThat(play.lines())
                    .containsExactly(
                            "on_tick 1",
                            "on_request_body 2 10 " + (complete ? 1 : 0),
                            "get_buffer_bytes OK \"helloworld\"");
            if (!complete) {
                exchange.requestBody("!", false).requestTrailers("t", "1");
                assertThat(play.callbacks()).endsWith("on_request_body 2 1 0", "on_request_trailers 2 1");
            }
            assertThat(exchange.upstream().bodyText()).isEqualTo(complete ? "helloworld" : "helloworld!");
            exchange.respond(200, "");
        }
    }

    @Vector({158, 159})
    void body_withStopIteration_comesWhileHeadersAreHeld() {
        Play play = play(
                guest().on(ON_REQUEST_HEADERS, returns(1))
                        .on(
                                ON_REQUEST_BODY,
                                call("add_header_map_value", 0, "x-from-body", "1")
                                        .silently(),
                                returnsInTurn(1, 1, 0)),
                spec -> spec.allowOnHeadersStopIteration(true));
        InMemoryExchange exchange =
                play.open().post("/").requestBody("a", false).requestBody("b", false);
        assertThat(exchange.upstream().headers()).isNull();
        exchange.requestBody("c", true);
        assertThat(exchange.upstream().headers().toString()).contains("x-from-body: 1, x-from-body: 1");
        assertThat(exchange.upstream().bodyText()).isEqualTo("abc");
        exchange.respond(200, "");
    }

    @Vector(159)
    void headerResultOne_withoutTheOption_stopsAll() {
        Play play = play(guest().on(ON_REQUEST_HEADERS, returns(1)).on(ON_REQUEST_BODY));
        InMemoryExchange exchange = postChunks(play);
        assertThat(play.callbacks(ON_REQUEST_BODY)).isEmpty();
        assertThat(exchange.upstream().headers()).isNull();
        exchange.clientReset();
    }

    @Vector(160)
    void headerResults_buffer_upToALimitOrWithBackPressure() {
        for (int result : new int[] {1, 3, 4, 5}) {
            Play play = play(guest().on(ON_REQUEST_HEADERS, returns(result)), spec -> spec.limits(SMALL));
            InMemoryExchange exchange = play.open().post("/");
            exchange.requestBody(new byte[1000], false);
            assertThat(exchange.readsRequest()).isTrue();
            exchange.requestBody(new byte[1000], false);
            assertThat(exchange.client().status()).isEqualTo(result == 3 ? 413 : 0);
            assertThat(exchange.readsRequest()).isEqualTo(result == 3);
            exchange.clientReset();
        }
    }

    @Vector(160)
    void backPressure_onceResumed_ends() {
        Play play = play(
                resumedByTicks(0).on(ON_REQUEST_HEADERS, keep("stream", 0), returns(4)), spec -> spec.limits(SMALL));
        InMemoryExchange exchange = play.open().post("/").requestBody(new byte[2000], true);
        assertThat(exchange.readsRequest()).isFalse();
        play.host().advanceMillis(10);
        assertThat(exchange.readsRequest()).isTrue();
        assertThat(exchange.upstream().body()).hasSize(2000);
        exchange.respond(200, "");
    }

    @Vector(161)
    void headerResults_twoContinuesAndOthersStop() {
        for (int result : new int[] {0, 2, 77, -1}) {
            Play play = play(guest().on(ON_REQUEST_HEADERS, returns(result)));
            InMemoryExchange exchange = play.open().get("/");
            assertThat(exchange.upstream().ended()).isEqualTo(result == 0 || result == 2);
            exchange.clientReset();
        }
    }

    @Vector(162)
    void bodyResultThree_dropsTheChunk() {
        for (int result : new int[] {3, 4, 77}) {
            Play play = play(guest().on(ON_REQUEST_BODY, returnsInTurn(0, result, 0)));
            InMemoryExchange exchange = postChunks(play).respond(200, "");
            assertThat(exchange.upstream().bodyText()).isEqualTo(CHUNKS[0] + CHUNKS[2]);
        }
    }

    @Vector(162)
    void bodyResultThree_afterOne_keepsWhatWasShown() {
        Play play = play(guest().on(ON_REQUEST_BODY, returnsInTurn(1, 3, 3, 0)));
        InMemoryExchange exchange = play.open().post("/");
        for (String chunk : new String[] {"aa", "bb", "cc"}) {
            exchange.requestBody(chunk, false);
        }
        exchange.requestBody("dd", true).respond(200, "");
        assertThat(exchange.upstream().bodyText()).isEqualTo("aabbdd");
    }

    @Vector(163)
    void pausedBody_resumedFromACallout_goesOnUnseen() {
        Play play = play(guest().on(
                        ON_REQUEST_BODY,
                        atCall(
                                1,
                                keep("stream", 0),
                                call("http_call", "callout", CALL, NONE, NONE, 0, outWord())
                                        .silently(),
                                returns(1)),
                        body(0))
                .on(
                        ON_HTTP_CALL_RESPONSE,
                        call("set_effective_context", var("stream")).silently(),
                        call("continue_stream", 0).silently()));
        InMemoryExchange exchange = play.open().post("/").requestBody("hello", false);
        assertThat(exchange.upstream().chunks()).isEmpty();
        play.host().httpCalls().last().answer(200, "");
        play.host().runAll();
        assertThat(exchange.upstream().bodyText()).isEqualTo("hello");
        exchange.requestBody("world", true).respond(200, "");
        assertThat(play.callbacks(ON_REQUEST_BODY)).containsExactly("on_request_body 2 5 0", "on_request_body 2 5 1");
        assertThat(exchange.upstream().bodyText()).isEqualTo("helloworld");
    }

    @Vector(164)
    void requestBody_overTheLimit_isTooLarge() {
        Play play = play(guest().on(ON_REQUEST_BODY, returns(1)).on(ON_RESPONSE_HEADERS), spec -> spec.limits(SMALL));
        InMemoryExchange exchange = play.open().post("/").requestBody(new byte[1000], false);
        exchange.requestBody(new byte[1000], false).requestBody(new byte[1000], true);
        assertThat(exchange.client().status()).isEqualTo(413);
        assertThat(exchange.client().bodyText()).isEqualTo("Payload Too Large");
        assertThat(play.callbacks(ON_RESPONSE_HEADERS)).hasSize(1);
        assertThat(play.callbacks(ON_REQUEST_BODY)).hasSize(2);
    }

    @Vector(165)
    void responseBody_overTheLimit_isAnErrorOrAReset() {
        Play held = play(guest().on(ON_RESPONSE_HEADERS, returns(3)).on(ON_RESPONSE_BODY), spec -> spec.limits(SMALL));
        InMemoryExchange exchange = held.open().get("/").responseHeaders(InMemoryExchange.responseHead(200), false);
        exchange.responseBody(new byte[2000], false).responseBody(new byte[10], true);
        assertThat(exchange.client().status()).isEqualTo(500);
        assertThat(exchange.client().bodyText()).isEqualTo("Internal Server Error");
        assertThat(held.callbacks()).containsExactly("on_response_headers 2 1 0");

        Play gone = play(guest().on(ON_RESPONSE_BODY, returns(1)), spec -> spec.limits(SMALL));
        exchange = gone.open().get("/").responseHeaders(InMemoryExchange.responseHead(200), false);
        exchange.responseBody(new byte[2000], false);
        assertThat(exchange.client().status()).isEqualTo(200);
        assertThat(exchange.isReset()).isTrue();
    }

    @Vector(166)
    void lastChunk_paused_holdsTheEnd() {
        Play play = play(resumedByTicks(0).on(ON_REQUEST_BODY, keep("stream", 0), returns(1)));
        InMemoryExchange exchange = postChunks(play);
        assertThat(exchange.upstream().chunks()).isEmpty();
        play.host().advanceMillis(10);
        assertThat(exchange.upstream().chunkSizes()).containsExactly(20);
        assertThat(exchange.upstream().ended()).isTrue();
        exchange.respond(200, "");
    }

    @Vector(167)
    void continueStream_whereNothingIsPaused_doesNothing() {
        List<String> quiet = events(listener());
        for (Callback callback : Callbacks.HTTP) {
            for (int type = 0; type < 3; type++) {
                GuestModule module = listener().on(callback, call("continue_stream", type));
                assertThat(events(module))
                        .as("continue_stream(%d) in %s", type, callback)
                        .isEqualTo(quiet);
            }
        }
    }

    /** What leaves the host for a request and a response with body and trailers. */
    private List<String> events(GuestModule module) {
        Play play = play(module);
        InMemoryExchange exchange =
                play.open().post("/").requestBody("hello", false).requestTrailers("a", "b");
        exchange.responseHeaders(InMemoryExchange.responseHead(200), false)
                .responseBody("world", false)
                .responseTrailers("c", "d");
        assertThat(play.calls()).allMatch(line -> line.equals("continue_stream OK"));
        return exchange.events();
    }

    @Vector(168)
    void streamTypes_unknown_areBadArguments() {
        Play play = play(guest().on(
                        ON_REQUEST_HEADERS,
                        call("continue_stream", 3),
                        call("continue_stream", 4),
                        call("continue_stream", 9999),
                        call("continue_stream", -1),
                        call("close_stream", 4),
                        call("close_stream", 9999)));
        assertThat(play.get().client().status()).isEqualTo(200);
        assertThat(play.calls())
                .containsExactly(
                        "continue_stream UNIMPLEMENTED",
                        "continue_stream BAD_ARGUMENT",
                        "continue_stream BAD_ARGUMENT",
                        "continue_stream BAD_ARGUMENT",
                        "close_stream BAD_ARGUMENT",
                        "close_stream BAD_ARGUMENT");
    }

    @Vector(169)
    void continueStream_insideThePausingCallback_wins() {
        Op[] resume = {call("continue_stream", 0).silently(), returns(1)};
        Play play = play(guest().on(ON_REQUEST_HEADERS, resume)
                .on(ON_REQUEST_BODY, resume)
                .on(ON_RESPONSE_HEADERS, call("continue_stream", 1).silently(), returns(1))
                .on(ON_RESPONSE_BODY, call("continue_stream", 1).silently(), returns(1)));
        InMemoryExchange exchange = postChunks(play);
        assertThat(exchange.upstream().chunkSizes()).containsExactly(5, 9, 6);
        exchange.responseHeaders(InMemoryExchange.responseHead(200), false)
                .responseBody("a", false)
                .responseBody("b", true);
        assertThat(exchange.client().bodyText()).isEqualTo("ab");
        assertThat(play.callbacks(ON_REQUEST_BODY))
                .containsExactly("on_request_body 2 5 0", "on_request_body 2 9 0", "on_request_body 2 6 1");
    }

    @Vector(170)
    void clientThatLeaves_whilePaused_endsTheStreamOnce() {
        Play play = play(listener()
                .on(ON_REQUEST_HEADERS, keep("stream", 0), returns(1))
                .on(ON_CONFIGURE, call("set_tick_period_milliseconds", 10).silently())
                .on(
                        ON_TICK,
                        call("set_effective_context", var("stream")),
                        call("continue_stream", 0),
                        call("send_local_response", 403, NONE, NONE, NONE, -1)));
        play.forget();
        InMemoryExchange exchange = play.open().get("/").clientReset();
        play.host().advanceMillis(10);
        assertThat(play.lines().stream().filter(line -> !line.startsWith("proxy_")))
                .containsExactly(
                        "on_context_create 2 1",
                        "on_request_headers 2 4 1",
                        "on_log 2",
                        "on_done 2",
                        "on_delete 2",
                        "on_tick 1",
                        "set_effective_context BAD_ARGUMENT",
                        "continue_stream OK",
                        "send_local_response OK");
        assertThat(exchange.upstream().headers()).isNull();
    }

    @Vector(171)
    void closeStream_resetsTheStreamAndEndsItOnce() {
        for (int type = 0; type < 4; type++) {
            for (Callback callback : Callbacks.MESSAGE) {
                Play play =
                        play(listener().on(callback, call("close_stream", type).silently()));
                InMemoryExchange exchange =
                        play.open().post("/").requestBody("a", false).requestTrailers("a", "b");
                exchange.responseHeaders(InMemoryExchange.responseHead(200), false)
                        .responseBody("a", false)
                        .responseTrailers("a", "b");
                assertThat(exchange.isReset())
                        .as("close_stream(%d) in %s", type, callback)
                        .isEqualTo(type < 2);
                assertThat(play.callbacks()).endsWith("on_log 2", "on_done 2", "on_delete 2");
                assertThat(play.callbacks(Callback.ON_LOG)).hasSize(1);
            }
        }
    }

    @Vector(171)
    void closeStream_atTheEnd_doesNothing() {
        for (Callback callback : Callbacks.END) {
            Play play = play(listener().on(callback, call("close_stream", 0), call("close_stream", 1)));
            InMemoryExchange exchange = play.get();
            assertThat(exchange.client().status()).isEqualTo(200);
            assertThat(exchange.isReset()).isFalse();
            // The root ends with the host, after this.
            assertThat(play.calls()).hasSize(2).containsOnly("close_stream OK");
        }
    }

    @Vector(172)
    void chunks_readFromWhereTheLastEnded_areOnlyTheNewPart() {
        Play play = play(guest().on(
                        ON_REQUEST_BODY,
                        call(
                                "get_buffer_bytes",
                                0,
                                var("seen"),
                                expr("(i32.sub (local.get 1) (global.get $seen))"),
                                outBytes()),
                        keep("seen", 1),
                        whenParam(2, 0, returns(1))));
        InMemoryExchange exchange = postChunks(play).respond(200, "");
        assertThat(play.lines())
                .containsExactly(
                        "on_request_body 2 5 0",
                        "get_buffer_bytes OK \"hello\"",
                        "on_request_body 2 14 0",
                        "get_buffer_bytes OK \", there, \"",
                        "on_request_body 2 20 1",
                        "get_buffer_bytes OK \"world!\"");
        assertThat(exchange.upstream().bodyText()).isEqualTo(WHOLE);
    }

    @Vector(173)
    void emptyBody_isTheEndOfHeadersOrOneCall() {
        Play play = play(guest().on(ON_REQUEST_HEADERS).on(ON_REQUEST_BODY));
        InMemoryExchange exchange = play.open().post("/", "content-length", "0").requestBody("", true);
        assertThat(exchange.upstream().ended()).isTrue();
        exchange.respond(200, "");
        assertThat(play.lines()).containsExactly("on_request_headers 2 5 0", "on_request_body 2 0 1");
        play.forget()
                .open()
                .requestHeaders(InMemoryExchange.requestHead("POST", "/", "content-length", "0"), true)
                .respond(200, "");
        assertThat(play.lines()).containsExactly("on_request_headers 3 5 1");
    }

    @Vector(174)
    void body_beforeTrailers_doesNotEndTheMessage() {
        Play play = play(guest().on(ON_RESPONSE_HEADERS).on(ON_RESPONSE_BODY).on(Callback.ON_RESPONSE_TRAILERS));
        InMemoryExchange exchange = play.open()
                .get("/")
                .responseHeaders(InMemoryExchange.responseHead(200), false)
                .responseBody("a", false)
                .responseTrailers("t", "1");
        assertThat(play.lines())
                .containsExactly("on_response_headers 2 1 0", "on_response_body 2 1 0", "on_response_trailers 2 1");
        assertThat(exchange.client().trailers()).isEqualTo(HeaderMap.of("t", "1"));
    }

    @Vector(175)
    void response_heldForTenCallouts_goesOnWithTheHeaderAdded() {
        Op[] calls = new Op[12];
        calls[0] = keep("stream", 0);
        for (int i = 1; i <= 10; i++) {
            calls[i] =
                    call("http_call", "callout", CALL, NONE, NONE, 0, outWord()).silently();
        }
        calls[11] = returns(1);
        Play play = play(guest().on(ON_RESPONSE_HEADERS, calls)
                .on(
                        ON_HTTP_CALL_RESPONSE,
                        atCall(
                                10,
                                call("set_effective_context", var("stream")).silently(),
                                call("add_header_map_value", 2, "total", "10").silently(),
                                call("continue_stream", 1).silently())));
        InMemoryExchange exchange = play.open().get("/").respond(200, "body");
        for (var call : play.host().httpCalls().calls()) {
            assertThat(exchange.client().headers()).isNull();
            call.answer(200, "");
            play.host().runAll();
        }
        assertThat(exchange.client().header("total")).isEqualTo("10");
        assertThat(exchange.client().bodyText()).isEqualTo("body");
    }

    @Vector(176)
    void secondPlugin_whileTheFirstPauses_seesNothing() {
        Play play = play(
                spec(
                        "a",
                        resumedByTicks(0)
                                .on(ON_CONTEXT_CREATE)
                                .on(ON_REQUEST_HEADERS, keep("stream", 0), returns(1))
                                .on(ON_RESPONSE_HEADERS)),
                spec("b", listener()));
        play.forget();
        InMemoryExchange exchange = play.open().get("/");
        assertThat(play.lines()).containsExactly("on_context_create 2 1", "on_request_headers 2 4 1");
        play.host().advanceMillis(10);
        assertThat(play.lines("b")).containsExactly("on_context_create 2 1", "on_request_headers 2 4 1");
        play.forget();
        exchange.respond(200, "");
        assertThat(play.host().log().lines().stream().map(line -> line.plugin() + " " + line.message()))
                .startsWith("default.b on_response_headers 2 1 1", "default.a on_response_headers 2 1 1");
    }
}
