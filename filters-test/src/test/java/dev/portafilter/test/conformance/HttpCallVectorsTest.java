package dev.portafilter.test.conformance;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_HTTP_CALL_RESPONSE;
import static dev.portafilter.abi.Callback.ON_LOG;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_TICK;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.OUTSIDE;
import static dev.portafilter.test.guest.Ops.atCall;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.keep;
import static dev.portafilter.test.guest.Ops.note;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outPairs;
import static dev.portafilter.test.guest.Ops.outSum;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.range;
import static dev.portafilter.test.guest.Ops.returns;
import static dev.portafilter.test.guest.Ops.trap;
import static dev.portafilter.test.guest.Ops.var;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.service.HttpCallRequest;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.ScriptedHttpCalls;
import dev.portafilter.test.guest.GuestModule;
import dev.portafilter.test.guest.Op;
import dev.portafilter.test.guest.Ops.Call;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Section 8.11: HTTP calls. */
class HttpCallVectorsTest extends VectorSuite {
    private static final HeaderMap HEAD = HeaderMap.of(":method", "GET", ":path", "/", ":authority", "x");
    private static final Call STATUS = call("get_status", outWord(), outBytes());
    private static final Call BODY = call("get_buffer_bytes", 4, 0, -1, outBytes());

    private static Call http(Object upstream, Object headers, int timeoutMillis) {
        return call("http_call", upstream, headers, NONE, NONE, timeoutMillis, outWord());
    }

    private static Call http() {
        return http("callout", HEAD, 1000);
    }

    /** A guest that calls when it is configured, and then this. */
    private Play called(Op... onAnswer) {
        return play(guest().on(ON_CONFIGURE, http().silently()).on(ON_HTTP_CALL_RESPONSE, onAnswer));
    }

    private static ScriptedHttpCalls.Call last(Play play) {
        return play.host().httpCalls().last();
    }

    private List<String> onRequest(Op... ops) {
        Play play = play(guest().on(ON_REQUEST_HEADERS, ops));
        play.get();
        play.host().httpCalls().calls().forEach(call -> call.answer(200, ""));
        return play.calls();
    }

    @Vector({193, 194})
    void call_toAnUnknownClusterOrForTooLong_isRefused() {
        assertThat(onRequest(http("bogus cluster", HEAD, 1000), http("", HEAD, 1), http("callout", HEAD, -1)))
                .hasSize(3)
                .containsOnly("http_call BAD_ARGUMENT 0");
        assertThat(onRequest(http("callout", HEAD, 0x7fff_ffff))).containsExactly("http_call OK 4");
    }

    @Vector({195, 197})
    void call_withoutRequiredHeaders_isRefused() {
        assertThat(onRequest(
                        http("callout", HeaderMap.of(":method", "GET", ":authority", "x"), 1),
                        http("callout", HeaderMap.of(":path", "/", ":authority", "x"), 1),
                        http("callout", HeaderMap.of(":method", "GET", ":path", "/"), 1),
                        http("callout", HeaderMap.of(":methodx", "GET", ":path", "/", ":authority", "x"), 1),
                        http("callout", NONE, 1),
                        http("callout", "garbage", 1)))
                .hasSize(6)
                .containsOnly("http_call BAD_ARGUMENT 0");
    }

    @Vector(196)
    void call_withAnEmptyAuthority_isTaken() {
        assertThat(onRequest(
                        http("callout", HeaderMap.of(":method", "GET", ":path", "/", ":authority", ""), 1),
                        http("callout", HeaderMap.of(":method", "GET", ":path", "/", "host", "h"), 1)))
                .containsExactly("http_call OK 4", "http_call OK 8");
    }

    @Vector(198)
    void answer_comesOnceAndAfterTheCallback() {
        Play play = play(guest().on(ON_REQUEST_HEADERS, http(), note("returns")).on(ON_HTTP_CALL_RESPONSE));
        InMemoryExchange exchange = play.open().get("/");
        last(play).answer(200, "x");
        last(play).answer(200, "again");
        play.host().runAll();
        assertThat(play.lines())
                .containsExactly(
                        "on_request_headers 2 4 1", "http_call OK 4", "returns", "on_http_call_response 1 4 1 1 0");
        exchange.respond(200, "");
    }

    @Vector(199)
    void answer_isReadableInItsCallback() {
        Play play = called(
                call("get_header_map_pairs", 6, outPairs()),
                call("get_header_map_value", 6, ":status", outBytes()),
                BODY,
                call("get_buffer_status", 4, outWord(), outWord()),
                call("get_header_map_pairs", 7, outPairs()));
        last(play).answer(HeaderMap.of(":status", "200", "x-a", "1"), bytes("hello world"), HeaderMap.of("t", "1"));
        play.host().runAll();
        assertThat(play.lines())
                .containsExactly(
                        "on_configure 1 0",
                        "on_http_call_response 1 4 2 11 1",
                        "get_header_map_pairs OK {:status: 200, x-a: 1}",
                        "get_header_map_value OK \"200\"",
                        "get_buffer_bytes OK \"hello world\"",
                        "get_buffer_status OK 11 0",
                        "get_header_map_pairs OK {t: 1}");
    }

    @Vector(200)
    void answer_afterItsCallback_isGone() {
        Play play = play(guest().on(
                        ON_CONFIGURE,
                        http().silently(),
                        call("set_tick_period_milliseconds", 10).silently())
                .on(ON_HTTP_CALL_RESPONSE)
                .on(
                        ON_TICK,
                        call("get_header_map_pairs", 6, outPairs()),
                        call("get_header_map_value", 6, ":status", outBytes()),
                        BODY));
        last(play).answer(200, "x");
        play.host().advanceMillis(10);
        assertThat(play.calls())
                .containsExactly(
                        "get_header_map_pairs OK null",
                        "get_header_map_value BAD_ARGUMENT -",
                        "get_buffer_bytes NOT_FOUND -");
    }

    @Vector(201)
    void tenCalls_haveTenTokensAndAnswers() {
        Op[] calls = new Op[10];
        Arrays.fill(calls, http());
        Play play = play(guest().on(ON_CONFIGURE, calls).on(ON_HTTP_CALL_RESPONSE));
        assertThat(play.calls()).doesNotHaveDuplicates().hasSize(10).allMatch(line -> line.startsWith("http_call OK "));
        play.forget();
        List<ScriptedHttpCalls.Call> all = play.host().httpCalls().calls();
        for (int i = all.size() - 1; i >= 0; i--) {
            all.get(i).answer(200, "");
        }
        play.host().runAll();
        assertThat(play.callbacks()).hasSize(10).doesNotHaveDuplicates();
        assertThat(play.callbacks().get(0)).isEqualTo("on_http_call_response 1 40 1 0 0");
    }

    @Vector(202)
    void call_insideAnAnswer_isAnswered() {
        Play play = called(atCall(1, http()));
        last(play).answer(200, "");
        play.host().runAll();
        last(play).answer(404, "");
        play.host().runAll();
        assertThat(play.lines())
                .containsExactly(
                        "on_configure 1 0",
                        "on_http_call_response 1 4 1 0 0",
                        "http_call OK 8",
                        "on_http_call_response 1 8 1 0 0");
    }

    @Vector(203)
    void call_fromATick_isAnsweredAtTheRoot() {
        Play play = play(guest().on(
                        ON_CONFIGURE, call("set_tick_period_milliseconds", 10).silently())
                .on(ON_TICK, atCall(1, http()))
                .on(ON_HTTP_CALL_RESPONSE));
        play.host().advanceMillis(10);
        last(play).answer(200, "");
        play.host().runAll();
        assertThat(play.callbacks()).endsWith("on_http_call_response 1 4 1 0 0");
    }

    @Vector(204)
    void refusedConnection_isAServiceUnavailable() {
        Play play = called(STATUS, call("get_header_map_value", 6, ":status", outBytes()));
        last(play).unreachable("remote connection failure");
        play.host().runAll();
        assertThat(play.calls()).containsExactly("get_status OK 0 null", "get_header_map_value OK \"503\"");
        assertThat(play.callbacks(ON_HTTP_CALL_RESPONSE)).hasSize(1);
    }

    /** Side by side with Envoy 1.40.0: a server that does not speak HTTP. */
    @Test
    void brokenProtocol_isABadGateway() {
        Play play = called(call("get_header_map_value", 6, ":status", outBytes()));
        last(play).unreachable("protocol error");
        play.host().runAll();
        assertThat(play.calls()).containsExactly("get_header_map_value OK \"502\"");
    }

    @Vector(205)
    void silence_isAGatewayTimeout() {
        Play play = called(call("get_header_map_value", 6, ":status", outBytes()), BODY);
        assertThat(last(play).request().timeoutMillis()).isEqualTo(1000);
        last(play).timeOut();
        play.host().runAll();
        assertThat(play.calls())
                .containsExactly("get_header_map_value OK \"504\"", "get_buffer_bytes OK \"upstream request timeout\"");
    }

    @Vector(206)
    void resetAfterTheHead_isAnAnswerOfNothing() {
        Play play = called(STATUS, call("get_header_map_pairs", 6, outPairs()), BODY);
        last(play).breakOff("remote reset");
        play.host().runAll();
        assertThat(play.lines())
                .containsExactly(
                        "on_configure 1 0",
                        "on_http_call_response 1 4 0 0 0",
                        "get_status OK 11 \"reset\"",
                        "get_header_map_pairs OK null",
                        "get_buffer_bytes NOT_FOUND -");
    }

    @Vector(207)
    void answer_forAStreamThatIsGone_comesToTheRoot() {
        Play play = play(guest().on(ON_REQUEST_HEADERS, keep("stream", 0), http().silently(), returns(1))
                .on(ON_LOG, http().silently())
                .on(
                        ON_HTTP_CALL_RESPONSE,
                        call("set_effective_context", var("stream")),
                        call("continue_stream", 0),
                        call("send_local_response", 200, NONE, NONE, NONE, -1)));
        play.open().get("/").clientReset();
        play.host().httpCalls().calls().forEach(call -> call.answer(200, ""));
        play.host().runAll();
        assertThat(play.callbacks(ON_HTTP_CALL_RESPONSE)).hasSize(2);
        assertThat(play.calls()).contains("set_effective_context BAD_ARGUMENT", "continue_stream OK");
    }

    @Vector(208)
    void answer_forAPluginThatIsGone_doesNotCome() {
        Play play = called();
        play.host().close();
        assertThat(last(play).cancelled()).isTrue();
        last(play).answer(200, "");
        play.host().runAll();
        assertThat(play.callbacks(ON_HTTP_CALL_RESPONSE)).isEmpty();
    }

    @Vector(209)
    void answer_withoutBody_hasAnEmptyOne() {
        for (int status : new int[] {204, 200}) {
            Play play = called(BODY);
            last(play).answer(status, "");
            play.host().runAll();
            assertThat(play.lines()).endsWith("on_http_call_response 1 4 1 0 0", "get_buffer_bytes OK null");
        }
    }

    @Vector(210)
    void answer_ofAMegabyte_isWhole() {
        byte[] body = new byte[1 << 20];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) (i * 7);
        }
        Play play = called(call("get_buffer_bytes", 4, 0, -1, outSum()));
        last(play).answer(HeaderMap.of(":status", "200"), body, new HeaderMap());
        play.host().runAll();
        assertThat(play.lines())
                .endsWith(
                        "on_http_call_response 1 4 1 1048576 0",
                        "get_buffer_bytes OK 1048576 " + MemoryVectorsTest.sum(body));
    }

    @Vector(211)
    void request_ofTwelveHeadersAndABody_arrivesWhole() {
        HeaderMap head = HeaderMap.of(":method", "POST", ":path", "/p?q", ":authority", "auth", "X-Upper", "1");
        for (int i = 0; i < 8; i++) {
            head.add("h", Integer.toString(i));
        }
        Play play = play(guest().on(
                        ON_CONFIGURE,
                        call("http_call", "callout", head, "the body", HeaderMap.of("t", "1"), 0, outWord())
                                .silently()));
        HttpCallRequest request = last(play).request();
        HeaderMap expected = head.copy();
        expected.add("content-length", "8");
        assertThat(request.headers()).isEqualTo(expected);
        assertThat(request.body()).isEqualTo(bytes("the body"));
        assertThat(request.trailers()).isEqualTo(HeaderMap.of("t", "1"));
        last(play).answer(200, "");
    }

    /** Not numbered: a length without a body would keep the server waiting. */
    @Vector(211)
    void request_withALengthAndNoBody_saysZero() {
        HeaderMap head = HEAD.copy();
        head.add("content-length", "99");
        Play play = play(guest().on(ON_CONFIGURE, http("callout", head, 0).silently()));
        assertThat(last(play).request().headers().get("content-length")).isEqualTo("0");
        last(play).answer(200, "");
    }

    @Vector(212)
    void call_withATokenOutOfRange_doesNotGoOut() {
        Play play = play(guest().on(
                        ON_CONFIGURE,
                        call("http_call", "callout", HEAD, NONE, NONE, 0, OUTSIDE),
                        call("http_call", range(OUTSIDE, 1), HEAD, NONE, NONE, 0, outWord())));
        assertThat(play.calls())
                .containsExactly("http_call INVALID_MEMORY_ACCESS", "http_call INVALID_MEMORY_ACCESS -");
        assertThat(play.host().httpCalls().calls()).isEmpty();
    }

    @Vector(213)
    void trap_inTheAnswer_failsTheWaitingStream() {
        GuestModule module =
                guest().on(ON_REQUEST_HEADERS, http().silently(), returns(1)).on(ON_HTTP_CALL_RESPONSE, trap());
        Play play = play(module);
        InMemoryExchange exchange = play.open().get("/");
        last(play).answer(200, "");
        play.host().runAll();
        assertThat(exchange.client().status()).isEqualTo(503);
        assertThat(play.host().status("p").state()).isEqualTo(PluginStatus.State.FAILED);
    }

    @Vector(214)
    void call_thatDoesNotStart_isAnInternalFailure() {
        Play play = play(guest().on(ON_REQUEST_HEADERS, http()).on(ON_HTTP_CALL_RESPONSE));
        play.host().httpCalls().refuse(true);
        play.get();
        assertThat(play.calls()).containsExactly("http_call INTERNAL_FAILURE 0");
        assertThat(play.callbacks(ON_HTTP_CALL_RESPONSE)).isEmpty();
    }
}
