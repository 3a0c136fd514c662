package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** gRPC calls to a server that is played frame by frame. */
@Timeout(60)
class ClusterGrpcCallsTest {
    private Http2Peer server;
    private Gateway gateway;

    @BeforeEach
    void start() throws Exception {
        server = Http2Peer.server();
        gateway = HeardGrpc.gateway(server.target());
    }

    @AfterEach
    void stop() {
        gateway.close();
        server.close();
    }

    private HeardGrpc stream(String... metadata) {
        return new HeardGrpc(gateway, "Bidi", -1, metadata);
    }

    /** The server's side once the head of the request has come. */
    private Http2Peer.Stream accepted() throws InterruptedException {
        Http2Peer.Stream stream = server.accepted();
        assertThat(stream.next()).startsWith("HEADERS {");
        return stream;
    }

    /** Has one call answered, so that the connection is there. */
    private void connect() throws InterruptedException {
        HeardGrpc call = stream();
        accepted().headers(true, ":status", "200", "grpc-status", "0");
        assertThat(call.begun().next()).startsWith("closed 0 ");
    }

    private static String frame(int flags, String message) {
        return (char) flags + "\0\0\0" + (char) message.length() + message;
    }

    @Test
    void request_isWhatEnvoySends() throws Exception {
        HeardGrpc call = new HeardGrpc(gateway, "Ok", 20_000, "x-md", "1", "x-md", "2").send("hello", true);
        Http2Peer.Stream stream = server.accepted();
        assertThat(stream.next())
                .isEqualTo("HEADERS {:method: POST, :path: /pkg.Svc/Ok, :authority: auth.example, :scheme: http,"
                        + " te: trailers, grpc-timeout: 20000m, content-type: application/grpc, x-md: 1, x-md: 2}");
        assertThat(stream.next()).isEqualTo("DATA \0\0\0\0\5hello end");
        stream.headers(true, ":status", "200", "grpc-status", "0");
        assertThat(call.next()).isEqualTo("initial {}");
        assertThat(call.next()).isEqualTo("closed 0 via_upstream {:status: 200, grpc-status: 0}");
    }

    @Test
    void authority_isTheName_orTheServerWhereThatIsNoHost() throws Exception {
        String address = "127.0.0.1:" + server.target().port();
        for (String name : new String[] {"auth_service", "auth:9000", "[::1]:1", "outbound|9000||auth.svc"}) {
            HeardGrpc call = HeardGrpc.to(name, gateway);
            Http2Peer.Stream stream = server.accepted();
            assertThat(stream.next()).contains(":authority: " + (name.contains("|") ? address : name) + ",");
            stream.headers(true, ":status", "200", "grpc-status", "0");
            call.begun();
        }
    }

    @Test
    void stream_sendsItsHeadAtOnce_andItsEndAlone() throws Exception {
        HeardGrpc call = stream();
        Http2Peer.Stream stream = accepted();
        call.send("a", false);
        assertThat(stream.next()).isEqualTo("DATA \0\0\0\0\1a");
        call.call.end();
        assertThat(stream.next()).isEqualTo("DATA  end");
        stream.headers(false, ":status", "200").headers(true, "grpc-status", "0", "t", "1");
        assertThat(call.next()).isEqualTo("initial {:status: 200}");
        assertThat(call.next()).isEqualTo("closed 0 via_upstream {grpc-status: 0, t: 1}");
    }

    @Test
    void messages_areFoundInAnyFrames() throws Exception {
        HeardGrpc call = stream();
        Http2Peer.Stream stream = accepted().headers(false, ":status", "200");
        stream.data(false, frame(0, "one") + frame(0, "two") + frame(0, ""));
        for (char each : frame(0, "split").toCharArray()) {
            stream.data(false, String.valueOf(each));
        }
        call.begun();
        for (String message : new String[] {"one", "two", "", "split"}) {
            assertThat(call.next()).isEqualTo("message " + message);
        }
        stream.headers(true, "grpc-status", "3", "grpc-message", "m");
        assertThat(call.next()).isEqualTo("closed 3 m{via_upstream} {grpc-status: 3, grpc-message: m}");
        assertThat(stream.next()).isEqualTo("RST 2");
    }

    @Test
    void serverReset_isToldApart_beforeAndAfterTheHead() throws Exception {
        HeardGrpc early = stream();
        accepted().reset(2);
        assertThat(early.next()).isEqualTo("initial {}");
        assertThat(early.next())
                .contains("reset reason: remote reset{upstream_reset_before_response_started{remote_reset}}");
        HeardGrpc late = stream();
        accepted().headers(false, ":status", "200").data(false, frame(0, "m")).reset(2);
        assertThat(late.begun().next()).isEqualTo("message m");
        assertThat(late.next()).isEqualTo("closed 13 upstream_reset_after_response_started{remote_reset} {}");
    }

    @Test
    void serverThatLeaves_isAnEnd() throws Exception {
        HeardGrpc call = stream();
        Http2Peer.Stream stream = accepted().headers(false, ":status", "200");
        call.begun();
        stream.disconnect();
        assertThat(call.next()).isEqualTo("closed 13 upstream_reset_after_response_started{connection_termination} {}");
    }

    @Test
    void plainHttpAnswer_isAStatusOfItsOwn_andTheStreamIsReset() throws Exception {
        HeardGrpc whole = stream();
        accepted().headers(true, ":status", "404");
        assertThat(whole.next()).isEqualTo("initial {}");
        assertThat(whole.next()).isEqualTo("closed 12 via_upstream {}");
        HeardGrpc withBody = stream();
        Http2Peer.Stream stream = accepted().headers(false, ":status", "503").data(true, "busy");
        assertThat(withBody.next()).isEqualTo("initial {}");
        assertThat(withBody.next()).isEqualTo("closed 14 via_upstream {}");
        assertThat(stream.next()).isEqualTo("RST 2");
    }

    @Test
    void bodyThatIsTheEnd_isUnknown() throws Exception {
        HeardGrpc call = stream();
        accepted().headers(false, ":status", "200").data(true, frame(0, "m"));
        assertThat(call.begun().next()).isEqualTo("message m");
        assertThat(call.next()).isEqualTo("closed 2 via_upstream {}");
    }

    @Test
    void compressedMessage_isInternal() throws Exception {
        HeardGrpc call = stream();
        Http2Peer.Stream stream = accepted().headers(false, ":status", "200").data(false, frame(1, "abc"));
        assertThat(call.begun().next()).isEqualTo("closed 13 via_upstream {}");
        assertThat(stream.next()).isEqualTo("RST 2");
    }

    @Test
    void timeout_resetsTheStream() throws Exception {
        connect();
        HeardGrpc call = new HeardGrpc(gateway, "Hang", 500).send("x", true);
        Http2Peer.Stream stream = accepted();
        assertThat(stream.next()).startsWith("DATA ");
        assertThat(stream.next()).isEqualTo("RST 2");
        assertThat(call.next()).isEqualTo("initial {}");
        assertThat(call.next()).startsWith("closed 14 upstream request timeout{response_timeout} ");
    }

    @Test
    void cancel_beforeTheHeadWent_sendsNothingOfUse() throws Exception {
        HeardGrpc call = stream();
        call.call.cancel();
        call.send("x", true);
        HeardGrpc next = stream("x-next", "1");
        Http2Peer.Stream stream = server.accepted();
        String head = stream.next();
        if (!head.contains("x-next: 1")) {
            // The connection was there sooner than the cancellation: then the head went, and nothing else.
            assertThat(stream.next()).startsWith("RST");
            stream = server.accepted();
            head = stream.next();
        }
        assertThat(head).contains("x-next: 1");
        stream.headers(true, ":status", "200", "grpc-status", "0");
        next.begun();
        assertThat(call.heard).isEmpty();
    }

    @Test
    void messagesThatNobodyTakes_endTheStreamAtTheLimit() throws Exception {
        HeardGrpc call = stream();
        Http2Peer.Stream stream = accepted();
        stream.read(false);
        String message = "z".repeat(60_000);
        for (int i = 0; i < 100; i++) {
            call.send(message, false);
        }
        assertThat(call.next()).isEqualTo("initial {}");
        assertThat(call.next()).isEqualTo("closed 8 request_overflow {}");
    }
}
