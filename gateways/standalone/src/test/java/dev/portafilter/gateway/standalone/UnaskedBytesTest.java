package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that says more than it was asked speaks to nobody else, as in Envoy. */
@Timeout(60)
class UnaskedBytesTest {
    private static final String POISON = "HTTP/1.1 200 OK\ncontent-length: 6\n\npoison";

    /** A server whose first connection says this; further ones answer as they should. */
    private static StubUpstream saying(AtomicInteger connections, String said) throws Exception {
        return new StubUpstream(connection -> {
            boolean first = connections.getAndIncrement() == 0;
            while (true) {
                connection.request();
                connection.send(first ? said : StubUpstream.OK);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\ncontent-length: 2\n\nokmore",
                "HTTP/1.1 200 OK\ncontent-length: 2\n\nok" + POISON,
                "HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n2\nok\n0\n\n" + POISON,
                "HTTP/1.1 304 Not Modified\ncontent-length: 2\n\nok",
                "HTTP/1.1 204 No Content\n\n" + POISON,
            })
    void bytesBehindAResponse_areNotTheNextOnes(String said) throws Exception {
        AtomicInteger connections = new AtomicInteger();
        try (StubUpstream upstream = saying(connections, said);
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                RawClient client = fixture.connect()) {
            assertThat(client.send("GET /1 HTTP/1.1\nhost: a\n\n").response().startLine())
                    .isEqualTo(said.substring(0, said.indexOf('\n')));
            assertThat(client.send("GET /2 HTTP/1.1\nhost: a\n\n").response().text())
                    .isEqualTo("ok");
            assertThat(connections).hasValue(2);
        }
    }

    @Test
    void bodyOfAnAnswerToHead_isNotTheNextAnswer() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        try (StubUpstream upstream = saying(connections, "HTTP/1.1 200 OK\ncontent-length: 43\n\n" + POISON);
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                RawClient client = fixture.connect()) {
            assertThat(client.send("HEAD /1 HTTP/1.1\nhost: a\n\n").head()).startsWith("HTTP/1.1 200 OK");
            assertThat(client.send("GET /2 HTTP/1.1\nhost: a\n\n").response().text())
                    .isEqualTo("ok");
        }
    }

    @Test
    void requestThatWaitsForTheConnection_doesNotGetWhatIsLeftOnIt() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch waiting = new CountDownLatch(1);
        AtomicInteger connections = new AtomicInteger();
        GatewayLimits limits = GatewayLimits.DEFAULT.withConnectionsPerTarget(1);
        try (StubUpstream upstream = new StubUpstream(connection -> {
                    boolean first = connections.getAndIncrement() == 0;
                    connection.request();
                    arrived.countDown();
                    waiting.await();
                    connection.send(StubUpstream.OK + (first ? POISON : ""));
                    connection.request();
                });
                GatewayFixture fixture = new GatewayFixture(upstream.target(), limits);
                RawClient one = fixture.connect();
                RawClient two = fixture.connect()) {
            one.send("GET /1 HTTP/1.1\nhost: a\n\n");
            arrived.await();
            two.send("GET /2 HTTP/1.1\nhost: a\n\n");
            while (fixture.gateway.activeRequests() < 2) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            waiting.countDown();
            assertThat(one.response().text()).isEqualTo("ok");
            assertThat(two.response().text()).isEqualTo("ok");
            assertThat(connections).hasValue(2);
        }
    }

    @Test
    void connection_thatSaysNothingMore_isUsedAgain() throws Exception {
        try (StubUpstream upstream =
                        StubUpstream.answering("HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n2\nok\n0\nx-t: 1\n\n");
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                RawClient client = fixture.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.send("GET / HTTP/1.1\nhost: a\n\n").response().text())
                        .isEqualTo("ok");
            }
            assertThat(upstream.connections).hasValue(1);
        }
    }
}
