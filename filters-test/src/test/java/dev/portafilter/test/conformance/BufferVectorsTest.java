package dev.portafilter.test.conformance;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_HTTP_CALL_RESPONSE;
import static dev.portafilter.abi.Callback.ON_REQUEST_BODY;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.OUTSIDE;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.range;
import static dev.portafilter.test.guest.Ops.returns;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.guest.Op;
import dev.portafilter.test.guest.Ops.Call;

/** Section 8.8: buffers. */
class BufferVectorsTest extends VectorSuite {
    private static final String HELLO = "hello";

    private static Call read(int buffer, int start, int length) {
        return call("get_buffer_bytes", buffer, start, length, outBytes());
    }

    private static Call write(int buffer, int start, int length, Object data) {
        return call("set_buffer_bytes", buffer, start, length, data);
    }

    /** What the upstream gets for "hello" when the guest does this. */
    private String edited(Op... edits) {
        InMemoryExchange exchange = play(guest().on(ON_REQUEST_BODY, edits))
                .open()
                .post("/")
                .requestBody(HELLO, true)
                .respond(200, "");
        return exchange.upstream().bodyText();
    }

    @Vector(139)
    void read_beyondTheEnd_isCut() {
        Play play = play(guest().on(
                        ON_REQUEST_BODY, read(0, 0, 5), read(0, 0, -1), read(0, 2, 2), read(0, 5, 1), read(0, 9, 1)));
        play.open().post("/").requestBody(HELLO, true).respond(200, "");
        assertThat(play.calls())
                .containsExactly(
                        "get_buffer_bytes OK \"hello\"",
                        "get_buffer_bytes OK \"hello\"",
                        "get_buffer_bytes OK \"ll\"",
                        "get_buffer_bytes OK null",
                        "get_buffer_bytes OK null");
    }

    @Vector(140)
    void read_ofAnEmptyBody_isNothing() {
        Play play = play(guest().on(ON_REQUEST_BODY, read(0, 0, -1)));
        play.open().post("/").requestBody("", true).respond(200, "");
        assertThat(play.lines()).containsExactly("on_request_body 2 0 1", "get_buffer_bytes OK null");
    }

    @Vector(141)
    void bufferNine_isNoBuffer() {
        Play play = play(guest().on(
                        ON_REQUEST_HEADERS,
                        read(9, 0, 1),
                        call("get_buffer_status", 9, outWord(), outWord()),
                        write(9, 0, 0, "x")));
        play.get();
        assertThat(play.calls())
                .containsExactly(
                        "get_buffer_bytes BAD_ARGUMENT -",
                        "get_buffer_status BAD_ARGUMENT - -",
                        "set_buffer_bytes BAD_ARGUMENT");
    }

    @Vector(142)
    void status_tellsTheSize() {
        Play play = play(guest().on(ON_REQUEST_BODY, call("get_buffer_status", 0, outWord(), outWord())));
        play.open().post("/").requestBody(HELLO, true).respond(200, "");
        assertThat(play.calls()).containsExactly("get_buffer_status OK 5 0");
    }

    @Vector(143)
    void body_canBeExtendedAtBothEnds() {
        assertThat(edited(write(0, 0, 0, "prepend."), write(0, 13, 0, ".append")))
                .isEqualTo("prepend.hello.append");
    }

    @Vector(144)
    void body_canBeReplaced() {
        assertThat(edited(write(0, 0, -1, "replace"))).isEqualTo("replace");
        assertThat(edited(write(0, 0, 0x7fff_ffff, "replace"))).isEqualTo("replace");
    }

    @Vector(145)
    void body_canBeRemoved() {
        assertThat(edited(write(0, 0, 5, NONE))).isEmpty();
    }

    @Vector(146)
    void body_canBeReplacedInItsFirstPart() {
        assertThat(edited(write(0, 0, 1, "partial.replace."))).isEqualTo("partial.replace.ello");
    }

    @Vector(147)
    void body_cannotBeChangedInTheMiddle() {
        Play play = play(guest().on(ON_REQUEST_BODY, write(0, 2, 1, "x")));
        InMemoryExchange exchange =
                play.open().post("/").requestBody(HELLO, true).respond(200, "");
        assertThat(play.calls()).containsExactly("set_buffer_bytes BAD_ARGUMENT");
        assertThat(exchange.upstream().bodyText()).isEqualTo(HELLO);
    }

    @Vector(148)
    void body_canBeAppendedToFarBehindItsEnd() {
        assertThat(edited(write(0, 0x7fff_ffff, 0, "!"))).isEqualTo("hello!");
    }

    @Vector(149)
    void otherBuffers_cannotBeChanged() {
        Play play = play(guest().on(ON_CONFIGURE, write(7, 0, 0, "x"), write(7, 0, 0, range(OUTSIDE, 1)))
                .on(
                        ON_REQUEST_HEADERS,
                        write(4, 0, 0, "x"),
                        write(6, 0, 0, "x"),
                        write(7, 0, 0, "x"),
                        write(8, 0, 0, "x"),
                        write(4, 0, 0, range(OUTSIDE, 1)),
                        write(6, 0, 0, range(OUTSIDE, 1)),
                        call("http_call", "callout", request(), NONE, NONE, 0, outWord())
                                .silently())
                .on(ON_HTTP_CALL_RESPONSE, write(4, 0, 0, "x"), write(4, 0, 0, range(OUTSIDE, 1))));
        assertThat(play.takeCalls())
                .containsExactly("set_buffer_bytes BAD_ARGUMENT", "set_buffer_bytes INVALID_MEMORY_ACCESS");
        play.get();
        assertThat(play.takeCalls())
                .containsExactly(
                        "set_buffer_bytes NOT_FOUND",
                        "set_buffer_bytes BAD_ARGUMENT",
                        "set_buffer_bytes NOT_FOUND",
                        "set_buffer_bytes BAD_ARGUMENT",
                        "set_buffer_bytes NOT_FOUND",
                        "set_buffer_bytes INVALID_MEMORY_ACCESS");
        play.host().httpCalls().last().answer(200, "x");
        play.host().runAll();
        assertThat(play.takeCalls())
                .containsExactly("set_buffer_bytes BAD_ARGUMENT", "set_buffer_bytes INVALID_MEMORY_ACCESS");
    }

    private static HeaderMap request() {
        return HeaderMap.of(":method", "GET", ":path", "/", ":authority", "x");
    }

    @Vector(150)
    void callBody_outsideOfItsCallback_isNotFound() {
        Play play = play(guest().on(
                        ON_REQUEST_HEADERS,
                        read(4, 0, 1),
                        call("get_buffer_status", 4, outWord(), outWord()),
                        read(8, 0, 1)));
        play.get();
        assertThat(play.calls())
                .containsExactly(
                        "get_buffer_bytes NOT_FOUND -",
                        "get_buffer_status NOT_FOUND - -",
                        "get_buffer_bytes NOT_FOUND -");
    }

    @Vector(151)
    void changedBody_withoutContentLength_isAMessage() {
        Play play = play(guest().on(ON_REQUEST_HEADERS, call("remove_header_map_value", 0, "content-length"))
                .on(ON_REQUEST_BODY, write(0, 0, -1, "longer than before")));
        InMemoryExchange exchange = play.open()
                .post("/", "content-length", "5")
                .requestBody(HELLO, true)
                .respond(200, "");
        assertThat(exchange.upstream().header("content-length")).isNull();
        assertThat(exchange.upstream().bodyText()).isEqualTo("longer than before");
        assertThat(exchange.upstream().ended()).isTrue();
    }

    @Vector(152)
    void changedBody_withContentLengthGone_isNotSent() {
        for (String data : new String[] {"longer than before", "x"}) {
            Play play = play(guest().on(ON_REQUEST_BODY, write(0, 0, -1, data)));
            InMemoryExchange exchange =
                    play.open().post("/", "content-length", "5").requestBody(HELLO, true);
            assertThat(exchange.isReset()).isTrue();
            assertThat(exchange.upstream().body()).hasSizeLessThanOrEqualTo(5);
            assertThat(exchange.upstream().ended()).isFalse();
        }
    }

    @Vector(152)
    void changedBody_withHeadersHeld_losesItsContentLength() {
        Play play = play(
                guest().on(ON_REQUEST_HEADERS, returns(1)).on(ON_REQUEST_BODY, write(0, 0, -1, "longer than before")),
                spec -> spec.allowOnHeadersStopIteration(true));
        InMemoryExchange exchange = play.open()
                .post("/", "content-length", "5")
                .requestBody(HELLO, true)
                .respond(200, "");
        assertThat(exchange.upstream().header("content-length")).isNull();
        assertThat(exchange.upstream().bodyText()).isEqualTo("longer than before");
    }

    @Vector(153)
    void read_ofMoreThanThereIs_isCut() {
        Play play = play(guest().on(ON_REQUEST_BODY, read(0, 0, 10), returns(0)));
        play.open()
                .post("/")
                .requestBody(HELLO, false)
                .requestBody("again", true)
                .respond(200, "");
        assertThat(play.calls()).containsExactly("get_buffer_bytes OK \"hello\"", "get_buffer_bytes OK \"again\"");
    }
}
