package dev.portafilter.test.e2e;

import dev.portafilter.gateway.standalone.Target;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An HTTP/1.1 server whose behaviour a test writes down: the upstream, or a cluster that plugins call. */
final class ScriptedServer implements AutoCloseable {
    private static final int BACKLOG = 1_024;
    private static final int ECHO_CHUNK = 10_000;

    private final ServerSocket listener;
    private final @Nullable Function<Message, byte[]> answers;
    private final BlockingQueue<Wire> accepted = new LinkedBlockingQueue<>();
    private final BlockingQueue<Message> requests = new LinkedBlockingQueue<>();
    private final Set<Wire> connections = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads = new ArrayList<>();

    private ScriptedServer(@Nullable Function<Message, byte[]> answers) throws IOException {
        this.answers = answers;
        this.listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        begin(this::listen);
    }

    /** A server whose connections the test serves itself. */
    static ScriptedServer byHand() throws IOException {
        return new ScriptedServer(null);
    }

    /** A server that answers each whole request with what a function makes of it. */
    static ScriptedServer answering(Function<Message, byte[]> answers) throws IOException {
        return new ScriptedServer(answers);
    }

    /** A server that answers every request with 200 and its own path. */
    static ScriptedServer ok() throws IOException {
        return answering(request -> response(200, request.path(), "content-type: text/plain"));
    }

    /** A server that sends every body back, trailers included. */
    static ScriptedServer echo() throws IOException {
        return answering(request -> {
            List<String> headers = new ArrayList<>(List.of("content-type: text/plain"));
            request.headers().stream().filter(line -> line.startsWith("x-")).forEach(headers::add);
            return response(200, request.text(), headers.toArray(String[]::new));
        });
    }

    /** A server that sends every body back in chunks, with its trailers. */
    static ScriptedServer chunkedEcho() throws IOException {
        return answering(request -> {
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            answer.writeBytes(
                    bytes("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n"));
            for (int at = 0; at < request.body().length; at += ECHO_CHUNK) {
                int size = Math.min(ECHO_CHUNK, request.body().length - at);
                answer.writeBytes(bytes(Integer.toHexString(size) + "\r\n"));
                answer.write(request.body(), at, size);
                answer.writeBytes(bytes("\r\n"));
            }
            answer.writeBytes(bytes("0\r\n" + String.join("\r\n", request.trailers()) + "\r\n\r\n"));
            return answer.toByteArray();
        });
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A response with a body of known length, a byte for each character. */
    static byte[] response(int status, String body, String... headers) {
        StringBuilder text = new StringBuilder("HTTP/1.1 " + status + " Scripted\r\n");
        for (String header : headers) {
            text.append(header).append("\r\n");
        }
        text.append("content-length: ").append(body.length()).append("\r\n\r\n").append(body);
        return bytes(text.toString());
    }

    private void begin(Runnable work) {
        Thread thread = new Thread(work, EndToEnd.TEST_THREAD + "server-" + listener.getLocalPort());
        thread.setDaemon(true);
        synchronized (threads) {
            threads.add(thread);
        }
        thread.start();
    }

    private void listen() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                Wire connection = new Wire(socket);
                connections.add(connection);
                Function<Message, byte[]> script = answers;
                if (script == null) {
                    accepted.add(connection);
                } else {
                    begin(() -> serve(connection, script));
                }
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Wire connection, Function<Message, byte[]> script) {
        try (connection) {
            while (true) {
                Message request = connection.message();
                requests.add(request);
                connection.send(script.apply(request));
            }
        } catch (IOException | java.io.UncheckedIOException e) {
            // The gateway has closed the connection, or the test is over.
        }
    }

    Target target() {
        return new Target(Target.Protocol.HTTP, "127.0.0.1", listener.getLocalPort());
    }

    /** The next connection. */
    Wire accept() throws InterruptedException {
        return taken(accepted, "no connection has come");
    }

    /** The next request that has arrived whole. */
    Message request() throws InterruptedException {
        return taken(requests, "no request has come");
    }

    /** The number of requests that have come and were not asked for yet. */
    int requestCount() {
        return requests.size();
    }

    private static <T> T taken(BlockingQueue<T> queue, String otherwise) throws InterruptedException {
        T next = queue.poll(Patience.MILLIS, TimeUnit.MILLISECONDS);
        if (next == null) {
            throw new AssertionError(otherwise);
        }
        return next;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Wire connection : connections) {
            connection.close();
        }
    }
}
