package dev.portafilter.test.conformance;

import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outPairs;

import dev.portafilter.test.guest.GuestModule;
import dev.portafilter.test.guest.Op;
import dev.portafilter.test.guest.Ops.Call;
import java.util.List;

/** What the tests of section 8.15 have in common: the calls, and how guests show what they give. */
abstract class PropertySuite extends VectorSuite {
    static Call get(String path) {
        return call("get_property", path, outBytes());
    }

    static Call pairs(String path) {
        return call("get_property", path, outPairs());
    }

    static Call put(String path, String value) {
        return call("set_property", path, value);
    }

    static Call foreign(String name, Object arguments) {
        return call("call_foreign_function", name, arguments, outBytes());
    }

    static GuestModule onRequest(Op... ops) {
        return guest().on(ON_REQUEST_HEADERS, ops);
    }

    /** What calls at the head of a GET answer. */
    List<String> requested(Op... ops) {
        Play play = play(onRequest(ops));
        play.get();
        return play.calls();
    }

    /** Eight bytes, little-endian, as guests show them. */
    static String number(long value) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < Long.BYTES; i++) {
            int part = (int) (value >>> 8 * i) & 0xff;
            boolean plain = part >= 32 && part <= 126 && "\"%{}".indexOf(part) < 0;
            text.append(plain ? String.valueOf((char) part) : "%%%02X".formatted(part));
        }
        return text.append('"').toString();
    }

    /** A field of a protobuf message that holds text. */
    static String field(int number, String text) {
        return (char) (number << 3 | 2) + String.valueOf((char) text.length()) + text;
    }

    /** A field of a protobuf message that holds a small number. */
    static String field(int number, int value) {
        return String.valueOf((char) (number << 3)) + (char) value;
    }
}
