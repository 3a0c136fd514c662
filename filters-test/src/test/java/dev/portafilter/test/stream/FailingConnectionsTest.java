package dev.portafilter.test.stream;

import static dev.portafilter.abi.Callback.ON_CONFIGURE;
import static dev.portafilter.abi.Callback.ON_DELETE;
import static dev.portafilter.abi.Callback.ON_DONE;
import static dev.portafilter.abi.Callback.ON_DOWNSTREAM_CONNECTION_CLOSE;
import static dev.portafilter.abi.Callback.ON_DOWNSTREAM_DATA;
import static dev.portafilter.abi.Callback.ON_LOG;
import static dev.portafilter.abi.Callback.ON_NEW_CONNECTION;
import static dev.portafilter.abi.Callback.ON_UPSTREAM_CONNECTION_CLOSE;
import static dev.portafilter.abi.Callback.ON_UPSTREAM_DATA;
import static dev.portafilter.test.guest.GuestModule.connectionListener;
import static dev.portafilter.test.guest.GuestModule.guest;
import static dev.portafilter.test.guest.Ops.returns;
import static dev.portafilter.test.guest.Ops.returnsInTurn;
import static dev.portafilter.test.guest.Ops.trap;
import static dev.portafilter.test.guest.Ops.whenParam;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.stream.WorkerOptions;
import dev.portafilter.test.InMemoryConnection;
import dev.portafilter.test.TestHost;
import dev.portafilter.test.guest.GuestModule;
import java.util.List;
import org.junit.jupiter.api.Test;

/** TCP connections whose plugins fail, under every policy. */
class FailingConnectionsTest extends ConnectionSuite {
    @Test
    void trap_whileAnotherConnectionWaits_failsThatOneToo() {
        GuestModule module = connectionListener().on(ON_DOWNSTREAM_DATA, whenParam(1, 4, trap()), returns(1));
        TestHost host = start(module);
        InMemoryConnection waiting = connect(host).send("hello");
        InMemoryConnection idle = connect(host);
        connect(host).send("trap");
        assertThat(waiting.closeDetails()).isEqualTo("wasm_fail_stream");
        assertThat(idle.closeDetails()).isNull();
        idle.send("x");
        assertThat(idle.closeDetails()).isEqualTo("wasm_fail_stream");
    }

    @Test
    void trap_failOpen_releasesWhatOthersHold() {
        GuestModule module = connectionListener()
                .on(ON_NEW_CONNECTION, returnsInTurn(0, 1, 0))
                .on(ON_DOWNSTREAM_DATA, whenParam(1, 4, trap()), returns(1))
                .on(ON_UPSTREAM_DATA, returns(1));
        TestHost host = start(network("p", module).failurePolicy(FailurePolicy.FAIL_OPEN));
        InMemoryConnection held = connect(host).send("hello").upstreamSends(bytes("there"), true);
        InMemoryConnection unconnected = connect(host).send("early");
        InMemoryConnection trapped = connect(host).send("trap");
        assertThat(held.upstreamText()).isEqualTo("hello");
        assertThat(held.clientText()).isEqualTo("there");
        assertThat(held.clientEnded()).isTrue();
        assertThat(unconnected.upstreamText()).isEqualTo("early");
        assertThat(trapped.upstreamText()).isEqualTo("trap");
        List.of(held, unconnected, trapped).forEach(InMemoryConnection::clientReset);
    }

    @Test
    void trap_failOpen_releasesWhatIsHeldOfTheOtherSideInOrder() {
        GuestModule module = connectionListener().on(ON_DOWNSTREAM_DATA, trap()).on(ON_UPSTREAM_DATA, returns(1));
        TestHost host = start(network("p", module).failurePolicy(FailurePolicy.FAIL_OPEN));
        InMemoryConnection connection = host.openConnection();
        connection.whenForwarded(event -> connection.upstreamSends("b"));
        connection.connect().upstreamSends("a").send("x");
        assertThat(connection.clientText()).isEqualTo("ab");
        connection.clientReset();
        InMemoryConnection quiet = connect(start(network("p", module).failurePolicy(FailurePolicy.FAIL_OPEN)));
        assertThat(quiet.upstreamSends("a").send("x").clientText()).isEqualTo("a");
        quiet.clientReset();
    }

    @Test
    void trap_whenInFlightIsSpared_leavesIdleConnectionsAlone() {
        GuestModule module = connectionListener().on(ON_DOWNSTREAM_DATA, whenParam(1, 4, trap()));
        TestHost host = hosts.start(TestHost.builder()
                .options(WorkerOptions.DEFAULT.withSpareInFlight(true))
                .plugin(network("p", module).build()));
        InMemoryConnection idle = connect(host);
        connect(host).send("trap");
        assertThat(idle.send("hello").upstreamText()).isEqualTo("hello");
        idle.clientReset();
    }

    @Test
    void trap_failReload_servesNewConnectionsInANewVm() {
        GuestModule module = connectionListener().on(ON_DOWNSTREAM_DATA, whenParam(1, 4, trap()));
        TestHost host = start(network("p", module).failurePolicy(FailurePolicy.FAIL_RELOAD));
        host.advanceMillis(2_000);
        assertThat(connect(host).send("trap").closeDetails()).isEqualTo("wasm_fail_stream");
        host.log().take();
        InMemoryConnection next = connect(host).send("hello").clientReset();
        assertThat(next.upstreamText()).isEqualTo("hello");
        assertThat(lines(host)).startsWith("on_context_create 1 0", "on_context_create 2 1", "on_new_connection 2");
    }

    @Test
    void trap_atTheEnd_endsTheConnectionAllTheSame() {
        for (var callback : List.of(ON_DOWNSTREAM_CONNECTION_CLOSE, ON_DONE, ON_LOG, ON_DELETE)) {
            TestHost host = start(connectionListener().on(callback, whenParam(0, 2, trap())));
            InMemoryConnection connection = connect(host).send("a").end().upstreamEnds();
            assertThat(connection.finished()).isTrue();
            assertThat(connection.closeDetails()).isNull();
        }
    }

    @Test
    void trap_inUpstreamClose_goesByPolicy() {
        GuestModule module = connectionListener().on(ON_UPSTREAM_CONNECTION_CLOSE, trap());
        assertThat(connect(start(module)).upstreamEnds().closeDetails()).isEqualTo("wasm_fail_stream");
        TestHost open = start(network("q", module).failurePolicy(FailurePolicy.FAIL_OPEN));
        InMemoryConnection connection = connect(open).upstreamSends(bytes("a"), true);
        assertThat(connection.clientText()).isEqualTo("a");
        assertThat(connection.clientEnded()).isTrue();
        connection.clientReset();
    }

    @Test
    void pluginThatFails_inAChain_endsTheOthersProperly() {
        TestHost host = start(
                network("a", connectionListener()).priority(1),
                network("b", guest().on(ON_CONFIGURE, returns(0))).isolated(true));
        InMemoryConnection connection = connect(host).send("x");
        assertThat(connection.events()).containsExactly("close wasm_fail_stream");
        assertThat(host.log().messages())
                .endsWith(
                        "on_new_connection 2",
                        "on_downstream_connection_close 2 1",
                        "on_done 2",
                        "on_log 2",
                        "on_delete 2");
    }
}
