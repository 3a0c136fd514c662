package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.service.GrpcCallRequest;
import dev.portafilter.runtime.service.GrpcCallTransport;
import io.grpc.Metadata;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Calls to a grpc-java server. */
@Timeout(60)
class RealGrpcServerTest {

    private RealGrpcServer server;
    private Gateway gateway;

    @BeforeEach
    void start() throws Exception {
        server = new RealGrpcServer();
        gateway = HeardGrpc.gateway(server.target(Target.Protocol.HTTP));
    }

    @AfterEach
    void stop() {
        gateway.close();
        server.close();
    }

    private HeardGrpc unary(String method, long timeoutMillis, String message) {
        return new HeardGrpc(gateway, method, timeoutMillis).send(message, true);
    }

    private HeardGrpc stream(String method) {
        return new HeardGrpc(gateway, method, -1);
    }

    @Test
    void clusters_areKnownByName() {
        GrpcCallTransport calls = gateway.grpcCalls();
        assertThat(calls.knows("auth")).isTrue();
        assertThat(calls.knows("upstream")).isTrue();
        assertThat(calls.knows("other")).isFalse();
        GrpcCallRequest other = new GrpcCallRequest("other", "other", "/s/m", new HeaderMap(), -1, 1);
        assertThat(calls.start(other, null)).isNull();
    }

    @Test
    void unaryCall_isAnswered() throws Exception {
        HeardGrpc call = unary("Unary", 20_000, "hello").begun();
        assertThat(call.next()).isEqualTo("message echo hello");
        assertThat(call.next()).isEqualTo("closed 0 via_upstream {grpc-status: 0}");
    }

    @Test
    void serverStream_givesEveryMessage() throws Exception {
        HeardGrpc call = stream("Numbers").send("500", true).begun();
        for (int i = 1; i <= 500; i++) {
            assertThat(call.next()).isEqualTo("message " + i);
        }
        assertThat(call.next()).startsWith("closed 0 ");
    }

    @Test
    void clientStream_isOneAnswerToManyMessages() throws Exception {
        HeardGrpc call = stream("Join").send("a", false).send("", false).send("b", false);
        call.call.end();
        assertThat(call.begun().next()).isEqualTo("message a++b");
        assertThat(call.next()).startsWith("closed 0 ");
    }

    @Test
    void bidirectionalStream_goesOnUntilItIsHalfClosed() throws Exception {
        HeardGrpc call = stream("Bidi").begun();
        for (String message : new String[] {"a", "b", "c"}) {
            assertThat(call.send(message, false).next()).isEqualTo("message echo " + message);
        }
        call.call.end();
        call.send("after the end", false);
        assertThat(call.next()).startsWith("closed 0 ");
        assertThat(server.event()).isEqualTo("half-closed Bidi");
        assertThat(server.event()).isEqualTo("complete Bidi");
    }

    @Test
    void metadata_goesBothWays_binaryAsOnTheWire() throws Exception {
        HeardGrpc call = new HeardGrpc(gateway, "Unary", 20_000, "x-text", "some text", "x-data-bin", "AAH/", "te", "x")
                .send("m", true);
        assertThat(call.next()).startsWith("initial {:status: 200").contains("x-text: some text", "x-data-bin: AAH/");
        assertThat(call.next()).isEqualTo("message echo m");
        assertThat(call.next()).startsWith("closed 0 via_upstream {").contains("x-text: some text", "x-data-bin: AAH/");
        Metadata seen = server.metadata.poll(HeardGrpc.SECONDS, TimeUnit.SECONDS);
        assertThat(seen.get(RealGrpcServer.BYTES)).containsExactly(0, 1, -1);
    }

    @Test
    void failure_withoutAHead_isStatusAndMessage_stillEncoded() throws Exception {
        HeardGrpc call = unary("Fail", 20_000, "x");
        assertThat(call.next()).isEqualTo("initial {}");
        assertThat(call.next())
                .startsWith("closed 7 not allowed: 100%25 %E2%82%AC{via_upstream} {:status: 200, ")
                .contains("grpc-status: 7");
    }

    @Test
    void unknownMethod_isUnimplemented() throws Exception {
        HeardGrpc call = unary("Nothing", 20_000, "x");
        assertThat(call.next()).isEqualTo("initial {}");
        assertThat(call.next()).startsWith("closed 12 ");
    }

    @Test
    void cancel_isSeenByTheServer_andNothingIsHeard() throws Exception {
        HeardGrpc call = stream("Bidi").begun();
        assertThat(call.send("a", false).next()).isEqualTo("message echo a");
        call.call.cancel();
        call.send("b", false);
        assertThat(server.event()).isEqualTo("cancelled Bidi");
        assertThat(call.heard).isEmpty();
    }

    @Test
    void deadline_isTheServersToo() throws Exception {
        assertThat(unary("Unary", 20_000, "connect").begun().next()).isEqualTo("message echo connect");
        assertThat(server.event()).isEqualTo("half-closed Unary");
        assertThat(server.event()).isEqualTo("complete Unary");
        HeardGrpc call = unary("Hang", 500, "x");
        assertThat(call.next()).isEqualTo("initial {}");
        // Whose clock is first is not certain; the server's resets the stream or closes it with a status.
        assertThat(call.next())
                .containsPattern(
                        "^closed (14 upstream request timeout\\{response_timeout}|14 .*remote_reset}|4 .*) \\{");
        assertThat(server.event()).isEqualTo("half-closed Hang");
        assertThat(server.event()).isEqualTo("cancelled Hang");
    }

    @Test
    void answerAboveTheLimit_isResourceExhausted() throws Exception {
        HeardGrpc fits = unary("Big", 20_000, "65536").begun();
        assertThat(fits.next()).isEqualTo("message 65536");
        HeardGrpc call = unary("Big", 20_000, "65537").begun();
        assertThat(call.next()).isEqualTo("closed 8 via_upstream {}");
    }

    @Test
    void largeMessages_goBothWays() throws Exception {
        HeardGrpc call = stream("Bidi").begun();
        for (int i = 0; i < 20; i++) {
            assertThat(call.send("y".repeat(60_000), false).next()).isEqualTo("message 60005");
        }
        call.call.end();
        assertThat(call.next()).startsWith("closed 0 ");
    }

    @Test
    void manyCalls_shareTheConnection() throws Exception {
        HeardGrpc[] calls = new HeardGrpc[200];
        for (int i = 0; i < calls.length; i++) {
            calls[i] = unary("Unary", 20_000, Integer.toString(i));
        }
        for (int i = 0; i < calls.length; i++) {
            assertThat(calls[i].begun().next()).isEqualTo("message echo " + i);
            assertThat(calls[i].next()).startsWith("closed 0 ");
        }
    }

    @Test
    void tls_negotiatesHttp2(@TempDir Path directory) throws Exception {
        TestCertificate certificate = TestCertificate.create(directory);
        try (RealGrpcServer secure = new RealGrpcServer(certificate);
                Gateway trusting = Gateway.prepare(GatewayOptions.builder(Target.parse("http://127.0.0.1:9"))
                        .cluster("auth", secure.target(Target.Protocol.HTTPS))
                        .ca(certificate.certificate())
                        .build())) {
            HeardGrpc call =
                    new HeardGrpc(trusting, "Unary", 20_000).send("hello", true).begun();
            assertThat(call.next()).isEqualTo("message echo hello");
            assertThat(call.next()).startsWith("closed 0 ");
        }
    }

    @Test
    void serverThatIsGone_isUnavailable() throws Exception {
        RealGrpcServer gone = new RealGrpcServer();
        Target target = gone.target(Target.Protocol.H2C);
        gone.close();
        try (Gateway alone = HeardGrpc.gateway(target)) {
            HeardGrpc call = new HeardGrpc(alone, "Unary", 20_000).send("x", true);
            assertThat(call.next()).isEqualTo("initial {}");
            String text = "upstream connect error or disconnect/reset before headers. reset reason:"
                    + " remote connection failure";
            assertThat(call.next())
                    .isEqualTo("closed 14 " + text + "{upstream_reset_before_response_started{remote_connection_failure"
                            + "|delayed_connect_error:_Connection_refused}} {:status: 200, content-type:"
                            + " application/grpc, grpc-status: 14, grpc-message: " + text + "}");
        }
    }
}
