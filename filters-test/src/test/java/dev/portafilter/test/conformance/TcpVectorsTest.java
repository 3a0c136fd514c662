package dev.portafilter.test.conformance;

import static dev.portafilter.abi.Callback.ON_DOWNSTREAM_DATA;
import static dev.portafilter.abi.Callback.ON_HTTP_CALL_RESPONSE;
import static dev.portafilter.abi.Callback.ON_NEW_CONNECTION;
import static dev.portafilter.abi.Callback.ON_UPSTREAM_DATA;
import static dev.portafilter.test.guest.GuestModule.connectionListener;
import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.keep;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.returns;
import static dev.portafilter.test.guest.Ops.returnsInTurn;
import static dev.portafilter.test.guest.Ops.trap;
import static dev.portafilter.test.guest.Ops.var;
import static dev.portafilter.test.guest.Ops.whenParam;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.Callback;
import dev.portafilter.abi.HeaderCodec;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.PluginType;
import dev.portafilter.test.InMemoryConnection;
import dev.portafilter.test.guest.GuestModule;
import java.util.List;

/** Section 8.18: connections. */
class TcpVectorsTest extends VectorSuite {
    private static final String[] BEGIN = {"on_context_create 2 1", "on_new_connection 2"};
    private static final String[] END = {"on_done 2", "on_log 2", "on_delete 2"};

    private Play network(GuestModule module) {
        return network(FailurePolicy.FAIL_CLOSED, module);
    }

    private Play network(FailurePolicy policy, GuestModule module) {
        return play(module, spec -> spec.type(PluginType.NETWORK).failurePolicy(policy))
                .forget();
    }

    @Vector(299)
    void connection_ofAClientThatResets_isClosedByThePeer() {
        Play play = network(connectionListener());
        play.connect().send("hello").upstreamSends("echo:hello").clientReset();
        assertThat(play.lines())
                .startsWith(BEGIN)
                .containsSubsequence(
                        "on_downstream_data 2 5 0", "on_upstream_data 2 10 0", "on_downstream_connection_close 2 2")
                .endsWith(END)
                .hasSize(8);
    }

    @Vector(299)
    void connection_ofAClientThatHalfClosesFirst_isClosedByTheProxy() {
        Play play = network(connectionListener());
        InMemoryConnection connection =
                play.connect().send("hello").upstreamSends("echo:hello").end().upstreamEnds();
        assertThat(play.lines())
                .containsExactly(
                        "on_context_create 2 1",
                        "on_new_connection 2",
                        "on_downstream_data 2 5 0",
                        "on_upstream_data 2 10 0",
                        "on_downstream_data 2 0 1",
                        "on_upstream_data 2 0 1",
                        "on_upstream_connection_close 2 0",
                        "on_downstream_connection_close 2 1",
                        "on_done 2",
                        "on_log 2",
                        "on_delete 2");
        assertThat(connection.upstreamText()).isEqualTo("hello");
        assertThat(connection.clientText()).isEqualTo("echo:hello");
        assertThat(connection.finished()).isTrue();
    }

    @Vector(300)
    void bytesThatAreStopped_areSeenAgainWithTheNewOnes() {
        for (int stop : new int[] {1, 2, 77}) {
            Play play = network(connectionListener()
                    .on(
                            ON_DOWNSTREAM_DATA,
                            call("get_buffer_bytes", 2, 0, -1, outBytes()),
                            call("get_buffer_status", 2, outWord(), outWord()),
                            returnsInTurn(stop, stop, 0)));
            InMemoryConnection connection = play.connect().send("aa").send("bb");
            assertThat(connection.upstreamText()).isEmpty();
            connection.send("cc");
            assertThat(connection.upstreamText()).isEqualTo("aabbcc");
            assertThat(play.callbacks(ON_DOWNSTREAM_DATA))
                    .containsExactly(
                            "on_downstream_data 2 2 0", "on_downstream_data 2 4 0", "on_downstream_data 2 6 0");
            assertThat(play.calls())
                    .containsExactly(
                            "get_buffer_bytes OK \"aa\"",
                            "get_buffer_status OK 2 0",
                            "get_buffer_bytes OK \"aabb\"",
                            "get_buffer_status OK 4 0",
                            "get_buffer_bytes OK \"aabbcc\"",
                            "get_buffer_status OK 6 0");
            connection.clientReset();
        }
    }

    @Vector(301)
    void bytesThatAreRewritten_areWhatThePeersReceive() {
        Play play = network(connectionListener()
                .on(ON_DOWNSTREAM_DATA, call("set_buffer_bytes", 2, 0, -1, "REWRITTEN"))
                .on(
                        ON_UPSTREAM_DATA,
                        call("set_buffer_bytes", 3, 9999, 0, "!"),
                        call("set_buffer_bytes", 3, 0, 0, "<")));
        InMemoryConnection connection = play.connect().send("hello").upstreamSends("echo");
        assertThat(connection.upstreamText()).isEqualTo("REWRITTEN");
        assertThat(connection.clientText()).isEqualTo("<echo!");
        connection.clientReset();
    }

    @Vector(302)
    void upstreamThatEnds_isClosedBehindItsLastBytes() {
        Play play = network(connectionListener());
        InMemoryConnection connection = play.connect()
                .send("FIN")
                .upstreamSends(bytes("echo:FIN"), true)
                .end();
        assertThat(play.lines())
                .containsExactly(
                        "on_context_create 2 1",
                        "on_new_connection 2",
                        "on_downstream_data 2 3 0",
                        "on_upstream_data 2 8 1",
                        "on_upstream_connection_close 2 0",
                        "on_downstream_data 2 0 1",
                        "on_downstream_connection_close 2 2",
                        "on_done 2",
                        "on_log 2",
                        "on_delete 2");
        assertThat(connection.clientEnded()).isTrue();
    }

    @Vector(302)
    void upstreamThatResets_endsWithTheClientsCloseAlone() {
        Play play = network(connectionListener());
        InMemoryConnection connection = play.connect().send("RST").upstreamReset("remote reset");
        assertThat(play.lines())
                .startsWith(BEGIN)
                .contains("on_downstream_data 2 3 0", "on_downstream_connection_close 2 1")
                .endsWith(END)
                .hasSize(7);
        assertThat(connection.resetDetails()).isEqualTo("remote reset");
    }

    @Vector(303)
    void bytesThatWaitForACall_flowAfterContinueStream() {
        byte[] headers = HeaderCodec.encode(HeaderMap.of(":method", "GET", ":path", "/", ":authority", "x"));
        Play play = network(connectionListener()
                .on(
                        ON_DOWNSTREAM_DATA,
                        keep("stream", 0),
                        call("http_call", "callout", headers, NONE, NONE, 1_000, outWord())
                                .silently(),
                        returns(1))
                .on(
                        ON_HTTP_CALL_RESPONSE,
                        call("set_effective_context", var("stream")),
                        call("continue_stream", 2),
                        call("get_buffer_bytes", 2, 0, -1, outBytes())));
        InMemoryConnection connection = play.connect().send("hello");
        assertThat(connection.upstreamText()).isEmpty();
        play.host().httpCalls().waiting().get(0).answer(200, "");
        play.host().runAll();
        assertThat(connection.upstreamText()).isEqualTo("hello");
        assertThat(play.callbacks(ON_DOWNSTREAM_DATA)).hasSize(1);
        assertThat(play.calls())
                .containsExactly("set_effective_context OK", "continue_stream OK", "get_buffer_bytes OK \"hello\"");
        connection.clientReset();
    }

    @Vector(304)
    void trap_failClosed_closesThatConnectionAndLaterOnes() {
        for (Callback callback : List.of(ON_NEW_CONNECTION, ON_DOWNSTREAM_DATA, ON_UPSTREAM_DATA)) {
            Play play = network(connectionListener().on(callback, trap()));
            InMemoryConnection connection = play.connect().send("hello").upstreamSends("echo");
            assertThat(connection.closeDetails()).isEqualTo("wasm_fail_stream");
            assertThat(connection.finished()).isTrue();
            assertThat(connection.clientText()).isEmpty();
            assertThat(connection.upstreamText()).isEqualTo(callback == ON_UPSTREAM_DATA ? "hello" : "");
            assertThat(play.lines()).noneMatch(line -> line.matches("on_(done|log|delete|downstream_conn).*"));
            InMemoryConnection later = play.forget().connect();
            assertThat(later.closeDetails()).isEqualTo("wasm_fail_stream");
            assertThat(later.upstreamWanted()).isFalse();
            assertThat(play.lines()).isEmpty();
        }
    }

    @Vector(304)
    void trap_failOpen_letsThatConnectionAndLaterOnesPass() {
        for (Callback callback : List.of(ON_NEW_CONNECTION, ON_DOWNSTREAM_DATA, ON_UPSTREAM_DATA)) {
            Play play = network(FailurePolicy.FAIL_OPEN, connectionListener().on(callback, trap()));
            for (int round = 0; round < 2; round++) {
                InMemoryConnection connection =
                        play.connect().send("hello").upstreamSends("echo").end().upstreamEnds();
                assertThat(connection.upstreamText()).isEqualTo("hello");
                assertThat(connection.clientText()).isEqualTo("echo");
                assertThat(connection.finished()).isTrue();
                assertThat(connection.closeDetails()).isNull();
            }
            assertThat(play.callbacks(callback)).hasSize(1);
        }
    }

    @Vector(305)
    void connection_closedByBothSides_isDeletedOnce() {
        Play play = network(connectionListener());
        InMemoryConnection connection = play.connect().end().upstreamEnds();
        connection.clientReset().upstreamReset("remote reset").end().upstreamEnds();
        assertThat(play.callbacks(Callback.ON_DELETE)).containsExactly("on_delete 2");
        assertThat(play.callbacks(Callback.ON_DOWNSTREAM_CONNECTION_CLOSE))
                .containsExactly("on_downstream_connection_close 2 1");
    }

    @Vector(305)
    void closeStream_closesOnceForDownstreamAndUpstreamAndNeverForHttp() {
        for (int type = 0; type < 4; type++) {
            for (int result = 0; result < 2; result++) {
                Play play = network(connectionListener()
                        .on(ON_DOWNSTREAM_DATA, whenParam(2, 0, call("close_stream", type), returns(result))));
                InMemoryConnection connection = play.connect().send("hello");
                if (type >= 2) {
                    assertThat(connection.closeDetails()).isEqualTo("wasm_close_stream");
                    assertThat(connection.upstreamText()).isEmpty();
                    assertThat(play.callbacks()).contains("on_downstream_connection_close 2 1");
                } else {
                    assertThat(connection.upstreamText()).isEqualTo(result == 0 ? "hello" : "");
                    connection.end().upstreamEnds();
                }
                assertThat(play.callbacks(Callback.ON_DELETE)).hasSize(1);
            }
        }
    }
}
