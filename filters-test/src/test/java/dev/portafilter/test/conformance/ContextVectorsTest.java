package dev.portafilter.test.conformance;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_CONTEXT_CREATE;
import static dev.portafilter.abi.Callback.ON_DELETE;
import static dev.portafilter.abi.Callback.ON_DONE;
import static dev.portafilter.abi.Callback.ON_HTTP_CALL_RESPONSE;
import static dev.portafilter.abi.Callback.ON_LOG;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_TICK;
import static dev.portafilter.abi.Callback.ON_VM_START;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.GuestModule.listener;
import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.atCall;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.keep;
import static dev.portafilter.test.guest.Ops.note;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outPairs;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.param;
import static dev.portafilter.test.guest.Ops.returns;
import static dev.portafilter.test.guest.Ops.var;
import static dev.portafilter.test.guest.Ops.whenVar;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.Callback;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.guest.GuestModule;
import dev.portafilter.test.guest.Ops.Call;
import java.util.HashSet;
import java.util.Set;

/** Section 8.3: contexts and end of life. */
class ContextVectorsTest extends VectorSuite {
    private static final HeaderMap CALL = HeaderMap.of(":method", "GET", ":path", "/", ":authority", "x");

    private static Call header(String name) {
        return call("get_header_map_value", 0, name, outBytes());
    }

    @Vector(43)
    void stream_endedBeforeHeaders_isNeverHeardOf() {
        Play play = play(listener()).forget();
        play.open().clientReset();
        assertThat(play.lines()).isEmpty();
    }

    @Vector(44)
    void response_ofAStreamNeverCreated_passesWithoutTheGuest() {
        Play play = play(listener()).forget();
        InMemoryExchange exchange = play.open();
        exchange.stream().reply(400, bytes("bad"), "bad_request");
        assertThat(exchange.client().status()).isEqualTo(400);
        assertThat(exchange.client().bodyText()).isEqualTo("bad");
        assertThat(play.lines()).isEmpty();
    }

    @Vector(45)
    void request_whenComplete_endsInOrder() {
        Play play = play(listener()).forget();
        play.get();
        assertThat(play.lines())
                .containsExactly(
                        "on_context_create 2 1",
                        "on_request_headers 2 4 1",
                        "on_response_headers 2 1 1",
                        "on_log 2",
                        "on_done 2",
                        "on_delete 2");
    }

    @Vector(46)
    void plugin_behindAReply_isToldOfTheStreamAtItsEnd() {
        Play play = play(
                spec("a", guest().on(ON_REQUEST_HEADERS, call("send_local_response", 403, NONE, NONE, NONE, -1))),
                spec("b", listener()));
        play.forget().get();
        assertThat(play.lines("b")).containsExactly("on_context_create 2 1", "on_log 2", "on_done 2", "on_delete 2");
    }

    @Vector(46)
    void request_refusedByTheGateway_isToldOfAtItsEnd() {
        GuestModule module = listener()
                .on(
                        ON_LOG,
                        call("get_header_map_pairs", 0, outPairs()),
                        call("get_header_map_value", 2, ":status", outBytes()),
                        call("get_property", "response\0code_details", outBytes()),
                        call("get_property", "request\0path", outBytes()));
        Play play = play(module).forget();
        InMemoryExchange unread = play.open();
        unread.stream().refuse(new HeaderMap(), 400, bytes("Bad Request"), "http1.invalid_url");
        assertThat(unread.events()).containsExactly("upstream cancelled", "client head 400", "client 11 bytes end");
        assertThat(play.lines())
                .containsExactly(
                        "on_context_create 2 1",
                        "on_log 2",
                        "get_header_map_pairs OK null",
                        "get_header_map_value OK \"400\"",
                        "get_property OK \"http1.invalid_url\"",
                        "get_property NOT_FOUND -",
                        "on_done 2",
                        "on_delete 2");

        play.forget();
        InMemoryExchange read = play.open();
        read.stream().refuse(HeaderMap.of(":path", "/a#b"), 400, new byte[0], "path_normalization_failed");
        read.requestBody("late", true);
        assertThat(read.client().status()).isEqualTo(400);
        assertThat(play.calls())
                .containsExactly(
                        "get_header_map_pairs OK {:path: /a#b}",
                        "get_header_map_value OK \"400\"",
                        "get_property OK \"path_normalization_failed\"",
                        "get_property OK \"/a#b\"");
    }

    @Vector(47)
    void done_falseForAStream_isIgnored() {
        Play play = play(listener().on(ON_DONE, returns(0))).forget();
        play.get();
        assertThat(play.lines()).endsWith("on_log 2", "on_done 2", "on_delete 2");
    }

    @Vector(48)
    void done_falseForARoot_waitsForProxyDone() {
        GuestModule module = guest().on(
                        ON_DONE,
                        call("http_call", "callout", CALL, NONE, NONE, 1000, outWord())
                                .silently(),
                        returns(0))
                .on(ON_HTTP_CALL_RESPONSE, call("done"), note("returns"))
                .on(ON_DELETE);
        Play play = play(module).forget();
        play.host().close();
        assertThat(play.lines()).containsExactly("on_done 1");
        play.host().httpCalls().last().answer(200, "");
        play.host().runAll();
        assertThat(play.lines())
                .containsExactly("on_done 1", "on_http_call_response 1 4 1 0 0", "done OK", "returns", "on_delete 1");
    }

    @Vector(48)
    void done_falseForARootThatNeverSaysSo_isDroppedInTheEnd() {
        Play play = play(guest().on(ON_DONE, returns(0)).on(ON_DELETE)).forget();
        play.host().close();
        play.host().advanceMillis(10_000);
        assertThat(play.lines()).containsExactly("on_done 1");
        assertThat(play.host().worker().worker().contextCount()).isZero();
    }

    @Vector(49)
    void proxyDone_whereNothingWaits_isNotFound() {
        GuestModule module = guest();
        for (Callback callback : new Callback[] {ON_VM_START, ON_CONFIGURE, ON_REQUEST_HEADERS, ON_LOG, ON_DONE}) {
            module.on(callback, call("done"));
        }
        Play play = play(module);
        play.get();
        assertThat(play.calls()).hasSize(5).containsOnly("done NOT_FOUND");
    }

    @Vector(50)
    void root_whenRemoved_isNotLogged() {
        Play play = play(listener()).forget();
        play.host().close();
        assertThat(play.lines()).containsExactly("on_done 1", "on_delete 1");
    }

    @Vector(51)
    void streams_oneAfterAnother_areAllDeleted() {
        Play play = play(guest().on(ON_CONTEXT_CREATE).on(ON_DELETE));
        play.forget();
        Set<String> live = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            play.get();
        }
        for (String line : play.lines()) {
            String id = line.split(" ")[1];
            assertThat(line.startsWith("on_context_create") ? live.add(id) : live.remove(id))
                    .isTrue();
        }
        assertThat(play.lines()).hasSize(2000);
        assertThat(live).isEmpty();
        assertThat(play.host().worker().worker().contextCount()).isEqualTo(1);
    }

    @Vector(52)
    void effectiveContext_unknown_isABadArgument() {
        Play play = play(guest().on(
                        ON_REQUEST_HEADERS,
                        call("set_effective_context", 99999),
                        call("set_effective_context", -1),
                        call("set_effective_context", 0),
                        call("set_effective_context", 1),
                        call("set_effective_context", param(0))));
        play.get();
        assertThat(play.calls())
                .containsExactly(
                        "set_effective_context BAD_ARGUMENT",
                        "set_effective_context BAD_ARGUMENT",
                        "set_effective_context OK",
                        "set_effective_context OK",
                        "set_effective_context OK");
    }

    @Vector(53)
    void effectiveContext_setInATick_lastsForThatTick() {
        Play play = play(guest().on(
                        ON_CONFIGURE, call("set_tick_period_milliseconds", 10).silently())
                .on(ON_REQUEST_HEADERS, keep("stream", 0), returns(1))
                .on(ON_TICK, header("x-who"), call("set_effective_context", var("stream")), header("x-who")));
        InMemoryExchange exchange = play.open().get("/", "x-who", "A");
        play.host().advanceMillis(20);
        assertThat(play.calls())
                .containsExactly(
                        "get_header_map_value BAD_ARGUMENT -",
                        "set_effective_context OK",
                        "get_header_map_value OK \"A\"",
                        "get_header_map_value BAD_ARGUMENT -",
                        "set_effective_context OK",
                        "get_header_map_value OK \"A\"");
        exchange.clientReset();
    }

    @Vector(54)
    void effectiveContext_deleted_isABadArgument() {
        Play play = play(guest().on(
                        ON_REQUEST_HEADERS,
                        whenVar("earlier", call("set_effective_context", var("earlier"))),
                        keep("earlier", 0)));
        play.get();
        play.get();
        assertThat(play.calls()).containsExactly("set_effective_context BAD_ARGUMENT");
    }

    @Vector(55)
    void stream_thatEditsAnother_changesOnlyThat() {
        Play play = play(guest().on(
                        ON_REQUEST_HEADERS,
                        atCall(1, keep("first", 0), returns(1)),
                        call("set_effective_context", var("first")),
                        call("add_header_map_value", 0, "x-by", "B"),
                        call("continue_stream", 0)));
        InMemoryExchange a = play.open().get("/a");
        InMemoryExchange b = play.open().get("/b");
        assertThat(a.upstream().header("x-by")).isEqualTo("B");
        assertThat(b.upstream().header(":path")).isEqualTo("/b");
        assertThat(b.upstream().header("x-by")).isNull();
        a.respond(200, "");
        b.respond(200, "");
    }
}
