package dev.portafilter.gateway.standalone;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An HTTP/1.1 server whose behaviour a test writes down; by default it answers every request with {@code ok}. */
final class StubUpstream implements AutoCloseable {
    /** Serves one connection. */
    interface Script {
        void serve(RawClient connection) throws Exception;
    }

    static final String OK = "HTTP/1.1 200 OK\ncontent-length: 2\n\nok";

    private final ServerSocket server;
    private final Script script;
    final BlockingQueue<RawClient.Message> requests = new LinkedBlockingQueue<>();
    final AtomicInteger connections = new AtomicInteger();

    StubUpstream(Script script) throws IOException {
        this.script = script;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::accept, "stub-upstream");
        thread.setDaemon(true);
        thread.start();
    }

    /** A server that answers every request with the same text. */
    static StubUpstream answering(String response) throws IOException {
        StubUpstream[] self = new StubUpstream[1];
        self[0] = new StubUpstream(connection -> {
            while (true) {
                self[0].requests.add(connection.request());
                connection.send(response);
            }
        });
        return self[0];
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                connections.incrementAndGet();
                Thread thread = new Thread(() -> serve(socket), "stub-upstream-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (RawClient connection = new RawClient(socket)) {
            script.serve(connection);
        } catch (Exception e) {
            // The gateway has closed, or the test is over.
        }
    }

    Target target() {
        return new Target(Target.Protocol.HTTP, "127.0.0.1", server.getLocalPort());
    }

    /** The next request that has arrived whole. */
    RawClient.Message taken() throws InterruptedException {
        RawClient.Message request = requests.poll(20, TimeUnit.SECONDS);
        if (request == null) {
            throw new AssertionError("no request has come upstream");
        }
        return request;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
