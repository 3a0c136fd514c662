package dev.portafilter.test.compare;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A server behind a side that speaks nothing in particular: connection by connection, it does what the exchange says. Thread-safe. */
final class TcpStubServer implements Stub {
    /** How long a connection may last. */
    private static final int PATIENCE_MILLIS = 4_000;

    private final ServerSocket server;
    private final Answer fallback;
    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<TcpEnd> connections = new ArrayList<>();
    private int busy;

    TcpStubServer(String name, Answer fallback) throws IOException {
        this.fallback = fallback;
        this.server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        start("compare-" + name, this::accept);
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                TcpEnd end = new TcpEnd(socket);
                Answer answer = accepted(end);
                start(Thread.currentThread().getName() + "-connection", () -> serve(end, answer));
            } catch (IOException e) {
                // Closed: the loop ends.
                continue;
            }
        }
    }

    private synchronized Answer accepted(TcpEnd end) {
        connections.add(end);
        busy++;
        Answer next = answers.poll();
        return next == null ? fallback : next;
    }

    private void serve(TcpEnd end, Answer answer) {
        try {
            if (answer.early() || Patience.until(PATIENCE_MILLIS, end::begun)) {
                end.play(answer.steps());
            }
            boolean unused = Patience.until(PATIENCE_MILLIS, end::over);
            end.close();
        } catch (IOException e) {
            // The connection is gone, which its reader has noted.
        } finally {
            done();
        }
    }

    private synchronized void done() {
        busy--;
    }

    @Override
    public int port() {
        return server.getLocalPort();
    }

    @Override
    public synchronized void answer(List<Answer> next) {
        answers.clear();
        answers.addAll(next);
    }

    @Override
    public synchronized List<String> seen() {
        List<String> seen = new ArrayList<>();
        connections.forEach(end -> seen.addAll(end.seen()));
        return seen;
    }

    @Override
    public synchronized void forget() {
        connections.clear();
    }

    @Override
    public synchronized boolean idle() {
        return busy == 0;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
