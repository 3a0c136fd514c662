package dev.portafilter.test.conformance;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_HTTP_CALL_RESPONSE;
import static dev.portafilter.abi.Callback.ON_REQUEST_BODY;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_RESPONSE_BODY;
import static dev.portafilter.abi.Callback.ON_RESPONSE_HEADERS;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.GuestModule.listener;
import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.OUTSIDE;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.keep;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.range;
import static dev.portafilter.test.guest.Ops.returns;
import static dev.portafilter.test.guest.Ops.var;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.Callback;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.guest.Callbacks;
import dev.portafilter.test.guest.Ops.Call;

/** Section 8.10: local responses. */
class LocalResponseVectorsTest extends VectorSuite {
    private static final HeaderMap CALL = HeaderMap.of(":method", "GET", ":path", "/", ":authority", "x");

    private static Call reply(int status, Object body, Object headers) {
        return call("send_local_response", status, NONE, body, headers, -1);
    }

    private static Call denied() {
        return reply(403, "denied", NONE);
    }

    @Vector(177)
    void reply_inRequestHeaders_goesToTheClientOnly() {
        Play play = play(guest().on(
                        ON_REQUEST_HEADERS,
                        call(
                                "send_local_response",
                                403,
                                "",
                                "access denied",
                                HeaderMap.of("powered-by", "x", "r", "1", "r", "2"),
                                -1),
                        returns(0)));
        InMemoryExchange exchange = play.open().get("/");
        assertThat(play.calls()).containsExactly("send_local_response OK");
        assertThat(exchange.client().headers())
                .isEqualTo(HeaderMap.of(
                        ":status",
                        "403",
                        "powered-by",
                        "x",
                        "r",
                        "1",
                        "r",
                        "2",
                        "content-length",
                        "13",
                        "content-type",
                        "text/plain"));
        assertThat(exchange.client().bodyText()).isEqualTo("access denied");
        assertThat(exchange.upstream().headers()).isNull();
    }

    @Vector(178)
    void reply_runsThroughTheSendersResponseCallbacks() {
        Play play = play(listener()
                .on(ON_REQUEST_HEADERS, denied())
                .on(ON_RESPONSE_HEADERS, call("add_header_map_value", 2, "x-edited", "1")));
        play.forget();
        InMemoryExchange exchange = play.open().post("/").requestBody("x", true);
        assertThat(exchange.client().header("x-edited")).isEqualTo("1");
        assertThat(play.callbacks())
                .containsExactly(
                        "on_context_create 2 1",
                        "on_request_headers 2 4 0",
                        "on_response_headers 2 3 0",
                        "on_response_body 2 6 1",
                        "on_log 2",
                        "on_done 2",
                        "on_delete 2");
    }

    @Vector(179)
    void reply_ofTheFirst_isNotARequestForTheSecond() {
        Play play = play(spec("a", listener().on(ON_REQUEST_HEADERS, denied())), spec("b", listener()));
        play.forget().get();
        assertThat(play.lines("b")).containsExactly("on_context_create 2 1", "on_log 2", "on_done 2", "on_delete 2");
        assertThat(play.lines("a")).contains("on_response_headers 2 3 0");
    }

    @Vector(180)
    void reply_withoutBody_hasNoContentType() {
        InMemoryExchange exchange =
                play(guest().on(ON_REQUEST_HEADERS, reply(401, NONE, NONE))).get();
        assertThat(exchange.client().headers()).isEqualTo(HeaderMap.of(":status", "401"));
        assertThat(exchange.client().body()).isEmpty();
        assertThat(exchange.client().ended()).isTrue();
    }

    @Vector(181)
    void reply_withContentType_hasOnlyThat() {
        HeaderMap headers = HeaderMap.of(
                ":status",
                "201",
                "Content-Type",
                "application/json",
                "content-length",
                "99",
                "connection",
                "close",
                "transfer-encoding",
                "chunked");
        InMemoryExchange exchange =
                play(guest().on(ON_REQUEST_HEADERS, reply(200, "{}", headers))).get();
        assertThat(exchange.client().headers())
                .isEqualTo(HeaderMap.of(":status", "200", "content-type", "application/json", "content-length", "2"));
    }

    @Vector(182)
    void reply_inTheBody_discardsTheRest() {
        for (Callback callback : new Callback[] {ON_REQUEST_BODY, Callback.ON_REQUEST_TRAILERS}) {
            Play play = play(guest().on(callback, denied()));
            InMemoryExchange exchange = play.open()
                    .post("/")
                    .requestBody("hello", false)
                    .requestBody("world", false)
                    .requestTrailers("t", "1");
            assertThat(exchange.client().status()).isEqualTo(403);
            assertThat(exchange.upstream().ended()).isFalse();
            assertThat(exchange.upstreamCancelled()).isTrue();
            assertThat(play.callbacks(callback)).hasSize(1);
        }
    }

    @Vector(183)
    void reply_inResponseHeaders_replacesTheResponse() {
        Play play = play(guest().on(ON_RESPONSE_HEADERS, denied()).on(ON_RESPONSE_BODY));
        InMemoryExchange exchange = play.open().get("/").respond(200, "upstream", "x-up", "1");
        assertThat(exchange.client().status()).isEqualTo(403);
        assertThat(exchange.client().header("x-up")).isNull();
        assertThat(exchange.client().bodyText()).isEqualTo("denied");
        assertThat(play.callbacks()).containsExactly("on_response_headers 2 2 0");
    }

    @Vector(183)
    void reply_inTheResponseBody_dependsOnTheHead() {
        Play held = play(
                guest().on(ON_RESPONSE_HEADERS, returns(1)).on(ON_RESPONSE_BODY, denied()),
                spec -> spec.allowOnHeadersStopIteration(true));
        InMemoryExchange exchange = held.open().get("/").respond(200, "upstream");
        assertThat(exchange.client().status()).isEqualTo(403);
        assertThat(exchange.client().bodyText()).isEqualTo("denied");
        assertThat(held.callbacks(ON_RESPONSE_HEADERS)).hasSize(1);

        exchange = play(guest().on(ON_RESPONSE_BODY, denied())).open().get("/").respond(200, "upstream");
        assertThat(exchange.client().status()).isEqualTo(200);
        assertThat(exchange.isReset()).isTrue();
        assertThat(exchange.client().body()).isEmpty();
    }

    @Vector(184)
    void reply_fromACallAnswer_endsThePausedRequest() {
        for (boolean continued : new boolean[] {false, true}) {
            Play play = play(guest().on(
                            ON_REQUEST_HEADERS,
                            keep("stream", 0),
                            call("http_call", "callout", CALL, NONE, NONE, 0, outWord())
                                    .silently(),
                            returns(1))
                    .on(
                            ON_HTTP_CALL_RESPONSE,
                            call("set_effective_context", var("stream")).silently(),
                            denied(),
                            continued ? call("continue_stream", 0) : returns(0)));
            InMemoryExchange exchange = play.open().post("/").requestBody("x", true);
            play.host().httpCalls().last().answer(200, "");
            play.host().runAll();
            assertThat(exchange.client().status()).isEqualTo(403);
            assertThat(exchange.upstream().headers()).isNull();
        }
    }

    @Vector(185)
    void replies_twoInOneCallback_theFirstIsSent() {
        Play play = play(guest().on(ON_REQUEST_HEADERS, reply(403, "one", NONE), reply(404, "two", NONE)));
        InMemoryExchange exchange = play.get();
        assertThat(exchange.client().status()).isEqualTo(403);
        assertThat(exchange.client().bodyText()).isEqualTo("one");
        assertThat(play.calls()).containsExactly("send_local_response OK", "send_local_response OK");
    }

    @Vector(185)
    void reply_toAReply_replacesIt() {
        Play play = play(guest().on(ON_REQUEST_HEADERS, reply(403, "one", HeaderMap.of("n", "1")))
                .on(ON_RESPONSE_HEADERS, reply(404, "two", HeaderMap.of("n", "2"))));
        InMemoryExchange exchange = play.get();
        assertThat(exchange.client().status()).isEqualTo(404);
        assertThat(exchange.client().bodyText()).isEqualTo("two");
        assertThat(exchange.client().header("n")).isEqualTo("2");
        assertThat(play.callbacks(ON_RESPONSE_HEADERS)).hasSize(1);
    }

    @Vector(186)
    void reply_atTheEnd_doesNothing() {
        for (Callback callback : Callbacks.END) {
            Play play = play(guest().on(callback, denied()));
            InMemoryExchange exchange = play.get();
            assertThat(exchange.client().status()).isEqualTo(200);
            assertThat(play.calls()).containsExactly("send_local_response OK");
        }
    }

    @Vector(187)
    void status_outOfRange_isABadArgument() {
        for (int status : new int[] {0, 99, 100, 199, 1000, 70_000, -1}) {
            Play play = play(guest().on(ON_REQUEST_HEADERS, reply(status, "x", NONE)));
            assertThat(play.get().client().status()).isEqualTo(200);
            assertThat(play.calls()).containsExactly("send_local_response BAD_ARGUMENT");
        }
        for (int status : new int[] {200, 599, 999}) {
            assertThat(play(guest().on(ON_REQUEST_HEADERS, reply(status, "x", NONE)))
                            .get()
                            .client()
                            .status())
                    .isEqualTo(status);
        }
    }

    @Vector(188)
    void reply_toGrpc_isAGrpcStatus() {
        int[][] cases = {
            {7, 403, 7},
            {0, 403, 0},
            {16, 403, 16},
            {17, 403, 7},
            {-1, 403, 7},
            {-1, 400, 13},
            {-1, 401, 16},
            {-1, 404, 12},
            {-1, 429, 14},
            {-1, 502, 14},
            {-1, 503, 14},
            {-1, 504, 14},
            {-1, 500, 2}
        };
        for (int[] each : cases) {
            Play play = play(guest().on(
                            ON_REQUEST_HEADERS,
                            call(
                                    "send_local_response",
                                    each[1],
                                    NONE,
                                    "caf\u00c3\u00a9 100%",
                                    HeaderMap.of("x-h", "1"),
                                    each[0])));
            InMemoryExchange exchange = play.open().post("/s/m", "content-type", "application/grpc+proto");
            assertThat(exchange.client().headers())
                    .isEqualTo(HeaderMap.of(
                            ":status",
                            "200",
                            "x-h",
                            "1",
                            "content-type",
                            "application/grpc",
                            "grpc-status",
                            Integer.toString(each[2]),
                            "grpc-message",
                            "caf%C3%A9 100%25"));
            assertThat(exchange.client().ended()).isTrue();
            assertThat(exchange.client().body()).isEmpty();
            InMemoryExchange plain = play.open().post("/s/m", "content-type", "application/grpc-web");
            assertThat(plain.client().status()).isEqualTo(each[1]);
        }
    }

    @Vector(189)
    void reply_toHead_hasNoBody() {
        Play play = play(guest().on(ON_REQUEST_HEADERS, denied()));
        InMemoryExchange exchange = play.open().requestHeaders(InMemoryExchange.requestHead("HEAD", "/"), true);
        assertThat(exchange.client().status()).isEqualTo(403);
        assertThat(exchange.client().header("content-length")).isEqualTo("6");
        assertThat(exchange.client().body()).isEmpty();
        assertThat(exchange.client().ended()).isTrue();
    }

    @Vector(190)
    void reply_withMalformedHeaders_goesWithoutThem() {
        Play play = play(guest().on(ON_REQUEST_HEADERS, reply(403, "b", "garbage")));
        InMemoryExchange exchange = play.get();
        assertThat(play.calls()).containsExactly("send_local_response OK");
        assertThat(exchange.client().headers())
                .isEqualTo(HeaderMap.of(":status", "403", "content-length", "1", "content-type", "text/plain"));
    }

    @Vector(191)
    void reply_fromARoot_isNothing() {
        Play play = play(guest().on(ON_CONFIGURE, denied(), reply(0, NONE, NONE)));
        assertThat(play.calls()).containsExactly("send_local_response OK", "send_local_response OK");
        assertThat(play.get().client().status()).isEqualTo(200);
    }

    @Vector(192)
    void reply_fromOutsideOfMemory_isRefused() {
        Play play = play(guest().on(
                        ON_REQUEST_HEADERS,
                        reply(403, range(OUTSIDE, 4), NONE),
                        reply(403, "x", range(OUTSIDE, 4)),
                        call("send_local_response", 403, range(OUTSIDE, 4), "x", NONE, -1)));
        assertThat(play.get().client().status()).isEqualTo(200);
        assertThat(play.calls()).hasSize(3).containsOnly("send_local_response INVALID_MEMORY_ACCESS");
    }
}
