package dev.portafilter.test.conformance;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_CONTEXT_CREATE;
import static dev.portafilter.abi.Callback.ON_DONE;
import static dev.portafilter.abi.Callback.ON_LOG;
import static dev.portafilter.abi.Callback.ON_REQUEST_BODY;
import static dev.portafilter.abi.Callback.ON_REQUEST_HEADERS;
import static dev.portafilter.abi.Callback.ON_RESPONSE_BODY;
import static dev.portafilter.abi.Callback.ON_RESPONSE_HEADERS;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.OUTSIDE;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.numbers;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.range;
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
import dev.portafilter.test.guest.Op;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Section 8.15: properties. */
class PropertyVectorsTest extends PropertySuite {
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
    void pluginName_ofItsOwn_isReadInPlaceOfTheQualifiedOne() {
        Play play = play(
                guest().on(ON_CONFIGURE, get("plugin_name")),
                spec -> spec.namespace("ns").pluginName("x"));
        assertThat(play.calls()).containsExactly("get_property OK \"x\"");
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
        Op[] reads = Arrays.stream(groups).map(PropertySuite::get).toArray(Op[]::new);
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
}
