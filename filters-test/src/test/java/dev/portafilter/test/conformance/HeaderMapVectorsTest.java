package dev.portafilter.test.conformance;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_HTTP_CALL_RESPONSE;
import static dev.portafilter.abi.Callback.ON_LOG;
import static dev.portafilter.abi.Callback.ON_REQUEST_BODY;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_REQUEST_TRAILERS;
import static dev.portafilter.abi.Callback.ON_RESPONSE_BODY;
import static dev.portafilter.abi.Callback.ON_RESPONSE_HEADERS;
import static dev.portafilter.abi.Callback.ON_TICK;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.OUTSIDE;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.keep;
import static dev.portafilter.test.guest.Ops.numbers;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outPairs;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.range;
import static dev.portafilter.test.guest.Ops.returns;
import static dev.portafilter.test.guest.Ops.var;
import static dev.portafilter.test.guest.Ops.whenParam;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.guest.Op;
import dev.portafilter.test.guest.Ops.Call;
import java.util.List;

/** Section 8.7: header maps. */
class HeaderMapVectorsTest extends VectorSuite {
    private static final String PSEUDO = ":authority: example.com, :path: /, :method: GET, :scheme: http";

    private static Call get(int map, String name) {
        return call("get_header_map_value", map, name, outBytes());
    }

    private static Call pairs(int map) {
        return call("get_header_map_pairs", map, outPairs());
    }

    private static Call size(int map) {
        return call("get_header_map_size", map, outWord());
    }

    private static Call add(int map, String name, String value) {
        return call("add_header_map_value", map, name, value);
    }

    private static Call replace(int map, String name, String value) {
        return call("replace_header_map_value", map, name, value);
    }

    private static Call remove(int map, String name) {
        return call("remove_header_map_value", map, name);
    }

    private static Call set(int map, Object pairs) {
        return call("set_header_map_pairs", map, pairs);
    }

    /** A request through a guest that does this in {@code on_request_headers}; what its calls gave. */
    private List<String> onRequest(Op[] ops, String... namesAndValues) {
        Play play = play(guest().on(ON_REQUEST_HEADERS, ops));
        play.get(namesAndValues);
        return play.calls();
    }

    private static Op[] ops(Op... ops) {
        return ops;
    }

    @Vector(109)
    void request_isSeenWithItsPseudoHeaders() {
        Play play = play(guest().on(ON_REQUEST_HEADERS, get(0, ":path")));
        play.get();
        assertThat(play.lines()).containsExactly("on_request_headers 2 4 1", "get_header_map_value OK \"/\"");
    }

    @Vector(110)
    void names_areMatchedInAnyCase() {
        assertThat(onRequest(ops(get(0, "x-foo"), get(0, "X-Foo"), get(0, "X-FOO"), pairs(0)), "X-Foo", "Bar"))
                .containsExactly(
                        "get_header_map_value OK \"Bar\"",
                        "get_header_map_value OK \"Bar\"",
                        "get_header_map_value OK \"Bar\"",
                        "get_header_map_pairs OK {" + PSEUDO + ", x-foo: Bar}");
    }

    @Vector(111)
    void missingHeader_isNotFoundOrInVersion010Empty() {
        for (String version : new String[] {"0_2_0", "0_2_1", "0_1_0"}) {
            Play play = play(guest().abi(version).on(ON_REQUEST_HEADERS, get(0, "x-none")));
            play.get();
            assertThat(play.calls())
                    .containsExactly(
                            version.equals("0_1_0")
                                    ? "get_header_map_value OK null"
                                    : "get_header_map_value NOT_FOUND -");
        }
    }

    @Vector(112)
    void emptyHeader_isThere() {
        assertThat(onRequest(ops(get(0, "x-e")), "x-e", "")).containsExactly("get_header_map_value OK null");
    }

    @Vector(113)
    void repeatedHeader_isReadByItsFirstValue() {
        Play play = play(guest().on(ON_REQUEST_HEADERS, get(0, "x-a"), pairs(0)));
        play.get("x-a", "1", "x-a", "2");
        assertThat(play.lines())
                .containsExactly(
                        "on_request_headers 2 6 1",
                        "get_header_map_value OK \"1\"",
                        "get_header_map_pairs OK {" + PSEUDO + ", x-a: 1, x-a: 2}");
    }

    @Vector(114)
    void add_keepsWhatIsThere() {
        assertThat(onRequest(ops(add(0, "X-A", "2"), pairs(0)), "x-a", "1", "x-b", "3"))
                .containsExactly(
                        "add_header_map_value OK", "get_header_map_pairs OK {" + PSEUDO + ", x-a: 1, x-b: 3, x-a: 2}");
    }

    @Vector(115)
    void replace_putsOneAtTheEnd() {
        assertThat(onRequest(
                        ops(replace(0, "X-A", "9"), replace(0, "x-c", "n"), replace(0, ":path", "/p"), pairs(0)),
                        "x-a",
                        "1",
                        "x-a",
                        "2",
                        "x-b",
                        "3"))
                .endsWith("get_header_map_pairs OK {:authority: example.com, :method: GET, :scheme: http, :path: /p,"
                        + " x-b: 3, x-a: 9, x-c: n}");
    }

    @Vector(116)
    void remove_takesAllAway() {
        assertThat(onRequest(ops(remove(0, "X-A"), remove(0, "x-a"), pairs(0)), "x-a", "1", "x-a", "2"))
                .containsExactly(
                        "remove_header_map_value OK",
                        "remove_header_map_value OK",
                        "get_header_map_pairs OK {" + PSEUDO + "}");
    }

    @Vector(117)
    void replace_byNothing_leavesAnEmptyValue() {
        assertThat(onRequest(ops(replace(0, "x-a", ""), get(0, "x-a")), "x-a", "1"))
                .containsExactly("replace_header_map_value OK", "get_header_map_value OK null");
    }

    @Vector(118)
    void setPairs_putsExactlyThese() {
        HeaderMap map =
                HeaderMap.of(":method", "GET", ":path", "/n", ":authority", "a", ":scheme", "http", "newheader", "v");
        Play play = play(guest().on(ON_REQUEST_HEADERS, set(0, map), pairs(0)));
        InMemoryExchange exchange = play.get("x-a", "1");
        assertThat(play.calls()).containsExactly("set_header_map_pairs OK", "get_header_map_pairs OK " + map);
        assertThat(exchange.upstream().headers()).isEqualTo(map);
    }

    @Vector(119)
    void setPairs_malformed_clearsTheMap() {
        assertThat(onRequest(ops(set(0, "garbage!"), pairs(0), size(0))))
                .containsExactly("set_header_map_pairs OK", "get_header_map_pairs OK null", "get_header_map_size OK 0");
    }

    @Vector({120, 121})
    void responseMap_inTheRequest_isNotAvailable() {
        assertThat(onRequest(
                        ops(add(2, "a", "b"), replace(2, "a", "b"), remove(2, "a"), set(2, HeaderMap.of()), size(2))))
                .containsExactly(
                        "add_header_map_value BAD_ARGUMENT",
                        "replace_header_map_value BAD_ARGUMENT",
                        "remove_header_map_value BAD_ARGUMENT",
                        "set_header_map_pairs BAD_ARGUMENT",
                        "get_header_map_size BAD_ARGUMENT -");
    }

    @Vector(122)
    void mapEight_isNoMap() {
        assertThat(onRequest(ops(
                        call("get_header_map_value", 8, range(OUTSIDE, 4), numbers(OUTSIDE, OUTSIDE)),
                        call("add_header_map_value", 8, range(OUTSIDE, 1), range(OUTSIDE, 1)),
                        call("replace_header_map_value", 8, range(OUTSIDE, 1), range(OUTSIDE, 1)),
                        call("remove_header_map_value", 8, range(OUTSIDE, 1)),
                        call("get_header_map_pairs", 8, numbers(OUTSIDE, OUTSIDE)),
                        call("set_header_map_pairs", 8, range(OUTSIDE, 10)),
                        call("get_header_map_size", 8, OUTSIDE),
                        get(-1, "x"))))
                .hasSize(8)
                .allMatch(line -> line.contains(" BAD_ARGUMENT"));
    }

    @Vector(123)
    void pairs_outsideOfTheirPhase_areNone() {
        assertThat(onRequest(ops(pairs(3), pairs(4), pairs(7))))
                .hasSize(3)
                .containsOnly("get_header_map_pairs OK null");
    }

    @Vector(124)
    void callTrailers_whenThereAreNone_areNone() {
        HeaderMap request = HeaderMap.of(":method", "GET", ":path", "/", ":authority", "x");
        Play play = play(guest().on(
                        ON_CONFIGURE,
                        call("http_call", "callout", request, NONE, NONE, 0, outWord())
                                .silently())
                .on(ON_HTTP_CALL_RESPONSE, pairs(7)));
        play.host().httpCalls().last().answer(200, "x");
        play.host().runAll();
        assertThat(play.calls()).containsExactly("get_header_map_pairs OK null");
    }

    @Vector({125, 126, 127})
    void pseudoHeaders_replaced_goUpstream() {
        Play play = play(guest().on(
                        ON_REQUEST_HEADERS,
                        replace(0, ":path", "/new"),
                        replace(0, ":authority", "x-canary"),
                        replace(0, ":method", "POST"))
                .on(ON_RESPONSE_HEADERS, replace(2, ":status", "418")));
        InMemoryExchange exchange = play.get();
        assertThat(exchange.upstream().headers())
                .isEqualTo(
                        HeaderMap.of(":scheme", "http", ":path", "/new", ":authority", "x-canary", ":method", "POST"));
        assertThat(exchange.client().status()).isEqualTo(418);
    }

    @Vector(128)
    void requiredHeaders_removed_makeAnErrorReply() {
        for (Op damage : new Op[] {
            remove(0, ":path"), remove(0, ":authority"), remove(0, "host"), replace(0, ":path", ""), set(0, NONE)
        }) {
            InMemoryExchange exchange =
                    play(guest().on(ON_REQUEST_HEADERS, damage)).get();
            assertThat(exchange.client().status()).isEqualTo(404);
            assertThat(exchange.client().body()).isEmpty();
            assertThat(exchange.upstream().headers()).isNull();
        }
        InMemoryExchange noMethod =
                play(guest().on(ON_REQUEST_HEADERS, remove(0, ":method"))).get();
        assertThat(noMethod.client().status()).isEqualTo(503);
        assertThat(noMethod.client().bodyText()).isEqualTo("missing required header: :method");
        for (Op damage :
                new Op[] {replace(0, ":method", ""), replace(0, ":method", "G T"), replace(0, ":path", "/a b")}) {
            assertThat(play(guest().on(ON_REQUEST_HEADERS, damage))
                            .get()
                            .client()
                            .status())
                    .isEqualTo(503);
        }
        for (Op harmless : new Op[] {remove(0, ":scheme"), replace(0, ":authority", "")}) {
            assertThat(play(guest().on(ON_REQUEST_HEADERS, harmless))
                            .get()
                            .client()
                            .status())
                    .isEqualTo(200);
        }
    }

    @Vector(129)
    void status_removedOrNoNumber_makesABadGateway() {
        for (Op damage : new Op[] {
            remove(2, ":status"),
            replace(2, ":status", ""),
            replace(2, ":status", "abc"),
            set(2, NONE),
            add(2, ":status", "418")
        }) {
            Play play = play(guest().on(ON_RESPONSE_HEADERS, damage));
            InMemoryExchange exchange = play.get();
            assertThat(exchange.client().status()).isEqualTo(502);
            assertThat(exchange.client().bodyText()).isEqualTo("missing required header: :status");
            assertThat(play.callbacks(ON_RESPONSE_HEADERS)).hasSize(1);
        }
    }

    @Vector(130)
    void lineBreaks_inValues_areRefused() {
        Play play = play(guest().on(
                        ON_REQUEST_HEADERS,
                        add(0, "x-nl", "a\r\nx-injected: 1"),
                        replace(0, "x-nl", "a\nb"),
                        add(0, "x-nul", "a\0b"),
                        add(0, "x\r\ny", "v"),
                        set(0, HeaderMap.of(":path", "/", "x", "a\nb")))
                .on(ON_RESPONSE_HEADERS, add(2, "x-nl", "a\r\nx-injected: 1")));
        InMemoryExchange exchange = play.get();
        assertThat(play.calls()).hasSize(6).allMatch(line -> line.endsWith(" BAD_ARGUMENT"));
        assertThat(exchange.upstream().headers()).isEqualTo(InMemoryExchange.requestHead("GET", "/"));
        assertThat(exchange.client().headers()).isEqualTo(HeaderMap.of(":status", "200"));
    }

    @Vector(131)
    void host_isTheAuthority() {
        assertThat(onRequest(ops(get(0, "host"), replace(0, "Host", "x"), get(0, ":authority"), get(0, "host"))))
                .containsExactly(
                        "get_header_map_value OK \"example.com\"",
                        "replace_header_map_value OK",
                        "get_header_map_value OK \"x\"",
                        "get_header_map_value OK \"x\"");
    }

    @Vector(132)
    void requestHeaders_onceTheyHaveGone_areReadOnly() {
        Play play = play(guest().on(ON_REQUEST_HEADERS)
                .on(
                        ON_REQUEST_BODY,
                        add(0, "late", "1"),
                        replace(0, ":path", "/late"),
                        remove(0, ":path"),
                        set(0, NONE),
                        size(0),
                        get(0, ":path")));
        InMemoryExchange exchange = play.open().post("/").requestBody("x", true).respond(200, "");
        assertThat(play.calls())
                .containsExactly(
                        "add_header_map_value BAD_ARGUMENT",
                        "replace_header_map_value BAD_ARGUMENT",
                        "remove_header_map_value BAD_ARGUMENT",
                        "set_header_map_pairs BAD_ARGUMENT",
                        "get_header_map_size BAD_ARGUMENT -",
                        "get_header_map_value OK \"/\"");
        assertThat(exchange.upstream().header("late")).isNull();
    }

    @Vector(133)
    void pausedRequest_editedFromATick_goesOnWithTheEdit() {
        Play play = play(guest().on(
                        ON_CONFIGURE, call("set_tick_period_milliseconds", 10).silently())
                .on(ON_REQUEST_HEADERS, keep("stream", 0), returns(1))
                .on(
                        ON_TICK,
                        call("set_effective_context", var("stream")),
                        add(0, "x-tick", "1"),
                        call("continue_stream", 0),
                        add(0, "x-late", "1")));
        InMemoryExchange exchange = play.open().get("/");
        assertThat(exchange.upstream().headers()).isNull();
        play.host().advanceMillis(10);
        assertThat(exchange.upstream().header("x-tick")).isEqualTo("1");
        assertThat(exchange.upstream().header("x-late")).isNull();
        assertThat(play.calls()).endsWith("continue_stream OK", "add_header_map_value BAD_ARGUMENT");
        exchange.respond(200, "");
    }

    @Vector(134)
    void maps_inOnLog_areReadOnly() {
        Play play = play(guest().on(
                        ON_LOG,
                        get(0, ":path"),
                        get(2, ":status"),
                        get(0, "x-none"),
                        get(1, "x"),
                        get(3, "x"),
                        get(6, "x"),
                        add(0, "a", "b"),
                        add(2, "a", "b"),
                        size(2)));
        play.get();
        assertThat(play.calls())
                .containsExactly(
                        "get_header_map_value OK \"/\"",
                        "get_header_map_value OK \"200\"",
                        "get_header_map_value NOT_FOUND -",
                        "get_header_map_value NOT_FOUND -",
                        "get_header_map_value NOT_FOUND -",
                        "get_header_map_value NOT_FOUND -",
                        "add_header_map_value BAD_ARGUMENT",
                        "add_header_map_value BAD_ARGUMENT",
                        "get_header_map_size BAD_ARGUMENT -");
    }

    @Vector(135)
    void responseHeaders_changed_reachTheClient() {
        Play play = play(guest().on(ON_RESPONSE_HEADERS, add(2, "x-a", "b"), replace(2, "server", "mine")));
        InMemoryExchange exchange = play.open().get("/").respond(200, "", "server", "theirs");
        assertThat(exchange.client().headers()).isEqualTo(HeaderMap.of(":status", "200", "x-a", "b", "server", "mine"));
    }

    @Vector(136)
    void requestTrailers_areReadableAndWritable() {
        Play play = play(guest().on(ON_REQUEST_TRAILERS, get(1, "a"), add(1, "c", "d"), size(1)));
        InMemoryExchange exchange = play.open()
                .post("/")
                .requestBody("x", false)
                .requestTrailers("a", "b")
                .respond(200, "");
        assertThat(play.lines())
                .containsExactly(
                        "on_request_trailers 2 1",
                        "get_header_map_value OK \"b\"",
                        "add_header_map_value OK",
                        "get_header_map_size OK 4");
        assertThat(exchange.upstream().trailers()).isEqualTo(HeaderMap.of("a", "b", "c", "d"));
        assertThat(exchange.upstream().bodyText()).isEqualTo("x");
    }

    @Vector(137)
    void responseTrailers_areMadeByAWriteAtTheEndOfTheBody() {
        Play play = play(guest().on(
                        ON_RESPONSE_BODY,
                        whenParam(2, 0, add(3, "early", "1")),
                        whenParam(2, 1, get(3, "made"), size(3), add(3, "made", "resp"), get(3, "made"))));
        InMemoryExchange exchange = play.open()
                .get("/")
                .responseHeaders(InMemoryExchange.responseHead(200), false)
                .responseBody("a", false)
                .responseBody("b", true);
        assertThat(play.calls())
                .containsExactly(
                        "add_header_map_value BAD_ARGUMENT",
                        "get_header_map_value BAD_ARGUMENT -",
                        "get_header_map_size OK 0",
                        "add_header_map_value OK",
                        "get_header_map_value OK \"resp\"");
        assertThat(exchange.client().bodyText()).isEqualTo("ab");
        assertThat(exchange.client().trailers()).isEqualTo(HeaderMap.of("made", "resp"));
    }

    @Vector(138)
    void size_ofAMap_isTheSumOfItsBytes() {
        assertThat(onRequest(ops(set(0, HeaderMap.of("a", "bc")), size(0))))
                .containsExactly("set_header_map_pairs OK", "get_header_map_size OK 3");
    }
}
