package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.dylibso.chicory.wabt.Wat2Wasm;
import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.plugin.PluginType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** TCP connections through real sockets. */
class TcpProxyTest {
    private static final int TEN_MEBIBYTES = 10 << 20;
    /** What sockets, buffers and the gateway may hold together while nobody takes it. */
    private static final long MOST_HELD = 16 << 20;

    private static byte[] random(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static <T> FutureTask<T> start(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        new Thread(task, "tcp-peer").start();
        return task;
    }

    private static List<String> take(GatewayFixture fixture, int count) throws InterruptedException {
        List<String> lines = new ArrayList<>();
        while (lines.size() < count) {
            lines.add(fixture.logged());
        }
        return lines;
    }

    /** A plugin for connections with this body of {@code on_downstream_data}. */
    private static PluginSpec plugin(FailurePolicy policy, String body) {
        byte[] module = Wat2Wasm.parse("""
                (module
                  (import "env" "proxy_close_stream" (func $close (param i32) (result i32)))
                  (memory (export "memory") 1)
                  (func (export "proxy_abi_version_0_2_1"))
                  (func (export "malloc") (param i32) (result i32) (i32.const 1024))
                  (func (export "proxy_on_downstream_data") (param i32 i32 i32) (result i32) %s))
                """.formatted(body));
        return PluginSpec.builder("p", ModuleSource.of(module))
                .type(PluginType.NETWORK)
                .failurePolicy(policy)
                .build();
    }

    @Test
    void bytes_inBothDirections_passThePlugins() throws Exception {
        try (TcpServer upstream = new TcpServer();
                GatewayFixture fixture = GatewayFixture.tcp(upstream.endpoint(), ProbePlugin.ofConnections());
                TcpPeer client = fixture.connectTcp();
                TcpPeer server = upstream.accept()) {
            client.send("hello");
            assertThat(server.receive(5)).isEqualTo("hello");
            server.send("echo:hello");
            assertThat(client.receive(10)).isEqualTo("echo:hello");
            client.end();
            assertThat(server.next()).isEqualTo("end");
            server.send("bye").end();
            assertThat(client.receive(3)).isEqualTo("bye");
            assertThat(client.next()).isEqualTo("end");
            fixture.idle();
            List<String> lines = new ArrayList<>(fixture.log);
            assertThat(lines)
                    .startsWith("new_connection 2", "downstream_data 5", "upstream_data 10", "downstream_data 0 end")
                    .endsWith("upstream_connection_close 0", "downstream_connection_close 1", "log 2");
        }
    }

    @Test
    void upstreamThatEndsFirst_goesOnReceiving() throws Exception {
        try (TcpServer upstream = new TcpServer();
                GatewayFixture fixture = GatewayFixture.tcp(upstream.endpoint(), ProbePlugin.ofConnections());
                TcpPeer client = fixture.connectTcp();
                TcpPeer server = upstream.accept()) {
            server.send("greeting").end();
            assertThat(client.receive(8)).isEqualTo("greeting");
            assertThat(client.next()).isEqualTo("end");
            client.send("still here").end();
            assertThat(server.receive(10)).isEqualTo("still here");
            assertThat(server.next()).isEqualTo("end");
            fixture.idle();
            assertThat(fixture.log).endsWith("downstream_connection_close 2", "log 2");
        }
    }

    @Test
    void tenMebibytes_eachWay_arriveUnchanged() throws Exception {
        byte[] there = random(TEN_MEBIBYTES, 1);
        byte[] back = random(TEN_MEBIBYTES, 2);
        try (TcpServer upstream = new TcpServer();
                GatewayFixture fixture =
                        GatewayFixture.tcp(upstream.endpoint(), plugin(FailurePolicy.FAIL_CLOSED, "(i32.const 0)"));
                TcpPeer client = fixture.connectTcp();
                TcpPeer server = upstream.accept()) {
            FutureTask<byte[]> atServer = start(server::receiveAll);
            FutureTask<byte[]> atClient = start(client::receiveAll);
            FutureTask<TcpPeer> answers = start(() -> server.send(back).end());
            client.send(there).end();
            assertThat(Arrays.equals(atServer.get(30, TimeUnit.SECONDS), there)).isTrue();
            assertThat(Arrays.equals(atClient.get(30, TimeUnit.SECONDS), back)).isTrue();
            answers.get(30, TimeUnit.SECONDS);
            fixture.idle();
        }
    }

    @Test
    void slowReader_onEitherSide_slowsTheOtherDown() throws Exception {
        for (boolean clientIsSlow : new boolean[] {true, false}) {
            try (TcpServer upstream = new TcpServer();
                    GatewayFixture fixture = GatewayFixture.tcp(upstream.endpoint());
                    TcpPeer client = fixture.connectTcp();
                    TcpPeer server = upstream.accept()) {
                TcpPeer slow = clientIsSlow ? client : server;
                TcpPeer fast = clientIsSlow ? server : client;
                AtomicLong sent = new AtomicLong();
                byte[] chunk = new byte[1 << 20];
                FutureTask<TcpPeer> sender = start(() -> {
                    for (int i = 0; i < 64; i++) {
                        fast.send(chunk);
                        sent.addAndGet(chunk.length);
                    }
                    return fast.end();
                });
                assertThat(stalled(sent)).isLessThan(MOST_HELD);
                FutureTask<byte[]> all = start(slow::receiveAll);
                assertThat(all.get(30, TimeUnit.SECONDS)).hasSize(64 << 20);
                sender.get(30, TimeUnit.SECONDS);
                slow.end();
                fixture.idle();
            }
        }
    }

    /** Waits until the number has not grown for a while; that is what nobody takes. */
    private static long stalled(AtomicLong sent) throws InterruptedException {
        long before = -1;
        long now = sent.get();
        while (now != before || now == 0) {
            TimeUnit.MILLISECONDS.sleep(300);
            before = now;
            now = sent.get();
        }
        return now;
    }

    @Test
    void clientThatResets_resetsTheUpstream() throws Exception {
        try (TcpServer upstream = new TcpServer();
                GatewayFixture fixture = GatewayFixture.tcp(upstream.endpoint(), ProbePlugin.ofConnections());
                TcpPeer client = fixture.connectTcp();
                TcpPeer server = upstream.accept()) {
            client.send("x");
            assertThat(server.receive(1)).isEqualTo("x");
            client.reset();
            assertThat(server.next()).isEqualTo("reset");
            assertThat(take(fixture, 4))
                    .containsExactly("new_connection 2", "downstream_data 1", "downstream_connection_close 2", "log 2");
            fixture.idle();
        }
    }

    @Test
    void upstreamThatResets_resetsTheClient() throws Exception {
        try (TcpServer upstream = new TcpServer();
                GatewayFixture fixture = GatewayFixture.tcp(upstream.endpoint(), ProbePlugin.ofConnections());
                TcpPeer client = fixture.connectTcp();
                TcpPeer server = upstream.accept()) {
            client.send("x");
            assertThat(server.receive(1)).isEqualTo("x");
            server.reset();
            assertThat(client.next()).isEqualTo("reset");
            assertThat(take(fixture, 4))
                    .containsExactly("new_connection 2", "downstream_data 1", "downstream_connection_close 1", "log 2");
            fixture.idle();
        }
    }

    @Test
    void upstreamThatIsNotThere_closesTheClient() throws Exception {
        Endpoint nowhere;
        try (TcpServer closed = new TcpServer()) {
            nowhere = closed.endpoint();
        }
        try (GatewayFixture fixture = GatewayFixture.tcp(nowhere, ProbePlugin.ofConnections());
                TcpPeer client = fixture.connectTcp()) {
            assertThat(client.next()).isEqualTo("end");
            client.close();
            fixture.idle();
            assertThat(fixture.log).containsExactly("new_connection 2", "downstream_connection_close 1", "log 2");
        }
    }

    @Test
    void upstreamName_thatIsUnknown_closesTheClient() throws Exception {
        try (GatewayFixture fixture = GatewayFixture.tcp(new Endpoint("nowhere.invalid", 1));
                TcpPeer client = fixture.connectTcp()) {
            assertThat(client.next()).isEqualTo("end");
            client.close();
            fixture.idle();
        }
    }

    @Test
    void pluginThatCloses_closesBothSidesProperly() throws Exception {
        try (TcpServer upstream = new TcpServer();
                GatewayFixture fixture = GatewayFixture.tcp(
                        upstream.endpoint(),
                        plugin(FailurePolicy.FAIL_CLOSED, "(drop (call $close (i32.const 2))) (i32.const 0)"));
                TcpPeer client = fixture.connectTcp();
                TcpPeer server = upstream.accept()) {
            server.send("greeting");
            assertThat(client.receive(8)).isEqualTo("greeting");
            client.send("hello");
            assertThat(client.next()).isEqualTo("end");
            assertThat(server.next()).isEqualTo("end");
            fixture.idle();
        }
    }

    @Test
    void pluginThatTraps_closesThisAndLaterConnections() throws Exception {
        try (TcpServer upstream = new TcpServer();
                GatewayFixture fixture =
                        GatewayFixture.tcp(upstream.endpoint(), plugin(FailurePolicy.FAIL_CLOSED, "unreachable"));
                TcpPeer client = fixture.connectTcp();
                TcpPeer server = upstream.accept()) {
            client.send("hello");
            assertThat(client.next()).isEqualTo("end");
            assertThat(server.next()).isEqualTo("end");
            try (TcpPeer later = fixture.connectTcp()) {
                assertThat(later.next()).isEqualTo("end");
            }
            fixture.idle();
        }
    }

    @Test
    void pluginThatTraps_failOpen_isPassedBy() throws Exception {
        try (TcpServer upstream = new TcpServer();
                GatewayFixture fixture =
                        GatewayFixture.tcp(upstream.endpoint(), plugin(FailurePolicy.FAIL_OPEN, "unreachable"));
                TcpPeer client = fixture.connectTcp();
                TcpPeer server = upstream.accept()) {
            client.send("hello").end();
            assertThat(server.receiveAll()).asString().isEqualTo("hello");
            server.end();
            assertThat(client.next()).isEqualTo("end");
            fixture.idle();
        }
    }

    @Test
    void properties_areThoseOfBothConnections() throws Exception {
        try (TcpServer upstream = new TcpServer();
                GatewayFixture fixture = GatewayFixture.tcp(
                        upstream.endpoint(),
                        ProbePlugin.ofConnections(
                                "source.address",
                                "source.port",
                                "destination.address",
                                "connection.id",
                                "connection_id",
                                "connection.mtls",
                                "connection.requested_server_name",
                                "connection.tls_version",
                                "upstream.address",
                                "upstream.port",
                                "upstream.local_address",
                                "request.path"));
                TcpPeer client = fixture.connectTcp();
                TcpPeer server = upstream.accept()) {
            String source = "127.0.0.1:" + client.socket.getLocalPort();
            String local = "127.0.0.1:" + server.socket.getPort();
            client.end();
            server.end();
            fixture.idle();
            assertThat(fixture.log.stream()
                            .dropWhile(line -> !line.equals("log 2"))
                            .skip(1))
                    .containsExactly(
                            text("source\0address", source),
                            number("source\0port", client.socket.getLocalPort()),
                            text("destination\0address", String.valueOf(fixture.gateway.tcpEndpoint())),
                            number("connection\0id", 1),
                            number("connection_id", 1),
                            "connection\0mtls=00",
                            "connection\0requested_server_name=",
                            text("upstream\0address", upstream.endpoint().toString()),
                            number("upstream\0port", upstream.endpoint().port()),
                            text("upstream\0local_address", local));
        }
    }

    private static String text(String path, String value) {
        return path + "=" + HexFormat.of().formatHex(value.getBytes(StandardCharsets.US_ASCII));
    }

    private static String number(String path, long value) {
        byte[] bytes = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
        return path + "=" + HexFormat.of().formatHex(bytes);
    }

    @Test
    void silentConnection_isClosed() throws Exception {
        GatewayLimits limits = GatewayLimits.DEFAULT.withTimeouts(0, 200);
        try (TcpServer upstream = new TcpServer();
                GatewayFixture fixture = GatewayFixture.tcp(upstream.endpoint(), limits);
                TcpPeer client = fixture.connectTcp();
                TcpPeer server = upstream.accept()) {
            assertThat(client.next()).isEqualTo("end");
            assertThat(server.next()).isEqualTo("end");
            fixture.idle();
        }
    }

    @Test
    void drain_waitsForConnections_andAcceptsNoMore() throws Exception {
        try (TcpServer upstream = new TcpServer();
                GatewayFixture fixture = GatewayFixture.tcp(upstream.endpoint());
                TcpPeer client = fixture.connectTcp();
                TcpPeer server = upstream.accept()) {
            int port = client.socket.getPort();
            CompletableFuture<Void> drained = CompletableFuture.runAsync(fixture.gateway::drain);
            while (accepts(port)) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            assertThat(drained).isNotDone();
            client.send("last").end();
            assertThat(server.receiveAll()).asString().isEqualTo("last");
            server.end();
            drained.get(20, TimeUnit.SECONDS);
            assertThat(client.next()).isEqualTo("end");
        }
    }

    /** Whether a connection can be made; one that was is broken off, so that it does not count as under way. */
    private static boolean accepts(int port) {
        try {
            TcpPeer.connect(port).reset();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void drain_closesWhatLastsTooLong() throws Exception {
        GatewayLimits limits = GatewayLimits.DEFAULT.withDrainTimeoutMillis(100);
        try (TcpServer upstream = new TcpServer();
                GatewayFixture fixture = GatewayFixture.tcp(upstream.endpoint(), limits, ProbePlugin.ofConnections());
                TcpPeer client = fixture.connectTcp();
                TcpPeer server = upstream.accept()) {
            fixture.gateway.drain();
            assertThat(client.next()).isEqualTo("end");
            assertThat(server.next()).isEqualTo("end");
            fixture.idle();
            assertThat(fixture.log).endsWith("downstream_connection_close 1", "log 2");
        }
    }

    @Test
    void gatewayThatStops_endsConnections() throws Exception {
        try (TcpServer upstream = new TcpServer()) {
            GatewayFixture fixture = GatewayFixture.tcp(upstream.endpoint(), ProbePlugin.ofConnections());
            try (TcpPeer client = fixture.connectTcp();
                    TcpPeer server = upstream.accept()) {
                fixture.gateway.close();
                assertThat(client.next()).isIn("end", "reset");
                assertThat(server.next()).isIn("end", "reset");
            } finally {
                fixture.close();
            }
            assertThat(fixture.log).endsWith("downstream_connection_close 1", "log 2");
        }
    }

    @Test
    void connections_areDealtOutToAllWorkers_besideHttp() throws Exception {
        try (TcpServer upstream = new TcpServer();
                StubUpstream http = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = new GatewayFixture(
                        GatewayOptions.builder(http.target())
                                .tcp(new TcpRoute(new Endpoint("127.0.0.1", 0), upstream.endpoint()))
                                .workers(3),
                        ProbePlugin.ofConnections())) {
            for (int i = 0; i < 12; i++) {
                try (TcpPeer client = fixture.connectTcp();
                        TcpPeer server = upstream.accept()) {
                    client.send("a");
                    assertThat(server.receive(1)).isEqualTo("a");
                    server.send("b").end();
                    assertThat(client.receiveAll()).asString().isEqualTo("b");
                }
            }
            assertThat(fixture.ask("GET / HTTP/1.1\nhost: a\n\n").text()).isEqualTo("ok");
            fixture.idle();
            // The fourth connection of each of three workers has the context id 5.
            assertThat(fixture.log).filteredOn("new_connection 5"::equals).hasSize(3);
        }
    }

    @Test
    void portThatIsTaken_isAnError() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Endpoint place = new Endpoint("127.0.0.1", taken.getLocalPort());
            GatewayOptions.Builder options =
                    GatewayOptions.builder().tcp(new TcpRoute(place, new Endpoint("127.0.0.1", 9)));
            assertThatThrownBy(() -> new GatewayFixture(options))
                    .isInstanceOf(GatewayException.class)
                    .hasMessageStartingWith("tcp-listen: " + place + " is not possible");
        }
    }

    @Test
    void options_needAnUpstream() {
        assertThatThrownBy(() -> GatewayOptions.builder().build())
                .hasMessage("upstream: is missing (expected: one for HTTP, one for TCP, or both)");
        assertThatThrownBy(() -> new TcpRoute(new Endpoint("a", 1), new Endpoint("b", 0)))
                .hasMessage("b:0 has port 0 (expected: 1..65535)");
    }
}
