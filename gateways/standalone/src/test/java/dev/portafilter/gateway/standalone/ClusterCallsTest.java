package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.service.Cancellable;
import dev.portafilter.runtime.service.HttpCallListener;
import dev.portafilter.runtime.service.HttpCallRequest;
import dev.portafilter.runtime.service.HttpCallTransport;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClusterCallsTest {
    private static final byte[] NOTHING = new byte[0];

    private static final class Outcome implements HttpCallListener {
        final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

        @Override
        public void answered(HeaderMap headers, byte[] body, HeaderMap trailers) {
            heard.add(headers + " " + new String(body, StandardCharsets.UTF_8) + " " + trailers);
        }

        @Override
        public void unreachable(String reason) {
            heard.add("unreachable " + reason);
        }

        @Override
        public void timedOut() {
            heard.add("timedOut");
        }

        @Override
        public void broken(String reason) {
            heard.add("broken " + reason);
        }

        String next() throws InterruptedException {
            return String.valueOf(heard.poll(20, TimeUnit.SECONDS));
        }
    }

    private static HttpCallRequest call(String body, int timeoutMillis, String... trailers) {
        HeaderMap headers =
                HeaderMap.of(":method", "POST", ":path", "/p", ":authority", "auth", "x-a", "1", "x-a", "2");
        if (!body.isEmpty()) {
            headers.add("content-length", String.valueOf(body.length()));
        }
        return new HttpCallRequest(
                "auth",
                headers,
                body.isEmpty() ? NOTHING : body.getBytes(StandardCharsets.UTF_8),
                HeaderMap.of(trailers),
                timeoutMillis);
    }

    private static Gateway gateway(Target cluster) {
        return Gateway.prepare(GatewayOptions.builder(Target.parse("http://127.0.0.1:9"))
                .cluster("auth", cluster)
                .limits(GatewayLimits.DEFAULT.withCallBodyBytes(100))
                .build());
    }

    private static Outcome start(Gateway gateway, HttpCallRequest request) {
        Outcome outcome = new Outcome();
        assertThat(gateway.httpCalls().start(request, outcome)).isNotNull();
        return outcome;
    }

    @Test
    void clusters_areKnownByName() throws Exception {
        try (Gateway gateway = gateway(Target.parse("http://127.0.0.1:9"))) {
            HttpCallTransport calls = gateway.httpCalls();
            assertThat(calls.knows("auth")).isTrue();
            assertThat(calls.knows("upstream")).isTrue();
            assertThat(calls.knows("other")).isFalse();
            HttpCallRequest other = new HttpCallRequest("other", new HeaderMap(), NOTHING, new HeaderMap(), 0);
            assertThat(calls.start(other, new Outcome())).isNull();
        }
    }

    @Test
    void answer_arrivesWhole() throws Exception {
        try (StubUpstream cluster = StubUpstream.answering(
                        "HTTP/1.1 200 OK\nx-b: 1\ntransfer-encoding: chunked\n\n1\no\n1\nk\n0\nt: 1\n\n");
                Gateway gateway = gateway(cluster.target())) {
            Outcome outcome = start(gateway, call("hello", 0));
            assertThat(outcome.next()).isEqualTo("{:status: 200, x-b: 1, transfer-encoding: chunked} ok {t: 1}");
            RawClient.Message request = cluster.taken();
            assertThat(request.startLine()).isEqualTo("POST /p HTTP/1.1");
            assertThat(request.headers()).containsExactly("host: auth", "x-a: 1", "x-a: 2", "content-length: 5");
            assertThat(request.text()).isEqualTo("hello");
        }
    }

    @Test
    void trailers_reachAnHttp2Cluster() throws Exception {
        try (Http2Peer cluster = Http2Peer.server();
                Gateway gateway = gateway(cluster.target())) {
            Outcome outcome = start(gateway, call("hello", 0, "t", "1"));
            Http2Peer.Stream stream = cluster.accepted();
            assertThat(stream.next()).startsWith("HEADERS").contains("content-length: 5");
            assertThat(stream.next()).isEqualTo("DATA hello");
            assertThat(stream.next()).isEqualTo("HEADERS {t: 1} end");
            stream.headers(true, ":status", "204");
            assertThat(outcome.next()).isEqualTo("{:status: 204}  {}");
        }
    }

    @Test
    void failures_areTold() throws Exception {
        try (StubUpstream cluster = new StubUpstream(connection -> {
                    connection.request();
                    connection.send("HTTP/1.1 200 OK\ncontent-length: 10\n\npart");
                });
                Gateway gateway = gateway(cluster.target())) {
            assertThat(start(gateway, call("", 0)).next()).isEqualTo("broken connection termination");
        }
        try (StubUpstream cluster = new StubUpstream(RawClient::request);
                Gateway gateway = gateway(cluster.target())) {
            assertThat(start(gateway, call("", 0)).next()).isEqualTo("unreachable connection termination");
        }
        try (StubUpstream cluster = StubUpstream.answering(StubUpstream.OK)) {
            cluster.close();
            try (Gateway gateway = gateway(cluster.target())) {
                assertThat(start(gateway, call("", 0)).next()).isEqualTo("unreachable remote connection failure");
            }
        }
        try (StubUpstream cluster = new StubUpstream(RawClient::ended);
                Gateway gateway = gateway(cluster.target())) {
            assertThat(start(gateway, call("", 50)).next()).isEqualTo("timedOut");
        }
        try (StubUpstream cluster =
                        StubUpstream.answering("HTTP/1.1 200 OK\ncontent-length: 101\n\n" + "x".repeat(101));
                Gateway gateway = gateway(cluster.target())) {
            assertThat(start(gateway, call("", 0)).next()).isEqualTo("broken the answer has more than 100 bytes");
        }
    }

    @Test
    void cancelledCall_isResetAndSilent() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        try (StubUpstream cluster = new StubUpstream(connection -> {
                    connection.request();
                    arrived.countDown();
                    connection.ended();
                    gone.countDown();
                });
                Gateway gateway = gateway(cluster.target())) {
            Outcome outcome = new Outcome();
            Cancellable call = gateway.httpCalls().start(call("", 0), outcome);
            assertThat(arrived.await(20, TimeUnit.SECONDS)).isTrue();
            call.cancel();
            assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(outcome.heard).isEmpty();
        }
    }
}
