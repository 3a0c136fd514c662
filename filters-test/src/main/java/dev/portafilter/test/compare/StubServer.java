package dev.portafilter.test.compare;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** A server behind a side that speaks HTTP/1.1. Thread-safe. */
final class StubServer implements Stub {
    /** How long a connection waits for its next request, and for an end that is expected. */
    private static final int PATIENCE_MILLIS = 60_000;

    private final ServerSocket server;
    private final Answer fallback;
    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<String> seen = new ArrayList<>();
    private final java.util.Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private int busy;

    StubServer(String name, Answer fallback) throws IOException {
        this.fallback = fallback;
        this.server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        start("compare-" + name, this::accept);
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
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
        return List.copyOf(seen);
    }

    @Override
    public synchronized void forget() {
        seen.clear();
    }

    @Override
    public synchronized boolean idle() {
        return busy == 0;
    }

    private synchronized Answer next() {
        busy++;
        Answer answer = answers.poll();
        return answer == null ? fallback : answer;
    }

    private synchronized void record(List<String> lines) {
        seen.addAll(lines);
    }

    private synchronized void done() {
        busy--;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                connections.add(socket);
                start(Thread.currentThread().getName() + "-connection", () -> serve(socket));
            } catch (IOException e) {
                // Closed: the loop ends.
                continue;
            }
        }
    }

    private void serve(Socket socket) {
        try (Wire wire = new Wire(socket, PATIENCE_MILLIS)) {
            boolean open = true;
            while (open) {
                Wire.Head head = wire.head();
                if (head == null) {
                    return;
                }
                Answer answer = next();
                try {
                    open = exchange(wire, head, answer);
                } finally {
                    done();
                }
            }
        } catch (IOException e) {
            // The proxy has closed the connection, which it may do between two requests; within one it was recorded.
        } finally {
            connections.remove(socket);
        }
    }

    private boolean exchange(Wire wire, Wire.Head head, Answer answer) throws IOException {
        List<String> lines = new ArrayList<>();
        head.write(lines);
        if (answer.early()) {
            play(wire, answer, lines);
        }
        try {
            wire.body(head, false, lines);
            lines.add("(end)");
        } catch (SocketTimeoutException e) {
            lines.add("(nothing more)");
            return false;
        } catch (IOException e) {
            lines.add("(broken off)");
            return false;
        } finally {
            record(lines);
        }
        if (!answer.early()) {
            List<String> more = new ArrayList<>();
            try {
                play(wire, answer, more);
            } finally {
                record(more);
            }
        }
        return answer.keepsOpen();
    }

    private static void play(Wire wire, Answer answer, List<String> lines) throws IOException {
        for (Step step : answer.steps()) {
            if (step instanceof Step.Send send) {
                wire.send(send.bytes());
            } else if (step instanceof Step.Pause pause) {
                Patience.pause(pause.millis());
            } else if (step instanceof Step.HalfClose) {
                wire.halfClose();
            } else if (step instanceof Step.Close) {
                wire.close();
            } else if (step instanceof Step.Reset) {
                wire.reset();
            } else if (step instanceof Step.AwaitEnd) {
                lines.add(wire.awaitEnd() ? "(closed by the proxy)" : "(still open)");
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : connections) {
            socket.close();
        }
    }
}
