package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits towards servers; those towards clients are in {@link FailureTest}. */
@Timeout(60)
class GatewayLimitsTest {
    private static final String GET = "GET / HTTP/1.1\nhost: a\n\n";

    @Test
    void connections_beyondTheirNumber_wait_andBeyondTwiceThatAreRefused() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        GatewayLimits limits = GatewayLimits.DEFAULT.withConnectionsPerTarget(1);
        try (StubUpstream upstream = new StubUpstream(connection -> {
                    while (true) {
                        connection.request();
                        arrived.countDown();
                        go.await();
                        connection.send(StubUpstream.OK);
                    }
                });
                GatewayFixture fixture = new GatewayFixture(upstream.target(), limits);
                RawClient first = fixture.connect();
                RawClient second = fixture.connect();
                RawClient third = fixture.connect()) {
            first.send(GET);
            arrived.await();
            second.send(GET);
            while (fixture.gateway.activeRequests() < 2) {
                Thread.onSpinWait();
            }
            RawClient.Message refused = third.send(GET).response();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.text()).endsWith("reset reason: overflow");
            go.countDown();
            assertThat(first.response().status()).isEqualTo(200);
            assertThat(second.response().status()).isEqualTo(200);
            assertThat(upstream.connections).hasValue(1);
            fixture.idle();
        }
    }

    @Test
    void serverThatDoesNotTakeAConnection_isGivenUp() throws Exception {
        List<SocketChannel> waiting = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            fill(full, waiting);
            Target target = new Target(Target.Protocol.HTTP, "127.0.0.1", full.getLocalPort());
            try (GatewayFixture fixture =
                    new GatewayFixture(target, GatewayLimits.DEFAULT.withConnectTimeoutMillis(100))) {
                RawClient.Message response = fixture.ask(GET);
                assertThat(response.status()).isEqualTo(503);
                assertThat(response.text()).endsWith("reset reason: connection timeout");
                fixture.idle();
            }
        } finally {
            for (SocketChannel channel : waiting) {
                channel.close();
            }
        }
    }

    /** Connects until the server's queue is full and the next one has to wait. */
    private static void fill(ServerSocket server, List<SocketChannel> waiting) throws IOException {
        for (int i = 0; i < 16; i++) {
            SocketChannel channel = SocketChannel.open();
            waiting.add(channel);
            channel.configureBlocking(false);
            channel.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()));
        }
    }
}
