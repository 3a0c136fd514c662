package dev.portafilter.test.conformance;

import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_VM_START;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.OUTSIDE;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.memoryEnd;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outLong;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.range;
import static dev.portafilter.test.guest.Ops.raw;
import static dev.portafilter.test.guest.Ops.var;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.test.guest.GuestModule;
import dev.portafilter.test.guest.Op;
import dev.portafilter.test.guest.Ops.Call;
import java.util.List;

/** Section 8.14: metrics. */
class MetricVectorsTest extends VectorSuite {
    private static Call define(int type, String name) {
        return call("define_metric", type, name, outWord());
    }

    private static Call increment(Object id, long offset) {
        return call("increment_metric", id, offset);
    }

    private static Call record(Object id, long value) {
        return call("record_metric", id, value);
    }

    private static Call get(Object id) {
        return call("get_metric", id, outLong());
    }

    private List<String> started(Op... ops) {
        return play(guest().on(ON_VM_START, ops)).calls();
    }

    /** The number of lines that hold a status. */
    private static void assertAll(List<String> lines, String status) {
        assertThat(lines).isNotEmpty().allMatch(line -> line.contains(" " + status));
    }

    @Vector({244, 245})
    void ids_tellTheTypeInTheirLowBits() {
        assertThat(started(
                        define(0, "c"),
                        define(1, "g"),
                        define(2, "h"),
                        define(0, "c"),
                        define(1, "g2"),
                        define(2, ""),
                        define(3, "x"),
                        define(-1, "x"),
                        call("define_metric", 3, range(OUTSIDE, 1), outWord()),
                        call("define_metric", 0, "c", OUTSIDE)))
                .containsExactly(
                        "define_metric OK 4",
                        "define_metric OK 5",
                        "define_metric OK 6",
                        "define_metric OK 8",
                        "define_metric OK 9",
                        "define_metric OK 10",
                        "define_metric BAD_ARGUMENT -",
                        "define_metric BAD_ARGUMENT -",
                        "define_metric INVALID_MEMORY_ACCESS -",
                        "define_metric INVALID_MEMORY_ACCESS");
    }

    @Vector({246, 247})
    void counter_onlyGrows() {
        assertThat(started(
                        define(0, "c").silently(),
                        increment(4, 1),
                        record(4, 3),
                        get(4),
                        increment(4, 0),
                        increment(4, -1),
                        get(4)))
                .containsExactly(
                        "increment_metric OK",
                        "record_metric OK",
                        "get_metric OK 4",
                        "increment_metric BAD_ARGUMENT",
                        "increment_metric BAD_ARGUMENT",
                        "get_metric OK 4");
    }

    @Vector(248)
    void gauge_goesUpAndDown() {
        assertThat(started(
                        define(1, "g").silently(),
                        record(5, 5),
                        increment(5, -2),
                        get(5),
                        increment(5, 0),
                        increment(5, -4),
                        get(5)))
                .containsExactly(
                        "record_metric OK",
                        "increment_metric OK",
                        "get_metric OK 3",
                        "increment_metric OK",
                        "increment_metric OK",
                        "get_metric OK 18446744073709551615");
    }

    @Vector(249)
    void histogram_onlyRecords() {
        assertThat(started(define(2, "h").silently(), record(6, 3), get(6), increment(6, 1), increment(6, -1)))
                .containsExactly(
                        "record_metric OK",
                        "get_metric BAD_ARGUMENT -",
                        "increment_metric BAD_ARGUMENT",
                        "increment_metric BAD_ARGUMENT");
    }

    @Vector(250)
    void ids_unknown_areToldByTheirType() {
        for (int id : new int[] {4000, 4001, 0}) {
            assertAll(
                    started(get(id), increment(id, 1), increment(id, 0), increment(id, -1), record(id, 1)),
                    "NOT_FOUND");
        }
        assertAll(started(get(4002), increment(4002, 1)), "BAD_ARGUMENT");
        assertAll(started(record(4002, 1)), "NOT_FOUND");
        assertAll(started(get(4003), increment(4003, 1), get(-1), increment(-1, 1)), "BAD_ARGUMENT");
        assertAll(started(record(4003, 1), record(-1, 1)), "NOT_FOUND");
    }

    @Vector(251)
    void metric_definedTwice_isOne() {
        GuestModule a = guest().on(ON_REQUEST_HEADERS, define(0, "total").silently(), increment(4, 1), get(4));
        GuestModule b = guest().on(
                        ON_REQUEST_HEADERS,
                        define(0, "other").silently(),
                        define(0, "total").silently(),
                        increment(8, 1),
                        get(8));
        Play play = play(spec("a", a), spec("b", b));
        play.get();
        assertThat(play.calls())
                .containsExactly("increment_metric OK", "get_metric OK 1", "increment_metric OK", "get_metric OK 2");
    }

    @Vector(252)
    void value_thatDoesNotFit_isRefused() {
        assertThat(started(
                        define(0, "c").silently(),
                        call("get_metric", 4, memoryEnd(-4)),
                        call("get_metric", 4, memoryEnd(-8)),
                        call("get_metric", 4000, OUTSIDE)))
                .containsExactly("get_metric INVALID_MEMORY_ACCESS", "get_metric OK", "get_metric NOT_FOUND");
    }

    @Vector(253)
    void counters_namedByAHeader_countRequests() {
        Play play = play(guest().on(
                        ON_REQUEST_HEADERS,
                        call("get_header_map_value", 0, "x-name", outBytes()).silently(),
                        raw("(drop (call $proxy_define_metric (i32.const 0) (i32.load (i32.const 512))"
                                + " (i32.load (i32.const 520)) (i32.const 600)))"),
                        raw("(drop (call $proxy_increment_metric (i32.load (i32.const 600)) (i64.const 1)))"),
                        raw("(return (i32.const 0))"),
                        define(0, "").silently(),
                        increment(var("never"), 1).silently()));
        for (int i = 0; i < 5; i++) {
            play.get("x-name", "bar");
            if (i < 3) {
                play.get("x-name", "foo");
            }
        }
        assertThat(play.host().host().services().metrics().pluginSamples().stream()
                        .map(sample -> sample.name() + "=" + sample.value()))
                .containsExactlyInAnyOrder("foo=3", "bar=5");
    }
}
