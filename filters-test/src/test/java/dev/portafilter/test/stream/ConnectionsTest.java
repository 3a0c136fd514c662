package dev.portafilter.test.stream;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_CONTEXT_CREATE;
import static dev.portafilter.abi.Callback.ON_DELETE;
import static dev.portafilter.abi.Callback.ON_DONE;
import static dev.portafilter.abi.Callback.ON_DOWNSTREAM_CONNECTION_CLOSE;
import static dev.portafilter.abi.Callback.ON_DOWNSTREAM_DATA;
import static dev.portafilter.abi.Callback.ON_LOG;
import static dev.portafilter.abi.Callback.ON_NEW_CONNECTION;
import static dev.portafilter.abi.Callback.ON_TICK;
import static dev.portafilter.abi.Callback.ON_UPSTREAM_DATA;
import static dev.portafilter.test.guest.GuestModule.connectionListener;
import static dev.portafilter.test.guest.GuestModule.listener;
import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.keep;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outPairs;
import static dev.portafilter.test.guest.Ops.returns;
import static dev.portafilter.test.guest.Ops.returnsInTurn;
import static dev.portafilter.test.guest.Ops.var;
import static dev.portafilter.test.guest.Ops.whenParam;
import static dev.portafilter.test.guest.Ops.whenVar;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginLimits;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.stream.CallbackTrace;
import dev.portafilter.runtime.stream.WorkerOptions;
import dev.portafilter.test.InMemoryConnection;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.guest.Op;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** TCP connections on their way through chains of plugins. */
class ConnectionsTest extends ConnectionSuite {
    @Test
    void connection_withoutPlugins_passes() {
        TestHost host = start();
        InMemoryConnection connection =
                connect(host).send("a").upstreamSends("b").end().upstreamEnds();
        assertThat(connection.upstreamText()).isEqualTo("a");
        assertThat(connection.clientText()).isEqualTo("b");
        assertThat(connection.events())
                .containsExactly(
                        "connects upstream", "upstream 1 bytes", "client 1 bytes", "upstream end", "client end");
        assertThat(connection.finished()).isTrue();
    }

    @Test
    void chains_ofHttpAndNetwork_doNotMix() {
        TestHost host = start(
                network("tcp", connectionListener()),
                PluginSpec.builder("http", ModuleSource.of(listener().wasm())));
        host.log().take();
        connect(host).clientReset();
        InMemoryExchange exchange = host.open().get("/").respond(200, "");
        assertThat(exchange.client().status()).isEqualTo(200);
        assertThat(lines(host))
                .filteredOn(line -> line.startsWith("on_new_connection"))
                .hasSize(1);
        assertThat(lines(host))
                .filteredOn(line -> line.startsWith("on_request_headers"))
                .hasSize(1);
        assertThat(host.status("tcp").position()).isZero();
        assertThat(host.status("http").position()).isZero();
    }

    @Test
    void chain_ofTwo_isPassedForthByTheClientAndBackByTheUpstream() {
        TestHost host = start(
                network("a", connectionListener()).priority(2),
                network("b", connectionListener()).priority(1).isolated(true));
        connect(host).send("hello").upstreamSends("echo:hello").end().upstreamEnds();
        assertThat(host.log().lines().stream()
                        .map(line -> line.plugin().substring("default.".length()) + " " + line.message())
                        .toList())
                .containsExactly(
                        "a on_context_create 1 0",
                        "b on_context_create 1 0",
                        "a on_context_create 2 1",
                        "a on_new_connection 2",
                        "b on_context_create 2 1",
                        "b on_new_connection 2",
                        "a on_downstream_data 2 5 0",
                        "b on_downstream_data 2 5 0",
                        "b on_upstream_data 2 10 0",
                        "a on_upstream_data 2 10 0",
                        "a on_downstream_data 2 0 1",
                        "b on_downstream_data 2 0 1",
                        "b on_upstream_data 2 0 1",
                        "b on_upstream_connection_close 2 0",
                        "a on_upstream_data 2 0 1",
                        "a on_upstream_connection_close 2 0",
                        "a on_downstream_connection_close 2 1",
                        "a on_done 2",
                        "a on_log 2",
                        "a on_delete 2",
                        "b on_downstream_connection_close 2 1",
                        "b on_done 2",
                        "b on_log 2",
                        "b on_delete 2");
    }

    @Test
    void newConnection_thatIsStopped_connectsNobodyUntilItIsResumed() {
        TestHost host = start(
                network("a", ticking(connectionListener().on(ON_NEW_CONNECTION, keep("kept", 0), returns(1))))
                        .priority(1),
                network("b", connectionListener()));
        InMemoryConnection connection = connect(host).send("hel").send("lo");
        assertThat(connection.upstreamWanted()).isFalse();
        assertThat(lines(host))
                .filteredOn(line -> line.startsWith("on_new_connection"))
                .hasSize(1);
        assertThat(lines(host)).noneMatch(line -> line.startsWith("on_downstream_data"));
        host.advanceMillis(10);
        assertThat(lines(host))
                .filteredOn(line -> line.startsWith("on_new_connection"))
                .hasSize(2);
        assertThat(lines(host))
                .filteredOn(line -> line.startsWith("on_downstream_data"))
                .allMatch(line -> line.endsWith(" 5 0"))
                .hasSize(2);
        assertThat(connection.upstreamText()).isEqualTo("hello");
        connection.clientReset();
    }

    @Test
    void newConnection_thatResumesItself_passes() {
        TestHost host = start(connectionListener().on(ON_NEW_CONNECTION, call("continue_stream", 2), returns(1)));
        assertThat(connect(host).clientReset().upstreamWanted()).isTrue();
    }

    @Test
    void newConnection_thatIsStopped_endsWithItsClient() {
        TestHost host = start(connectionListener().on(ON_NEW_CONNECTION, returns(1)));
        InMemoryConnection connection = connect(host).clientReset();
        assertThat(lines(host)).endsWith("on_downstream_connection_close 2 2", "on_done 2", "on_log 2", "on_delete 2");
        assertThat(connection.upstreamWanted()).isFalse();
    }

    @Test
    void newConnection_thatCloses_reachesNoLaterPluginAndNoUpstream() {
        TestHost host = start(
                network("a", connectionListener().on(ON_NEW_CONNECTION, call("close_stream", 2)))
                        .priority(1),
                network("b", connectionListener()).isolated(true));
        InMemoryConnection connection = connect(host).send("x");
        assertThat(connection.events()).containsExactly("close wasm_close_stream");
        assertThat(host.log().lines().stream().filter(line -> line.plugin().equals("default.b")))
                .hasSize(1);
    }

    @Test
    void bytesOfTheClient_waitForTheUpstream() {
        TestHost host = start(connectionListener());
        InMemoryConnection connection =
                host.openConnection().connectsByHand().connect().send("a").send(bytes("b"), true);
        assertThat(lines(host)).noneMatch(line -> line.startsWith("on_downstream_data"));
        connection.upstreamConnects();
        assertThat(lines(host)).contains("on_downstream_data 2 2 1");
        assertThat(connection.upstreamText()).isEqualTo("ab");
        assertThat(connection.upstreamEnded()).isTrue();
        connection.upstreamEnds();
    }

    @Test
    void manyBytesOfTheClient_areNotReadBeforeTheUpstreamIsConnected() {
        TestHost host = start();
        InMemoryConnection connection = host.openConnection().connectsByHand().connect();
        connection.send(new byte[64 * 1024], false);
        assertThat(connection.readsClient()).isTrue();
        connection.send("x");
        assertThat(connection.readsClient()).isFalse();
        connection.upstreamConnects();
        assertThat(connection.readsClient()).isTrue();
        connection.clientReset();
    }

    @Test
    void upstreamThatCannotBeReached_closesTheClient() {
        TestHost host = start(connectionListener());
        InMemoryConnection connection =
                host.openConnection().connectsByHand().connect().send("x").upstreamReset("connection refused");
        assertThat(connection.closeDetails()).isEqualTo("connection refused");
        assertThat(lines(host))
                .contains("on_downstream_connection_close 2 1")
                .doesNotContain("on_downstream_data 2 1 0");
    }

    @Test
    void upstreamThatSpeaksFirst_isHeard() {
        TestHost host = start(connectionListener());
        InMemoryConnection connection = connect(host).upstreamSends("220 ready");
        assertThat(connection.clientText()).isEqualTo("220 ready");
        connection.clientReset();
    }

    @Test
    void bytesThatAreStopped_flowWhenATickLetsThem() {
        TestHost host = start(ticking(connectionListener()
                .on(ON_DOWNSTREAM_DATA, keep("kept", 0), call("get_buffer_bytes", 2, 0, -1, outBytes()), returns(1))));
        InMemoryConnection connection = connect(host).send("hello");
        assertThat(connection.upstreamText()).isEmpty();
        host.advanceMillis(10);
        assertThat(connection.upstreamText()).isEqualTo("hello");
        connection.end();
        assertThat(connection.upstreamEnded()).isFalse();
        host.advanceMillis(10);
        assertThat(connection.upstreamEnded()).isTrue();
        connection.upstreamEnds();
        assertThat(lines(host)).containsSubsequence("get_buffer_bytes OK \"hello\"", "get_buffer_bytes OK null");
    }

    @Test
    void continueStream_insideTheCallbackThatStops_wins() {
        TestHost host = start(connectionListener().on(ON_DOWNSTREAM_DATA, call("continue_stream", 2), returns(1)));
        InMemoryConnection connection = connect(host).send("hello").send("x");
        assertThat(connection.upstreamText()).isEqualTo("hellox");
        assertThat(lines(host)).contains("on_downstream_data 2 5 0", "on_downstream_data 2 1 0");
        connection.clientReset();
    }

    @Test
    void continueStream_answersAsInEnvoyAndSendsNothingTwice() {
        TestHost host = start(connectionListener()
                .on(
                        ON_DOWNSTREAM_DATA,
                        call("continue_stream", 0),
                        call("continue_stream", 1),
                        call("continue_stream", 2),
                        call("continue_stream", 3),
                        call("continue_stream", 4)));
        InMemoryConnection connection = connect(host).send("hello").clientReset();
        assertThat(connection.upstreamText()).isEqualTo("hello");
        assertThat(calls(host))
                .containsExactly(
                        "continue_stream OK",
                        "continue_stream OK",
                        "continue_stream OK",
                        "continue_stream UNIMPLEMENTED",
                        "continue_stream BAD_ARGUMENT");
    }

    @Test
    void bytesOfTheUpstream_thatAreStopped_comeWithTheNextOnes() {
        TestHost host = start(connectionListener().on(ON_UPSTREAM_DATA, returnsInTurn(1, 0)));
        InMemoryConnection connection = connect(host).upstreamSends("a");
        assertThat(connection.clientText()).isEmpty();
        connection.upstreamSends(bytes("b"), true);
        assertThat(connection.clientText()).isEqualTo("ab");
        assertThat(lines(host)).contains("on_upstream_data 2 2 1", "on_upstream_connection_close 2 0");
        connection.clientReset();
    }

    @Test
    void buffers_haveBytesOnlyWhereTheyAreShown() {
        TestHost host = start(connectionListener()
                .on(ON_NEW_CONNECTION, call("get_buffer_bytes", 2, 0, -1, outBytes()))
                .on(
                        ON_DOWNSTREAM_DATA,
                        call("get_buffer_bytes", 0, 0, -1, outBytes()),
                        call("get_buffer_bytes", 3, 0, -1, outBytes()),
                        call("get_buffer_bytes", 4, 0, -1, outBytes()),
                        call("set_buffer_bytes", 3, 0, 0, "x"),
                        call("set_buffer_bytes", 0, 0, 0, "x"),
                        call("set_buffer_bytes", 2, 1, 0, "x"))
                .on(ON_UPSTREAM_DATA, call("get_buffer_bytes", 2, 0, -1, outBytes()))
                .on(ON_LOG, call("get_buffer_bytes", 3, 0, -1, outBytes())));
        connect(host).send("hello").upstreamSends("a").clientReset();
        assertThat(calls(host))
                .containsExactly(
                        "get_buffer_bytes OK null",
                        "get_buffer_bytes OK null",
                        "get_buffer_bytes OK null",
                        "get_buffer_bytes NOT_FOUND -",
                        "set_buffer_bytes BAD_ARGUMENT",
                        "set_buffer_bytes BAD_ARGUMENT",
                        "set_buffer_bytes BAD_ARGUMENT",
                        "get_buffer_bytes OK null",
                        "get_buffer_bytes OK null");
    }

    @Test
    void bytesAddedAtTheEnd_areTheLastOnes() {
        TestHost host = start(
                connectionListener().on(ON_DOWNSTREAM_DATA, whenParam(2, 1, call("set_buffer_bytes", 2, 1, 0, "bye"))));
        InMemoryConnection connection = connect(host).send("a").end();
        assertThat(connection.events())
                .containsExactly("connects upstream", "upstream 1 bytes", "upstream 3 bytes end");
        connection.upstreamEnds();
    }

    @Test
    void bytesThatAreAllRemoved_reachNobody() {
        TestHost host = start(
                network("a", connectionListener().on(ON_DOWNSTREAM_DATA, call("set_buffer_bytes", 2, 0, -1, NONE)))
                        .priority(1),
                network("b", connectionListener()).isolated(true));
        InMemoryConnection connection = connect(host).send("secret");
        assertThat(connection.events()).containsExactly("connects upstream");
        assertThat(host.log().lines())
                .noneMatch(line ->
                        line.plugin().equals("default.b") && line.message().startsWith("on_downstream_data"));
        connection.clientReset();
    }

    @Test
    void headersAndReplies_doNotExist() {
        TestHost host = start(connectionListener()
                .on(
                        ON_NEW_CONNECTION,
                        call("get_header_map_value", 0, "a", outBytes()),
                        call("get_header_map_pairs", 2, outPairs()),
                        call("add_header_map_value", 0, "a", "b"),
                        call("send_local_response", 403, NONE, "x", NONE, -1),
                        call("clear_route_cache"))
                .on(ON_LOG, call("get_header_map_value", 2, "a", outBytes())));
        InMemoryConnection connection = connect(host).send("hello").clientReset();
        assertThat(connection.upstreamText()).isEqualTo("hello");
        assertThat(calls(host))
                .containsExactly(
                        "get_header_map_value BAD_ARGUMENT -",
                        "get_header_map_pairs OK null",
                        "add_header_map_value BAD_ARGUMENT",
                        "send_local_response OK",
                        "clear_route_cache OK",
                        "get_header_map_value BAD_ARGUMENT -");
    }

    @Test
    void onDone_thatIsFalse_isIgnored() {
        TestHost host = start(
                connectionListener().on(ON_DONE, whenParam(0, 2, returns(0))).on(ON_LOG, call("done")));
        connect(host).clientReset();
        assertThat(lines(host)).endsWith("on_done 2", "on_log 2", "done NOT_FOUND", "on_delete 2");
    }

    @Test
    void closeStream_fromTheEnd_hasNoEffect() {
        Op close = call("close_stream", 2);
        TestHost host = start(connectionListener()
                .on(ON_DOWNSTREAM_CONNECTION_CLOSE, close)
                .on(ON_LOG, close)
                .on(ON_DELETE, close));
        InMemoryConnection connection = connect(host).clientReset();
        assertThat(connection.events()).containsExactly("connects upstream", "reset downstream_remote_disconnect");
    }

    @Test
    void closeStream_fromATick_closesTheConnection() {
        TestHost host = start(connectionListener()
                .on(ON_CONFIGURE, call("set_tick_period_milliseconds", 10).silently())
                .on(ON_NEW_CONNECTION, keep("kept", 0))
                .on(ON_TICK, whenVar("kept", call("set_effective_context", var("kept")), call("close_stream", 3))));
        InMemoryConnection connection = connect(host);
        host.advanceMillis(10);
        assertThat(connection.closeDetails()).isEqualTo("wasm_close_stream");
        assertThat(lines(host)).contains("on_downstream_connection_close 2 1");
        host.close();
    }

    @Test
    void gatewayThatCloses_tellsThePluginsThatItDid() {
        TestHost host = start(connectionListener());
        InMemoryConnection connection = connect(host);
        connection.stream().close("idle_timeout");
        assertThat(connection.closeDetails()).isEqualTo("idle_timeout");
        assertThat(lines(host)).contains("on_downstream_connection_close 2 1", "on_delete 2");
    }

    @Test
    void peerThatAnswersInsideOfAForward_isHeardInOrder() {
        TestHost host = start(connectionListener());
        InMemoryConnection connection = host.openConnection();
        connection.whenForwarded(event -> {
            if (event.startsWith("upstream") && event.endsWith("end")) {
                connection.stream().upstreamData(bytes("bye"), true);
            }
        });
        connection.connect().send(bytes("a"), true);
        assertThat(connection.events())
                .containsExactly("connects upstream", "upstream 1 bytes end", "client 3 bytes end");
        assertThat(connection.finished()).isTrue();
        assertThat(lines(host)).contains("on_downstream_connection_close 2 1");
    }

    @Test
    void bytesBeyondTheLimit_areNotReadUntilTheyGoOn() {
        TestHost host = start(network(
                        "p",
                        ticking(connectionListener()
                                .on(ON_DOWNSTREAM_DATA, keep("kept", 0), returns(1))
                                .on(ON_UPSTREAM_DATA, returnsInTurn(1, 1, 0))))
                .limits(PluginLimits.DEFAULT.withBufferBytes(10)));
        InMemoryConnection connection = connect(host).send("0123456789");
        assertThat(connection.readsClient()).isTrue();
        connection.send("x");
        assertThat(connection.readsClient()).isFalse();
        host.advanceMillis(10);
        assertThat(connection.readsClient()).isTrue();
        connection.upstreamSends("0123456789").upstreamSends("x");
        assertThat(connection.readsUpstream()).isFalse();
        connection.upstreamSends("y");
        assertThat(connection.readsUpstream()).isTrue();
        assertThat(connection.clientText()).isEqualTo("0123456789xy");
        connection.clientReset();
    }

    @Test
    void properties_ofAConnection_areKnown() {
        TestHost host = start(connectionListener()
                .on(
                        ON_NEW_CONNECTION,
                        call("get_property", "source\0address", outBytes()),
                        call("get_property", "upstream\0address", outBytes()),
                        call("get_property", "request\0path", outBytes()),
                        call("get_property", "response\0code", outBytes()),
                        call("get_property", "connection", outBytes()),
                        call("get_property", "plugin_name", outBytes()),
                        call("set_property", "mine", "value"))
                .on(
                        ON_LOG,
                        call("get_property", "request\0total_size", outBytes()),
                        call("get_property", "response\0total_size", outBytes()),
                        call("get_property", "request\0size", outBytes()),
                        call("get_property", "response\0flags", outBytes()),
                        call("get_property", "mine", outBytes()),
                        call("get_property", "filter_state\0wasm.mine", outBytes())));
        host.openConnection()
                .property("source.address", bytes("127.0.0.1:4000"))
                .connect()
                .send("hello")
                .upstreamSends("echo:hello")
                .clientReset();
        assertThat(calls(host))
                .containsExactly(
                        "get_property OK \"127.0.0.1:4000\"",
                        "get_property NOT_FOUND -",
                        "get_property NOT_FOUND -",
                        "get_property NOT_FOUND -",
                        "get_property SERIALIZATION_FAILURE -",
                        "get_property OK \"default.p\"",
                        "set_property OK",
                        "get_property OK \"%05%00%00%00%00%00%00%00\"",
                        "get_property OK \"%0A%00%00%00%00%00%00%00\"",
                        "get_property OK \"%05%00%00%00%00%00%00%00\"",
                        "get_property OK \"%00%00%00%00%00%00%00%00\"",
                        "get_property OK \"value\"",
                        "get_property OK \"value\"");
    }

    @Test
    void trace_showsBytesBeforeAndAfterACallback() {
        List<String> seen = new ArrayList<>();
        CallbackTrace trace =
                event -> seen.add(event.callback() + " " + new String(event.bodyBefore(), StandardCharsets.US_ASCII)
                        + ">" + new String(event.bodyAfter(), StandardCharsets.US_ASCII));
        TestHost host = hosts.start(TestHost.builder()
                .options(WorkerOptions.DEFAULT.withTrace(trace))
                .plugin(network(
                                "p",
                                connectionListener().on(ON_DOWNSTREAM_DATA, call("set_buffer_bytes", 2, 0, -1, "b")))
                        .build()));
        connect(host).send("a").clientReset();
        assertThat(seen)
                .containsExactly("ON_NEW_CONNECTION >", "ON_DOWNSTREAM_DATA a>b", "ON_DOWNSTREAM_CONNECTION_CLOSE >");
        assertThat(lines(host)).contains(ON_CONTEXT_CREATE.exportName().substring("proxy_".length()) + " 2 1");
    }
}
