package dev.portafilter.test.conformance;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_FOREIGN_FUNCTION;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_TICK;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.OUTSIDE;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.numbers;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.param;
import static dev.portafilter.test.guest.Ops.range;
import static dev.portafilter.test.guest.Ops.whenParam;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.Status;
import dev.portafilter.runtime.stream.FilterState;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.guest.Ops.Call;
import java.util.Arrays;

/** Section 8.15: foreign functions, and the properties that they declare. */
class ForeignFunctionVectorsTest extends PropertySuite {
    @Vector(264)
    void property_declaredReadOnly_isSetOnce() {
        Play play = play(guest().on(
                        ON_CONFIGURE,
                        foreign("declare_property", field(1, "ro") + field(2, 1) + field(3, 1)),
                        foreign("declare_property", field(1, "ro") + field(2, 1)),
                        foreign("declare_property", "junk"))
                .on(
                        ON_REQUEST_HEADERS,
                        put("ro", "one"),
                        put("ro", "two"),
                        get("ro"),
                        foreign("declare_property", field(1, "late") + field(2, 1)),
                        foreign("declare_property", field(1, "late") + field(2, 1)),
                        put("late", "1"),
                        put("late", "2")));
        assertThat(play.takeCalls())
                .containsExactly(
                        "call_foreign_function OK null",
                        "call_foreign_function BAD_ARGUMENT null",
                        "call_foreign_function BAD_ARGUMENT null");
        play.get();
        assertThat(play.takeCalls())
                .containsExactly(
                        "set_property OK",
                        "set_property BAD_ARGUMENT",
                        "get_property OK \"one\"",
                        "call_foreign_function OK null",
                        "call_foreign_function BAD_ARGUMENT null",
                        "set_property OK",
                        "set_property OK");
        play.get();
        assertThat(play.takeCalls()).startsWith("set_property OK", "set_property BAD_ARGUMENT");
    }

    @Vector(264)
    void property_declaredForTheConnection_isThereForItsNextStream() {
        Play play = play(guest().on(ON_CONFIGURE, foreign("declare_property", field(1, "c") + field(5, 2)))
                .on(ON_REQUEST_HEADERS, get("c"), put("c", "1"), get("filter_state\0wasm.c")));
        FilterState connection = new FilterState();
        play.forget();
        play.open().connection(connection).get("/").respond(200, "");
        play.open().connection(connection).get("/").respond(200, "");
        play.open().get("/").respond(200, "");
        assertThat(play.calls())
                .containsExactly(
                        "get_property NOT_FOUND -",
                        "set_property OK",
                        "get_property OK \"1\"",
                        "get_property OK \"1\"",
                        "set_property OK",
                        "get_property OK \"1\"",
                        "get_property NOT_FOUND -",
                        "set_property OK",
                        "get_property OK \"1\"");
    }

    @Vector(268)
    void foreignFunction_thatIsUnknown_isNotFound() {
        assertThat(requested(
                        foreign("nosuch", "x"),
                        foreign("", "x"),
                        foreign("expr_create", "true"),
                        call("call_foreign_function", range(OUTSIDE, 1), "x", outBytes()),
                        call("call_foreign_function", "nosuch", "x", numbers(OUTSIDE, OUTSIDE))))
                .containsExactly(
                        "call_foreign_function NOT_FOUND -",
                        "call_foreign_function NOT_FOUND -",
                        "call_foreign_function NOT_FOUND -",
                        "call_foreign_function INVALID_MEMORY_ACCESS -",
                        "call_foreign_function NOT_FOUND");
    }

    @Vector(268)
    void foreignFunctionOfTheEmbedder_isCalled() {
        TestHost.Builder host = TestHost.builder()
                .services(services -> services.foreignFunction("twice", (context, arguments, result) -> {
                    byte[] twice = Arrays.copyOf(arguments, 2 * arguments.length);
                    System.arraycopy(arguments, 0, twice, arguments.length, arguments.length);
                    result.set(twice);
                    return Status.OK;
                }));
        Play play = play(host, spec("p", onRequest(foreign("twice", "ab"))));
        play.get();
        assertThat(play.calls()).containsExactly("call_foreign_function OK \"abab\"");
    }

    @Vector({269, 270, 271})
    void compression_andResultsThatNobodyWants() {
        assertThat(requested(
                        foreign("compress", "hello hello hello hello"),
                        foreign("uncompress", new byte[] {
                            0x78,
                            (byte) 0x9c,
                            (byte) 0xcb,
                            0x48,
                            (byte) 0xcd,
                            (byte) 0xc9,
                            (byte) 0xc9,
                            0x57,
                            (byte) 0xc8,
                            0x40,
                            0x27,
                            1,
                            0x68,
                            3,
                            8,
                            (byte) 0xb1
                        }),
                        foreign("uncompress", "garbage"),
                        foreign("clear_route_cache", NONE),
                        call("call_foreign_function", "compress", "x", numbers(0, 0)),
                        call("call_foreign_function", "compress", "x", numbers(OUTSIDE, OUTSIDE)),
                        call("call_foreign_function", "uncompress", "garbage", numbers(OUTSIDE, OUTSIDE))))
                .containsExactly(
                        "call_foreign_function OK \"x%9C%CBH%CD%C9%C9W%C8@'%01h%03%08%B1\"",
                        "call_foreign_function OK \"hello hello hello hello\"",
                        "call_foreign_function SERIALIZATION_FAILURE null",
                        "call_foreign_function OK null",
                        "call_foreign_function OK",
                        "call_foreign_function INVALID_MEMORY_ACCESS",
                        "call_foreign_function INVALID_MEMORY_ACCESS");
    }

    @Vector(270)
    void filterState_takesTheKnownKeys() {
        Play play = play(guest().on(
                        ON_CONFIGURE, foreign("set_envoy_filter_state", field(1, "envoy.string") + field(2, "v")))
                .on(
                        ON_REQUEST_HEADERS,
                        foreign("set_envoy_filter_state", field(1, "some.key") + field(2, "v")),
                        foreign("set_envoy_filter_state", field(1, "envoy.tcp_proxy.cluster") + field(2, "callout")),
                        get("filter_state\0envoy.tcp_proxy.cluster"),
                        get("envoy.tcp_proxy.cluster")));
        assertThat(play.takeCalls()).containsExactly("call_foreign_function NOT_FOUND null");
        InMemoryExchange exchange = play.get();
        assertThat(play.calls())
                .containsExactly(
                        "call_foreign_function NOT_FOUND null",
                        "call_foreign_function OK null",
                        "get_property OK \"callout\"",
                        "get_property NOT_FOUND -");
        assertThat(exchange.stream().filterState().get("envoy.tcp_proxy.cluster"))
                .isEqualTo(bytes("callout"));
    }

    @Vector(272)
    void foreignFunctionOfTheGuest_readsItsArgumentsWhileItRuns() {
        Call read = call("get_buffer_bytes", 8, 0, 100, outBytes());
        Play play = play(guest().on(
                        ON_FOREIGN_FUNCTION, whenParam(1, 7, call("get_buffer_bytes", 8, 0, param(2), outBytes())))
                .on(ON_REQUEST_HEADERS, read)
                .on(ON_TICK, read));
        play.host().worker().worker().callForeignFunction("default.p", 7, bytes("abc"));
        play.host().worker().worker().callForeignFunction("default.other", 7, bytes("abc"));
        play.host().runAll();
        play.get();
        assertThat(play.lines())
                .containsExactly(
                        "on_foreign_function 1 7 3",
                        "get_buffer_bytes OK \"abc\"",
                        "on_request_headers 2 4 1",
                        "get_buffer_bytes NOT_FOUND -");
    }
}
