package dev.portafilter.runtime.service;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.service.RecordingHttpCallListener.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Vectors 198 to 214 of the ABI reference as far as they are the transport's, against real sockets. */
class JdkHttpCallTransportTest {
    private static final String OK_11 =
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 11\r\nX-A: 1\r\nx-a: 2\r\n\r\nhello world";

    private final RecordingHttpCallListener listener = new RecordingHttpCallListener();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    @Test
    void answer_hasStatusFirst_lowerCaseNames_repeatedHeaders_body() throws Exception {
        LoopbackServer server = opened(LoopbackServer.answering(OK_11));
        assertThat(transport(server).start(get("/"), listener)).isNotNull();
        Outcome outcome = listener.next();
        assertThat(outcome.kind()).isEqualTo("answered");
        assertThat(outcome.headers())
                .isEqualTo(HeaderMap.of(
                        ":status", "200", "connection", "close", "content-length", "11", "x-a", "1", "x-a", "2"));
        assertThat(outcome.body()).isEqualTo("hello world".getBytes(ISO_8859_1));
        assertThat(outcome.trailers().count()).isZero();
        assertThat(outcome.thread()).isNotSameAs(Thread.currentThread());
        assertThat(listener.count()).isZero();
    }

    @Test
    void request_arrivesWithHeadersAndBody() throws Exception {
        LoopbackServer server = opened(LoopbackServer.answering(OK_11));
        HeaderMap headers = HeaderMap.of(":method", "POST", ":path", "/a?b=c", ":authority", "auth.example");
        for (int i = 0; i < 12; i++) {
            headers.add("x-" + i, "v" + i);
        }
        headers.add("x-0", "again");
        headers.add("content-length", "4");
        transport(server).start(call(headers, "body".getBytes(ISO_8859_1), 0), listener);
        String request = server.request();
        assertThat(request).startsWith("POST /a?b=c HTTP/1.1\r\n").endsWith("\r\n\r\nbody");
        List<String> lines = request.toLowerCase(java.util.Locale.ROOT).lines().toList();
        assertThat(lines).contains("x-0: v0", "x-0: again", "x-11: v11", "content-length: 4");
        assertThat(lines).filteredOn(line -> line.startsWith("content-length")).hasSize(1);
        assertThat(lines).noneMatch(line -> line.startsWith("upgrade:") || line.startsWith("http2-settings:"));
        assertThat(listener.next().kind()).isEqualTo("answered");
    }

    @Test
    void emptyPost_hasContentLength0() throws Exception {
        LoopbackServer server = opened(LoopbackServer.answering(OK_11));
        HeaderMap headers = HeaderMap.of(":method", "POST", ":path", "/", ":authority", "a", "content-length", "0");
        transport(server).start(call(headers, new byte[0], 0), listener);
        assertThat(server.request()).containsIgnoringCase("\r\ncontent-length: 0\r\n");
        listener.next();
    }

    @Test
    void headersOfTheConnection_areNotSent() throws Exception {
        LoopbackServer server = opened(LoopbackServer.answering(OK_11));
        HeaderMap headers = HeaderMap.of(
                ":method", "GET", ":path", "/", ":authority", "a", "connection", "x-b", "transfer-encoding", "chunked");
        headers.add("te", "trailers");
        headers.add("bad name", "1");
        headers.add("x-bad", "a\u0001b");
        headers.add("x-good", "1");
        transport(server).start(call(headers, new byte[0], 0), listener);
        String request = server.request().toLowerCase(java.util.Locale.ROOT);
        assertThat(request).contains("\r\nx-good: 1\r\n");
        assertThat(request).doesNotContain("x-b\r", "chunked", "trailers", "bad");
        listener.next();
    }

    @Test
    void trailers_areLeftOut() throws Exception {
        LoopbackServer server = opened(LoopbackServer.answering(OK_11));
        HttpCallRequest request =
                new HttpCallRequest("cluster", get("/").headers(), new byte[0], HeaderMap.of("x-trailer", "1"), 0);
        transport(server).start(request, listener);
        assertThat(server.request()).doesNotContain("x-trailer");
        assertThat(listener.next().kind()).isEqualTo("answered");
    }

    @Test
    void otherAuthority_withoutTheJvmsLeave_isTheClusters() throws Exception {
        LoopbackServer server = opened(LoopbackServer.answering(OK_11));
        transport(server).start(get("/"), listener);
        assertThat(server.request())
                .containsIgnoringCase("\r\nhost: " + server.uri().getAuthority() + "\r\n");
        listener.next();
    }

    @Test
    void tenCalls_areAnsweredOnceEach() throws Exception {
        CountDownLatch all = new CountDownLatch(10);
        LoopbackServer server = opened(new LoopbackServer((socket, request) -> {
            all.countDown();
            all.await();
            LoopbackServer.write(socket, OK_11);
        }));
        JdkHttpCallTransport transport = transport(server);
        List<RecordingHttpCallListener> listeners = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            RecordingHttpCallListener one = new RecordingHttpCallListener();
            listeners.add(one);
            assertThat(transport.start(get("/" + i), one)).isNotNull();
        }
        for (RecordingHttpCallListener one : listeners) {
            assertThat(one.next().kind()).isEqualTo("answered");
            assertThat(one.count()).isZero();
        }
    }

    @Test
    void refusedConnection_isUnreachable() throws Exception {
        URI nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
        transport(nobody).start(get("/"), listener);
        Outcome outcome = listener.next();
        assertThat(outcome.kind()).isEqualTo("unreachable");
        assertThat(outcome.reason()).isEqualTo("cluster \"cluster\" (" + nobody + "): ConnectException");
    }

    @Test
    void closedBeforeHeaders_isUnreachable() throws Exception {
        LoopbackServer server = opened(new LoopbackServer((socket, request) -> {}));
        transport(server).start(post("/"), listener);
        assertThat(listener.next().kind()).isEqualTo("unreachable");
    }

    @Test
    void resetBeforeHeaders_isUnreachable() throws Exception {
        LoopbackServer server = opened(new LoopbackServer((socket, request) -> socket.setSoLinger(true, 0)));
        transport(server).start(post("/"), listener);
        assertThat(listener.next().kind()).isEqualTo("unreachable");
    }

    @Test
    void closedAfterHeaders_isBroken() throws Exception {
        LoopbackServer server = opened(LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello"));
        transport(server).start(get("/"), listener);
        Outcome outcome = listener.next();
        assertThat(outcome.kind()).isEqualTo("broken");
        assertThat(outcome.reason()).startsWith("cluster \"cluster\" (" + server.uri() + "): ");
    }

    @Test
    void answerThatIsNoHttp_isUnreachable() throws Exception {
        LoopbackServer server = opened(LoopbackServer.answering("hello\r\n\r\n"));
        transport(server).start(get("/"), listener);
        assertThat(listener.next().kind()).isEqualTo("unreachable");
    }

    @Test
    void noAnswerInTime_isTimedOut() throws Exception {
        LoopbackServer server =
                opened(new LoopbackServer((socket, request) -> readToEnd(socket, new CountDownLatch(1))));
        transport(server).start(call(get("/").headers(), new byte[0], 20), listener);
        assertThat(listener.next().kind()).isEqualTo("timedOut");
        assertThat(listener.count()).isZero();
    }

    @Test
    void noWholeBodyInTime_isTimedOut_andTheConnectionIsClosed() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        LoopbackServer server = opened(new LoopbackServer((socket, request) -> {
            LoopbackServer.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello");
            readToEnd(socket, closed);
        }));
        transport(server).start(call(get("/").headers(), new byte[0], 500), listener);
        assertThat(listener.next().kind()).isEqualTo("timedOut");
        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(listener.count()).isZero();
    }

    @Test
    void cancelledCall_isNotHeardOf_andTheConnectionIsClosed() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        LoopbackServer server = opened(new LoopbackServer((socket, request) -> {
            if (request.startsWith("GET /slow")) {
                readToEnd(socket, closed);
            } else {
                LoopbackServer.write(socket, OK_11);
            }
        }));
        JdkHttpCallTransport transport = transport(server);
        Cancellable call = transport.start(get("/slow"), listener);
        assertThat(server.request()).startsWith("GET /slow");
        call.cancel();
        call.cancel();
        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
        // Outcomes are told in order, so what there was to tell has been told before this one.
        RecordingHttpCallListener second = new RecordingHttpCallListener();
        transport.start(get("/"), second);
        assertThat(second.next().kind()).isEqualTo("answered");
        assertThat(listener.count()).isZero();
    }

    @Test
    void cancelAfterTheAnswer_doesNothing() throws Exception {
        LoopbackServer server = opened(LoopbackServer.answering(OK_11));
        Cancellable call = transport(server).start(get("/"), listener);
        listener.next();
        call.cancel();
        assertThat(listener.count()).isZero();
    }

    @Test
    void answersWithoutBody_haveAnEmptyOne() throws Exception {
        LoopbackServer server = opened(new LoopbackServer((socket, request) -> LoopbackServer.write(
                socket,
                request.startsWith("HEAD")
                        ? "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 99\r\n\r\n"
                        : request.startsWith("GET /204")
                                ? "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
                                : "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")));
        JdkHttpCallTransport transport = transport(server);
        HeaderMap head = HeaderMap.of(":method", "HEAD", ":path", "/", ":authority", "a");
        for (HttpCallRequest request : List.of(get("/204"), get("/0"), call(head, new byte[0], 0))) {
            transport.start(request, listener);
            Outcome outcome = listener.next();
            assertThat(outcome.kind()).isEqualTo("answered");
            assertThat(outcome.body()).isEmpty();
        }
    }

    @Test
    void bodyOf1MiB_isIntact() throws Exception {
        String body = "0123456789abcdef".repeat(1 << 16);
        LoopbackServer server = opened(LoopbackServer.answering(
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body));
        transport(server).start(get("/"), listener);
        assertThat(new String(listener.next().body(), ISO_8859_1)).isEqualTo(body);
    }

    @Test
    void chunkedBody_isPutTogether() throws Exception {
        LoopbackServer server = opened(LoopbackServer.answering("HTTP/1.1 200 OK\r\nConnection: close\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"));
        transport(server).start(get("/"), listener);
        assertThat(listener.next().body()).isEqualTo("hello world".getBytes(ISO_8859_1));
    }

    @Test
    void bodyOverTheLimit_isBroken_andAtTheLimitFine() throws Exception {
        LoopbackServer server = opened(LoopbackServer.answering(OK_11));
        for (int limit : new int[] {10, 11}) {
            JdkHttpCallTransport transport = opened(JdkHttpCallTransport.builder()
                    .cluster("cluster", server.uri())
                    .maxResponseBytes(limit)
                    .build());
            transport.start(get("/"), listener);
            assertThat(listener.next().kind()).isEqualTo(limit == 10 ? "broken" : "answered");
        }
    }

    @Test
    void bodyOverTheLimit_isNamed() throws Exception {
        LoopbackServer server = opened(LoopbackServer.answering(OK_11));
        JdkHttpCallTransport transport = opened(JdkHttpCallTransport.builder()
                .cluster("cluster", server.uri())
                .maxResponseBytes(10)
                .build());
        transport.start(get("/"), listener);
        assertThat(listener.next().reason()).endsWith("response body: more than 10 bytes (limit: maxResponseBytes)");
    }

    @Test
    void redirect_isAnAnswer() throws Exception {
        LoopbackServer server = opened(LoopbackServer.answering(
                "HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"));
        transport(server).start(get("/a"), listener);
        assertThat(listener.next().headers().get(":status")).isEqualTo("302");
    }

    @Test
    void listenerThatThrows_doesNotEndTheTransport() throws Exception {
        LoopbackServer server = opened(LoopbackServer.answering(OK_11));
        JdkHttpCallTransport transport = transport(server);
        CountDownLatch heard = new CountDownLatch(1);
        RecordingHttpCallListener throwing = new RecordingHttpCallListener();
        transport.start(get("/"), new HttpCallListener() {
            @Override
            public void answered(HeaderMap headers, byte[] body, HeaderMap trailers) {
                heard.countDown();
                throw new IllegalStateException("of the test");
            }

            @Override
            public void unreachable(String reason) {
                throwing.unreachable(reason);
            }

            @Override
            public void timedOut() {
                throwing.timedOut();
            }

            @Override
            public void broken(String reason) {
                throwing.broken(reason);
            }
        });
        assertThat(heard.await(10, TimeUnit.SECONDS)).isTrue();
        transport.start(get("/"), listener);
        assertThat(listener.next().kind()).isEqualTo("answered");
        assertThat(throwing.count()).isZero();
    }

    @Test
    void callThatCannotBeSent_isRefusedAtOnce() throws Exception {
        JdkHttpCallTransport transport = transport(URI.create("http://127.0.0.1:9"));
        assertThat(transport.knows("cluster")).isTrue();
        assertThat(transport.knows("other")).isFalse();
        HeaderMap headers = get("/").headers();
        assertThat(transport.start(new HttpCallRequest("other", headers, new byte[0], new HeaderMap(), 0), listener))
                .isNull();
        assertThat(transport.start(get("@evil.example/"), listener)).isNull();
        assertThat(transport.start(get("http://evil.example/"), listener)).isNull();
        assertThat(transport.start(get("*"), listener)).isNull();
        for (String method : new String[] {"", "G T", "CONNECT"}) {
            HeaderMap bad = HeaderMap.of(":method", method, ":path", "/", ":authority", "a");
            assertThat(transport.start(call(bad, new byte[0], 0), listener))
                    .as(method)
                    .isNull();
        }
        assertThat(transport.start(call(HeaderMap.of(":path", "/"), new byte[0], 0), listener))
                .isNull();
        assertThat(listener.count()).isZero();
    }

    @Test
    void close_breaksCallsInFlight_andStartsNoFurtherOnes() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        LoopbackServer server = opened(new LoopbackServer((socket, request) -> readToEnd(socket, closed)));
        JdkHttpCallTransport transport = transport(server);
        transport.start(get("/"), listener);
        assertThat(server.request()).startsWith("GET / ");
        transport.close();
        transport.close();
        Outcome outcome = listener.next();
        assertThat(outcome.kind()).isEqualTo("unreachable");
        assertThat(outcome.reason()).endsWith("the transport was closed");
        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(transport.start(get("/"), listener)).isNull();
        assertThat(listener.count()).isZero();
    }

    @Test
    void addressOfACluster_isSchemeHostAndPort() {
        for (String address :
                new String[] {"ftp://a", "http:///", "//a", "http://a/b", "http://a?b", "http://a#b", "mailto:a@b"}) {
            assertThatThrownBy(() -> JdkHttpCallTransport.builder().cluster("c", URI.create(address)))
                    .as(address)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("cluster \"c\": " + address + " (expected: http or https, host and port only)");
        }
        assertThatThrownBy(() -> JdkHttpCallTransport.builder().cluster("c", URI.create("http://user:secret@a")))
                .hasMessageNotContaining("secret");
        assertThat(JdkHttpCallTransport.builder().cluster("c", URI.create("https://a/")))
                .isNotNull();
    }

    @Test
    void limits_outOfRange_areRefused() {
        assertThatThrownBy(() -> JdkHttpCallTransport.builder().maxResponseBytes(-1))
                .hasMessage("maxResponseBytes: -1 (expected: 0 or more)");
        assertThatThrownBy(() -> JdkHttpCallTransport.builder().connectTimeoutMillis(0))
                .hasMessage("connectTimeoutMillis: 0 (expected: at least 1)");
    }

    @Test
    void paths_areMadeFitForAUri() {
        URI cluster = URI.create("http://a:1");
        String[] paths = {
            "/a/b;c=1?d=e&f=%20", "", "/a b", "/a|{}\"<>^`\\[]", "/100%", "/%zz", "/a#b", "/\u00fc", "//evil.example/"
        };
        String[] expected = {
            "/a/b;c=1?d=e&f=%20",
            "/",
            "/a%20b",
            "/a%7C%7B%7D%22%3C%3E%5E%60%5C%5B%5D",
            "/100%25",
            "/%25zz",
            "/a%23b",
            "/%FC",
            "//evil.example/"
        };
        for (int i = 0; i < paths.length; i++) {
            URI uri = JdkHttpRequests.uri(cluster, paths[i]);
            assertThat(uri).hasToString("http://a:1" + expected[i]);
            assertThat(uri.getAuthority()).isEqualTo("a:1");
        }
    }

    private static void readToEnd(java.net.Socket socket, CountDownLatch closed) {
        try {
            if (socket.getInputStream().read() < 0) {
                closed.countDown();
            }
        } catch (IOException e) {
            closed.countDown();
        }
    }

    private JdkHttpCallTransport transport(LoopbackServer server) {
        return transport(server.uri());
    }

    private JdkHttpCallTransport transport(URI uri) {
        return opened(JdkHttpCallTransport.builder().cluster("cluster", uri).build());
    }

    private <T extends AutoCloseable> T opened(T one) {
        open.add(one);
        return one;
    }

    private static HttpCallRequest get(String path) {
        return call(HeaderMap.of(":method", "GET", ":path", path, ":authority", "auth.example"), new byte[0], 0);
    }

    /** The JDK's client sends a GET once more when the connection ends before the answer; not so a POST. */
    private static HttpCallRequest post(String path) {
        return call(HeaderMap.of(":method", "POST", ":path", path, ":authority", "auth.example"), new byte[0], 0);
    }

    private static HttpCallRequest call(HeaderMap headers, byte[] body, int timeoutMillis) {
        return new HttpCallRequest("cluster", headers, body, new HeaderMap(), timeoutMillis);
    }
}
