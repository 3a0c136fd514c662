package dev.portafilter.test.conformance;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_CONTEXT_CREATE;
import static dev.portafilter.abi.Callback.ON_DONE;
import static dev.portafilter.abi.Callback.ON_FOREIGN_FUNCTION;
import static dev.portafilter.abi.Callback.ON_LOG;
import static dev.portafilter.abi.Callback.ON_REQUEST_BODY;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_RESPONSE_BODY;
import static dev.portafilter.abi.Callback.ON_RESPONSE_HEADERS;
import static dev.portafilter.abi.Callback.ON_TICK;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.OUTSIDE;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.numbers;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outPairs;
import static dev.portafilter.test.guest.Ops.param;
import static dev.portafilter.test.guest.Ops.range;
import static dev.portafilter.test.guest.Ops.whenParam;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import dev.portafilter.runtime.service.NodeInfo;
import dev.portafilter.runtime.service.PropertyValues;
import dev.portafilter.runtime.service.ProtobufMessage;
import dev.portafilter.runtime.stream.FilterState;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.guest.GuestModule;
import dev.portafilter.test.guest.Op;
import dev.portafilter.test.guest.Ops.Call;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Section 8.15: properties and foreign functions. */
class PropertyVectorsTest extends VectorSuite {
    private static Call get(String path) {
        return call("get_property", path, outBytes());
    }

    private static Call pairs(String path) {
        return call("get_property", path, outPairs());
    }

    private static Call put(String path, String value) {
        return call("set_property", path, value);
    }

    private static Call foreign(String name, Object arguments) {
        return call("call_foreign_function", name, arguments, outBytes());
    }

    private static GuestModule onRequest(Op... ops) {
        return guest().on(ON_REQUEST_HEADERS, ops);
    }

    /** What calls at the head of a GET answer. */
    private List<String> requested(Op... ops) {
        Play play = play(onRequest(ops));
        play.get();
        return play.calls();
    }

    /** Eight bytes, little-endian, as guests show them. */
    private static String number(long value) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < Long.BYTES; i++) {
            int part = (int) (value >>> 8 * i) & 0xff;
            boolean plain = part >= 32 && part <= 126 && "\"%{}".indexOf(part) < 0;
            text.append(plain ? String.valueOf((char) part) : "%%%02X".formatted(part));
        }
        return text.append('"').toString();
    }

    /** A field of a protobuf message that holds text. */
    private static String field(int number, String text) {
        return (char) (number << 3 | 2) + String.valueOf((char) text.length()) + text;
    }

    /** A field of a protobuf message that holds a small number. */
    private static String field(int number, int value) {
        return String.valueOf((char) (number << 3)) + (char) value;
    }

    @Vector(254)
    void namesOfThePlugin_areReadEverywhere() {
        Op names = dev.portafilter.test.guest.Ops.steps(get("plugin_name"), get("plugin_root_id"), get("plugin_vm_id"));
        Play play = play(
                guest().on(ON_CONTEXT_CREATE, names)
                        .on(ON_CONFIGURE, names)
                        .on(ON_REQUEST_HEADERS, names)
                        .on(ON_LOG, names),
                spec -> spec.namespace("ns").rootId("r").vmId("v"));
        play.get();
        assertThat(play.calls())
                .hasSize(15)
                .containsOnly("get_property OK \"ns.p\"", "get_property OK \"r\"", "get_property OK \"v\"");
    }

    @Vector(254)
    void rootId_notConfigured_isEmpty() {
        assertThat(requested(get("plugin_root_id"))).containsExactly("get_property OK null");
    }

    @Vector(255)
    void path_withOneNulAtItsEnd_isTheSame() {
        assertThat(requested(
                        get("request\0path"),
                        get("request\0path\0"),
                        get("request\0path\0\0"),
                        get("\0request\0path"),
                        get("request\0\0path"),
                        get("request.path"),
                        get("request\0path\0x"),
                        get("request\0"),
                        get("plugin_name\0"),
                        get("plugin_name\0x"),
                        get("Request\0path")))
                .containsExactly(
                        "get_property OK \"/\"",
                        "get_property OK \"/\"",
                        "get_property NOT_FOUND -",
                        "get_property NOT_FOUND -",
                        "get_property NOT_FOUND -",
                        "get_property NOT_FOUND -",
                        "get_property NOT_FOUND -",
                        "get_property SERIALIZATION_FAILURE -",
                        "get_property OK \"default.p\"",
                        "get_property NOT_FOUND -",
                        "get_property NOT_FOUND -");
    }

    @Vector(256)
    void numbersAndBooleans_haveTheirSizes() {
        Play play = play(guest().on(ON_REQUEST_BODY, get("request\0size"), get("connection\0mtls")));
        play.open()
                .property("connection.mtls", new byte[] {0})
                .post("/")
                .requestBody("hello", true)
                .respond(200, "");
        assertThat(play.calls()).containsExactly("get_property OK " + number(5), "get_property OK \"%00\"");
    }

    @Vector(256)
    void size_isThatOfTheHeaders_whenTheyTellIt() {
        Play play = play(onRequest(get("request\0size"), get("request\0total_size"), get("request\0headers_bytes")));
        play.open().post("/", "content-length", "5").requestBody("hello", true).respond(200, "");
        play.open().post("/", "content-length", "five").clientReset();
        int head = ":authorityexample.com:path/:methodPOST:schemehttpcontent-length".length();
        assertThat(play.calls())
                .containsExactly(
                        "get_property OK " + number(5),
                        "get_property OK " + number(head + 1),
                        "get_property OK " + number(head + 1),
                        "get_property NOT_FOUND -",
                        "get_property OK " + number(head + 4),
                        "get_property OK " + number(head + 4));
    }

    @Vector(257)
    void headers_areReadByNameAndAsAMap() {
        Play play = play(onRequest(
                get("request\0headers\0x-foo"),
                get("request\0headers\0X-FOO"),
                get("request\0headers\0cookie"),
                get("request\0headers\0x-none"),
                get("request\0headers\0x-foo\0x"),
                pairs("request\0headers"),
                pairs("response\0headers"),
                pairs("response\0trailers")));
        play.get("x-foo", "1", "cookie", "c=1", "cookie", "d=2");
        assertThat(play.calls())
                .containsExactly(
                        "get_property OK \"1\"",
                        "get_property OK \"1\"",
                        "get_property OK \"c=1,d=2\"",
                        "get_property NOT_FOUND -",
                        "get_property NOT_FOUND -",
                        "get_property OK {:authority: example.com, :path: /, :method: GET, :scheme: http, x-foo: 1,"
                                + " cookie: c=1,d=2}",
                        "get_property OK {}",
                        "get_property OK {}");
    }

    @Vector(258)
    void bareNamesOfGroups_cannotBeSerialized() {
        String[] groups = {
            "request", "response", "connection", "source", "destination", "upstream", "xds", "filter_state"
        };
        Op[] reads = Arrays.stream(groups).map(PropertyVectorsTest::get).toArray(Op[]::new);
        assertThat(requested(reads)).hasSize(groups.length).containsOnly("get_property SERIALIZATION_FAILURE -");
        Play root = play(guest().on(ON_CONFIGURE, reads).on(ON_REQUEST_HEADERS, get("foo"), get("foo\0a")));
        assertThat(root.takeCalls())
                .containsExactly(
                        "get_property NOT_FOUND -",
                        "get_property NOT_FOUND -",
                        "get_property NOT_FOUND -",
                        "get_property NOT_FOUND -",
                        "get_property NOT_FOUND -",
                        "get_property NOT_FOUND -",
                        "get_property SERIALIZATION_FAILURE -",
                        "get_property NOT_FOUND -");
        root.get();
        assertThat(root.calls()).hasSize(2).containsOnly("get_property NOT_FOUND -");
    }

    @Vector({259, 267})
    void metadataOfTheGateway_isWalked() {
        Map<String, Object> values = new HashMap<>();
        values.put("a", "x");
        values.put("l", Arrays.asList("p", 2));
        values.put("o", Map.of("k", "v"));
        values.put("nul", null);
        Object metadata = ProtobufMessage.metadata(Map.of("my.ns", values, "ok", Map.of("k", "v")));
        String ns = "metadata\0filter_metadata\0my.ns\0";
        Play play = play(onRequest(
                get(ns + "a"),
                get(ns + "l\0000"),
                get(ns + "l\0001"),
                get(ns + "l\0x"),
                get(ns + "l\0009"),
                get(ns + "l\000-1"),
                pairs(ns + "o"),
                get(ns + "nul"),
                get("metadata\0filter_metadata\0my.ns"),
                pairs("metadata\0filter_metadata\0ok"),
                get("metadata\0filter_metadata\0other")));
        InMemoryExchange exchange = play.open();
        for (String path : List.of(ns + "a", ns + "l\0000", ns + "l\0001", ns + "o", "metadata\0filter_metadata\0ok")) {
            exchange.property(path.replace('\0', '.'), encoded(metadata, path));
        }
        exchange.get("/").respond(200, "");
        assertThat(play.calls())
                .containsExactly(
                        "get_property OK \"x\"",
                        "get_property OK \"p\"",
                        "get_property OK " + number(Double.doubleToRawLongBits(2)),
                        "get_property NOT_FOUND -",
                        "get_property NOT_FOUND -",
                        "get_property NOT_FOUND -",
                        "get_property OK {k: v}",
                        "get_property NOT_FOUND -",
                        "get_property NOT_FOUND -",
                        "get_property OK {k: v}",
                        "get_property NOT_FOUND -");
        assertThat(status(metadata, "metadata\0filter_metadata\0my.ns")).isEqualTo(Status.SERIALIZATION_FAILURE);
        assertThat(status(metadata, ns + "nul")).isEqualTo(Status.SERIALIZATION_FAILURE);
        assertThat(status(metadata, ns + "l\0x")).isEqualTo(Status.NOT_FOUND);
    }

    private static byte[] encoded(Object value, String path) {
        ResultBytes result = new ResultBytes();
        assertThat(PropertyValues.read(value, PropertyPath.of(path.split("\0")), 1, result))
                .isEqualTo(Status.OK);
        return result.bytes();
    }

    private static Status status(Object value, String path) {
        return PropertyValues.read(value, PropertyPath.of(path.split("\0")), 1, new ResultBytes());
    }

    @Vector(267)
    void metadata_whenThereIsNone_isEmpty() {
        assertThat(requested(get("metadata"), pairs("metadata\0filter_metadata"), get("metadata\0filter_metadata\0ns")))
                .containsExactly("get_property OK null", "get_property OK {}", "get_property NOT_FOUND -");
    }

    @Vector(260)
    void address_isWhatTheGatewayTells() {
        Play play = play(onRequest(get("source\0address")));
        play.open().property("source.address", bytes("127.0.0.1:4711")).get("/").respond(200, "");
        assertThat(play.calls()).containsExactly("get_property OK \"127.0.0.1:4711\"");
    }

    @Vector(261)
    void requestAttributes_inARoot_areNotThere() {
        Play play = play(guest().on(
                        ON_CONFIGURE,
                        get("request\0path"),
                        get("metadata"),
                        get("node"),
                        get("xds\0listener_direction"),
                        get("connection_id")));
        assertThat(play.calls()).hasSize(5).containsOnly("get_property NOT_FOUND -");
    }

    @Vector(261)
    void node_isReadEverywhere_underBothItsNames() {
        Op[] reads = {
            get("xds\0node\0id"),
            get("node\0id"),
            get("xds\0node\0metadata\0n"),
            get("xds\0node\0locality\0region"),
            get("xds\0node\0nosuch"),
            get("xds\0nosuch")
        };
        String[] answers = {
            "get_property OK \"n1\"",
            "get_property OK \"n1\"",
            "get_property OK " + number(Double.doubleToRawLongBits(1.5)),
            "get_property OK \"r1\"",
            "get_property NOT_FOUND -",
            "get_property NOT_FOUND -"
        };
        TestHost.Builder host = TestHost.builder()
                .services(services -> services.node(new NodeInfo("n1", "c", Map.of("n", 1.5), "r1", "", "")));
        Play play = play(host, spec("p", guest().on(ON_CONFIGURE, reads).on(ON_REQUEST_HEADERS, reads)));
        assertThat(play.takeCalls()).containsExactly(answers);
        play.get();
        assertThat(play.takeCalls()).containsExactly(answers);
    }

    @Vector({262, 263})
    void property_thatAPluginSets_isReadByLaterOnes() {
        Play play = play(
                spec(
                        "a",
                        guest().on(ON_CONFIGURE, put("k", "v"))
                                .on(
                                        ON_REQUEST_HEADERS,
                                        put("k", "v"),
                                        get("k"),
                                        get("filter_state\0wasm.k"),
                                        get("filter_state\0k"),
                                        get("wasm.k"))
                                .on(ON_LOG, get("k"), put("k", "log"))
                                .on(ON_DONE, get("k"))),
                spec("b", onRequest(get("k"), get("filter_state\0wasm.k"), put("k", "second"))));
        assertThat(play.takeCalls()).containsExactly("set_property NOT_FOUND");
        InMemoryExchange exchange = play.get();
        assertThat(play.lines("a").stream().filter(line -> !line.startsWith("on_")))
                .containsExactly(
                        "set_property OK",
                        "get_property OK \"v\"",
                        "get_property OK \"v\"",
                        "get_property NOT_FOUND -",
                        "get_property NOT_FOUND -",
                        "get_property OK \"second\"",
                        "set_property OK",
                        "get_property OK \"log\"");
        assertThat(play.lines("b"))
                .containsExactly(
                        "on_request_headers 2 4 1",
                        "get_property OK \"v\"",
                        "get_property OK \"v\"",
                        "set_property OK");
        FilterState state = exchange.stream().filterState();
        assertThat(state.get("wasm.k")).isEqualTo(bytes("log"));
        play.forget().get();
        assertThat(play.lines("b")).contains("get_property OK \"v\"");
    }

    @Vector(262)
    void property_setUnderAnyName_isReadBack_unlessItIsBuiltIn() {
        assertThat(requested(
                        put("a\0b", "nul"),
                        get("a\0b"),
                        get("a"),
                        put("a.b", "dot"),
                        get("a.b"),
                        put("", "empty"),
                        put("request\0path", "/zzz"),
                        get("request\0path"),
                        put("request", "zzz"),
                        get("request"),
                        put("plugin_name", "zzz"),
                        get("plugin_name"),
                        put("node", "mine"),
                        get("node"),
                        put("e", ""),
                        get("e"),
                        call("set_property", range(OUTSIDE, 1), "x"),
                        call("set_property", "x", range(OUTSIDE, 1))))
                .containsExactly(
                        "set_property OK",
                        "get_property OK \"nul\"",
                        "get_property NOT_FOUND -",
                        "set_property OK",
                        "get_property OK \"dot\"",
                        "set_property OK",
                        "set_property OK",
                        "get_property OK \"/\"",
                        "set_property OK",
                        "get_property SERIALIZATION_FAILURE -",
                        "set_property OK",
                        "get_property OK \"default.p\"",
                        "set_property OK",
                        "get_property OK \"mine\"",
                        "set_property OK",
                        "get_property OK null",
                        "set_property INVALID_MEMORY_ACCESS",
                        "set_property INVALID_MEMORY_ACCESS");
    }

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

    @Vector(265)
    void responseCode_isReadInTheLog() {
        Play play = play(guest().on(
                        ON_LOG,
                        get("response\0code"),
                        get("response\0code_details"),
                        get("response\0grpc_status"),
                        get("response\0flags"),
                        get("response\0size")));
        play.open().get("/").respond(404, "none");
        assertThat(play.takeCalls())
                .containsExactly(
                        "get_property OK " + number(404),
                        "get_property OK \"via_upstream\"",
                        "get_property OK " + number(12),
                        "get_property OK " + number(0),
                        "get_property OK " + number(4));
        play.open().get("/").upstreamReset("remote connection failure");
        assertThat(play.takeCalls())
                .containsExactly(
                        "get_property OK " + number(503),
                        "get_property OK \"upstream_reset_before_response_started%7Bremote_connection_failure%7D\"",
                        "get_property OK " + number(14),
                        "get_property OK " + number(0x20),
                        "get_property OK " + number(98));
        play.open().get("/").upstreamTimeout();
        assertThat(play.takeCalls())
                .startsWith(
                        "get_property OK " + number(504),
                        "get_property OK \"response_timeout\"",
                        "get_property OK " + number(14),
                        "get_property OK " + number(4));
        play.open().get("/").clientReset();
        assertThat(play.takeCalls())
                .containsExactly(
                        "get_property NOT_FOUND -",
                        "get_property OK \"downstream_remote_disconnect\"",
                        "get_property NOT_FOUND -",
                        "get_property OK " + number(0x4000),
                        "get_property OK " + number(0));
    }

    @Vector(265)
    void responseSize_isWhatHasGoneToTheClient() {
        Play play = play(guest().on(ON_RESPONSE_HEADERS, get("response\0size"))
                .on(ON_RESPONSE_BODY, get("response\0size"))
                .on(ON_LOG, get("response\0size"), get("response\0total_size")));
        play.open()
                .get("/")
                .responseHeaders(InMemoryExchange.responseHead(200), false)
                .responseBody("hello", false)
                .responseBody("!", false)
                .responseTrailers("t", "1");
        assertThat(play.calls())
                .containsExactly(
                        "get_property OK " + number(0),
                        "get_property OK " + number(0),
                        "get_property OK " + number(5),
                        "get_property OK " + number(6),
                        "get_property OK " + number(6 + ":status200".length() + 2));
    }

    @Vector(266)
    void emptyPath_isNotFound() {
        assertThat(requested(
                        get(""),
                        call("get_property", NONE, outBytes()),
                        get("\0"),
                        call("get_property", range(OUTSIDE, 4), outBytes()),
                        call("get_property", "request\0path", numbers(OUTSIDE, OUTSIDE)),
                        call("get_property", "nosuch", numbers(OUTSIDE, OUTSIDE))))
                .containsExactly(
                        "get_property NOT_FOUND -",
                        "get_property NOT_FOUND -",
                        "get_property NOT_FOUND -",
                        "get_property INVALID_MEMORY_ACCESS -",
                        "get_property INVALID_MEMORY_ACCESS",
                        "get_property NOT_FOUND");
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
