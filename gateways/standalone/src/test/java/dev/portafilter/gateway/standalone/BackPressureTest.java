package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A side that reads slowly slows the other side down; the gateway holds a bounded part of what passes. */
@Timeout(120)
class BackPressureTest {
    private static final int CHUNK = 65_536;
    private static final int CHUNKS = 3_200;
    // What two sockets' buffers and the gateway may hold together: far from the 200 MiB that are sent.
    private static final long MOST_HELD = 48L << 20;

    @Test
    void slowUpstream_slowsTheClientDown() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        AtomicLong received = new AtomicLong();
        try (StubUpstream upstream = new StubUpstream(connection -> {
                    connection.head();
                    go.await();
                    received.set(connection.drainChunks());
                    connection.send(StubUpstream.OK);
                });
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                RawClient client = fixture.connect()) {
            AtomicLong sent = new AtomicLong();
            Thread sender = new Thread(() -> send(client, "POST / HTTP/1.1\nhost: a\n", sent));
            sender.start();
            assertThat(stalled(sent)).isLessThan(MOST_HELD);
            go.countDown();
            assertThat(client.response().text()).isEqualTo("ok");
            sender.join();
            assertThat(received).hasValue((long) CHUNK * CHUNKS);
        }
    }

    @Test
    void slowClient_slowsTheUpstreamDown() throws Exception {
        AtomicLong sent = new AtomicLong();
        try (StubUpstream upstream = new StubUpstream(connection -> {
                    connection.request();
                    send(connection, "HTTP/1.1 200 OK\n", sent);
                });
                GatewayFixture fixture = new GatewayFixture(upstream.target());
                RawClient client = fixture.connect()) {
            client.send("GET / HTTP/1.1\nhost: a\n\n");
            assertThat(stalled(sent)).isLessThan(MOST_HELD);
            client.head();
            assertThat(client.drainChunks()).isEqualTo((long) CHUNK * CHUNKS);
        }
    }

    private static void send(RawClient to, String head, AtomicLong sent) {
        byte[] chunk = new byte[CHUNK];
        to.send(head + "transfer-encoding: chunked\n\n");
        for (int i = 0; i < CHUNKS; i++) {
            to.chunk(chunk);
            sent.addAndGet(CHUNK);
        }
        to.send("0\n\n");
    }

    /** Waits until the number has not grown for a while; that is what nobody takes. */
    private static long stalled(AtomicLong sent) throws InterruptedException {
        long before = -1;
        long now = sent.get();
        while (now != before || now == 0) {
            TimeUnit.MILLISECONDS.sleep(500);
            before = now;
            now = sent.get();
        }
        return now;
    }
}
