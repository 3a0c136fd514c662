package dev.portafilter.test.conformance;

import static dev.portafilter.abi.Callback.ON_REQUEST_BODY;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_VM_START;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.OUTSIDE;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.memoryEnd;
import static dev.portafilter.test.guest.Ops.note;
import static dev.portafilter.test.guest.Ops.numbers;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outBytesOdd;
import static dev.portafilter.test.guest.Ops.outPairs;
import static dev.portafilter.test.guest.Ops.outSum;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.range;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.guest.Ops.Call;

/** Section 8.5: the memory protocol. */
class MemoryVectorsTest extends VectorSuite {
    /** An allocator that says how much it is asked for and always gives the same place. */
    private static final String TELLING =
            "(call $char (i32.const 65)) (call $number (local.get $n)) (call $line) (i32.const 140000)";

    private static Call header(String name) {
        return call("get_header_map_value", 0, name, outBytes());
    }

    @Vector(84)
    void value_returned_isAllocatedOnce() {
        Play play = play(guest().allocatorBody(TELLING).on(ON_REQUEST_HEADERS, header("x-ten")));
        play.get("x-ten", "0123456789");
        assertThat(play.calls()).containsExactly("A 10", "get_header_map_value OK \"0123456789\"");
    }

    @Vector(85)
    void emptyValue_isNotAllocated() {
        Play play = play(guest().allocatorBody(TELLING).on(ON_REQUEST_HEADERS, header("x-empty")));
        play.get("x-empty", "");
        assertThat(play.calls()).containsExactly("get_header_map_value OK null");
    }

    @Vector(86)
    void allocator_thatGivesZero_failsTheCall() {
        Play play = play(guest().allocatorBody("(i32.const 0)").on(ON_REQUEST_HEADERS, header(":path")));
        play.get();
        assertThat(play.calls()).containsExactly("get_header_map_value INVALID_MEMORY_ACCESS -");
    }

    @Vector(87)
    void block_acrossTheEndOfMemory_failsTheCall() {
        for (String place : new String[] {"(i32.const 524287)", "(i32.const 524288)", "(i32.const -1)"}) {
            Play play = play(
                    guest().allocatorBody(place).on(ON_REQUEST_HEADERS, call("get_header_map_pairs", 0, outPairs())));
            assertThat(play.get().upstream().ended()).isTrue();
            assertThat(play.calls()).containsExactly("get_header_map_pairs INVALID_MEMORY_ACCESS -");
        }
    }

    @Vector(88)
    void allocators_ofBothNames_theNewerIsUsed() {
        Play play = play(guest().allocator("(func (export \"malloc\") (param $n i32) (result i32) unreachable)"
                        + "(func (export \"proxy_on_memory_allocate\") (param $n i32) (result i32) " + TELLING
                        + ")")
                .on(ON_REQUEST_HEADERS, header(":path")));
        play.get();
        assertThat(play.calls()).containsExactly("A 1", "get_header_map_value OK \"/\"");
    }

    @Vector(89)
    void allocator_thatGrowsMemory_keepsTheBytes() {
        byte[] body = new byte[200_000];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) (i * 31);
        }
        Play play = play(guest().allocatorBody("(i32.mul (memory.grow (i32.add (i32.const 1) (i32.shr_u"
                        + " (local.get $n) (i32.const 16)))) (i32.const 65536))")
                .on(ON_REQUEST_BODY, call("get_buffer_bytes", 0, 0, -1, outSum())));
        play.open().post("/").requestBody(body, true).respond(200, "");
        assertThat(play.calls()).containsExactly("get_buffer_bytes OK 200000 " + sum(body));
    }

    /** The FNV-1a sum that guests tell. */
    static String sum(byte[] bytes) {
        int hash = 0x811C9DC5;
        for (byte b : bytes) {
            hash = (hash ^ b & 0xff) * 0x01000193;
        }
        return Integer.toUnsignedString(hash);
    }

    @Vector(90)
    void allocator_thatLogs_isAllowed() {
        Play play = play(guest().allocatorBody(TELLING).on(ON_REQUEST_HEADERS, header(":path")));
        assertThat(play.get().client().status()).isEqualTo(200);
        assertThat(play.host().status("p").state()).isEqualTo(PluginStatus.State.LOADED);
    }

    @Vector(91)
    void allocator_thatCallsDone_failsTheVm() {
        Play play = play(guest().imports("(import \"env\" \"proxy_done\" (func $forbidden (result i32)))")
                .allocatorBody("(drop (call $forbidden)) (i32.const 140000)")
                .on(ON_REQUEST_HEADERS, header(":path")));
        assertThat(play.get().client().status()).isEqualTo(503);
        assertThat(play.host().status("p").reason()).contains("proxy_done");
    }

    @Vector(92)
    void allocator_thatTraps_failsTheVmAndLosesTheReply() {
        Play play = play(guest().allocatorBody("unreachable")
                .on(ON_REQUEST_HEADERS, header(":path"), call("send_local_response", 418, NONE, "tea", NONE, -1)));
        InMemoryExchange exchange = play.get();
        assertThat(exchange.client().status()).isEqualTo(503);
        assertThat(exchange.client().body()).isEmpty();
        assertThat(play.host().status("p").state()).isEqualTo(PluginStatus.State.FAILED);
    }

    @Vector(93)
    void range_thatWrapsAround_isRefused() {
        Play play = play(guest().on(ON_VM_START, call("log", 2, range(16, -11)), call("log", 2, range(-11, 16))));
        assertThat(play.calls()).containsExactly("log INVALID_MEMORY_ACCESS", "log INVALID_MEMORY_ACCESS");
    }

    @Vector(94)
    void emptyRange_mayStandAtTheEndOfMemory() {
        Play play = play(guest().on(
                        ON_VM_START,
                        call("log", 2, memoryEnd(0), numbers(0)),
                        call("log", 2, memoryEnd(1), numbers(0))));
        assertThat(play.calls()).containsExactly("", "log OK", "log INVALID_MEMORY_ACCESS");
    }

    @Vector(95)
    void outPointers_mayBeOdd() {
        Play play = play(guest().on(ON_REQUEST_HEADERS, call("get_header_map_value", 0, ":path", outBytesOdd())));
        play.get();
        assertThat(play.calls()).containsExactly("get_header_map_value OK \"/\"");
    }

    @Vector(96)
    void outPointer_outside_isRefusedAndZeroIsMemory() {
        Play play = play(guest().on(
                        ON_REQUEST_HEADERS,
                        call("get_header_map_value", 0, ":path", numbers(OUTSIDE, OUTSIDE)),
                        call("get_header_map_value", 0, ":path", numbers(600, OUTSIDE)),
                        call("get_header_map_size", 0, memoryEnd(-3)),
                        call("get_header_map_size", 0, 0),
                        note("zero", "(i32.load (i32.const 0))")));
        play.get();
        assertThat(play.calls())
                .containsExactly(
                        "get_header_map_value INVALID_MEMORY_ACCESS",
                        "get_header_map_value INVALID_MEMORY_ACCESS",
                        "get_header_map_size INVALID_MEMORY_ACCESS",
                        "get_header_map_size OK",
                        "zero " + InMemoryExchange.requestHead("GET", "/").byteSize());
    }

    @Vector(97)
    void range_ofFourGigabytes_isRefusedAtOnce() {
        Play play = play(guest().on(
                        ON_VM_START,
                        call("log", 2, range(0, -1)),
                        call("set_shared_data", range(0, -1), "v", 0),
                        call("define_metric", 0, range(4, -1), outWord()),
                        call("enqueue_shared_queue", 1, range(0, -1))));
        assertThat(play.calls())
                .containsExactly(
                        "log INVALID_MEMORY_ACCESS",
                        "set_shared_data INVALID_MEMORY_ACCESS",
                        "define_metric INVALID_MEMORY_ACCESS -",
                        "enqueue_shared_queue INVALID_MEMORY_ACCESS");
        assertThat(play.host().status("p").state()).isEqualTo(PluginStatus.State.LOADED);
    }
}
