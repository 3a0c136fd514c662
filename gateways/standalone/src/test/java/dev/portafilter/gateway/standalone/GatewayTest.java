package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class GatewayTest {
    @Test
    void workers_shareThePort_andHaveVmsOfTheirOwn() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = new GatewayFixture(
                        GatewayOptions.builder(upstream.target()).workers(3), ProbePlugin.reading("connection.id"))) {
            assertThat(fixture.host.plugins().get(0).vmCount()).isEqualTo(3);
            for (int i = 0; i < 12; i++) {
                assertThat(fixture.ask("GET / HTTP/1.1\nhost: a\n\n").status()).isEqualTo(200);
            }
            assertThat(fixture.log.stream()
                            .filter(line -> line.startsWith("connection"))
                            .distinct())
                    .hasSize(12);
            // Each loop has connections of its own.
            assertThat(upstream.connections).hasValue(3);
        }
    }

    @Test
    void takenPort_isNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                StubUpstream upstream = StubUpstream.answering(StubUpstream.OK)) {
            Endpoint endpoint = new Endpoint("127.0.0.1", taken.getLocalPort());
            assertThatThrownBy(() -> new GatewayFixture(
                            GatewayOptions.builder(upstream.target()).workers(2).admin(endpoint)))
                    .isInstanceOf(GatewayException.class)
                    .hasMessageStartingWith("admin: " + endpoint + " is not possible (");
        }
    }

    @Test
    void manyClientsThatComeAndGo_leaveNothingBehind() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(8);
        try (StubUpstream upstream = new StubUpstream(connection -> {
                    for (int i = 0; ; i++) {
                        connection.request();
                        if (i % 7 == 3) {
                            return;
                        }
                        connection.send("HTTP/1.1 200 OK\ncontent-length: 10\n\n01234" + (i % 5 == 2 ? "" : "56789"));
                        if (i % 5 == 2) {
                            return;
                        }
                    }
                });
                GatewayFixture fixture = new GatewayFixture(
                        GatewayOptions.builder(upstream.target()).workers(2), ProbePlugin.reading())) {
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int number = i;
                ends.add(clients.submit(() -> {
                    comeAndGo(fixture, number);
                    return null;
                }));
            }
            for (Future<?> end : ends) {
                end.get(60, TimeUnit.SECONDS);
            }
            fixture.idle();
        } finally {
            clients.shutdownNow();
        }
    }

    private static void comeAndGo(GatewayFixture fixture, int number) throws Exception {
        for (int i = 0; i < 40; i++) {
            try (RawClient client = fixture.connect()) {
                switch ((i + number) % 5) {
                    case 0 -> client.send("GET / HTTP/1.1\nhost: a\n\n").abort();
                    case 1 -> client.send("POST / HTTP/1.1\nhost: a\ncontent-length: 100\n\nhalf");
                    case 2 ->
                        client.send("POST / HTTP/1.1\nhost: a\ntransfer-encoding: chunked\n\n5\nhello\n")
                                .abort();
                    default ->
                        assertThat(client.send("GET / HTTP/1.1\nhost: a\n\n")
                                        .response()
                                        .status())
                                .isIn(200, 503);
                }
            }
        }
    }

    @Test
    void damagedRequests_harmNobodyElse() throws Exception {
        byte[] sound = ("POST /path?query=1 HTTP/1.1\r\nhost: a\r\nx-a: b\r\nconnection: close\r\n"
                        + "transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nt: 1\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        Random random = new Random(42);
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = new GatewayFixture(
                        GatewayOptions.builder(upstream.target()).workers(1), ProbePlugin.reading())) {
            for (int i = 0; i < 300; i++) {
                byte[] damaged = sound.clone();
                for (int changes = random.nextInt(4); changes >= 0; changes--) {
                    damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
                }
                try (RawClient client = fixture.connect()) {
                    client.send(damaged);
                    client.socket.shutdownOutput();
                    assertThat(client.ended()).isTrue();
                } catch (UncheckedIOException e) {
                    // Reset while it was still being sent.
                }
            }
            assertThat(fixture.ask("GET / HTTP/1.1\nhost: a\n\n").status()).isEqualTo(200);
            fixture.idle();
        }
    }
}
