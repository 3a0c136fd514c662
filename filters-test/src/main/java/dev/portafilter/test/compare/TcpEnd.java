package dev.portafilter.test.compare;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** One end of a TCP connection: it plays its steps, and takes down what comes meanwhile. Thread-safe. */
final class TcpEnd implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 2_000;

    private final Socket socket;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private String end = "";
    private boolean left;

    /** Begins to read. */
    TcpEnd(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        InputStream in = socket.getInputStream();
        Thread reader = new Thread(() -> read(in), "compare-tcp");
        reader.setDaemon(true);
        reader.start();
    }

    private void read(InputStream in) {
        byte[] buffer = new byte[1 << 16];
        try {
            for (int size = in.read(buffer); size >= 0; size = in.read(buffer)) {
                synchronized (this) {
                    received.write(buffer, 0, size);
                }
            }
            ended("(end)");
        } catch (IOException e) {
            ended("(reset)");
        }
    }

    private synchronized void ended(String how) {
        if (!left) {
            end = how;
        }
    }

    /** Does what an end of a connection does, step by step; that the other one has gone is seen by reading. */
    void play(List<Step> steps) throws IOException {
        for (Step step : steps) {
            if (step instanceof Step.Send send) {
                write(send.bytes());
            } else if (step instanceof Step.Pause pause) {
                Patience.pause(pause.millis());
            } else if (step instanceof Step.HalfClose) {
                halfClose();
            } else if (step instanceof Step.Close) {
                leave();
                socket.close();
            } else if (step instanceof Step.Reset) {
                leave();
                socket.setSoLinger(true, 0);
                socket.close();
            } else if (step instanceof Step.AwaitEnd) {
                boolean unused = Patience.until(PATIENCE_MILLIS, this::over);
            }
        }
    }

    private void write(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        } catch (IOException e) {
            ended("(reset)");
        }
    }

    private void halfClose() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            ended("(reset)");
        }
    }

    private synchronized void leave() {
        left = true;
    }

    /** Whether something has come, or the end. */
    synchronized boolean begun() {
        return received.size() > 0 || over();
    }

    /** Whether nothing more comes. */
    synchronized boolean over() {
        return left || !end.isEmpty();
    }

    /** What has come so far, and how it ended. */
    synchronized List<String> seen() {
        List<String> seen = new ArrayList<>();
        if (received.size() > 0) {
            seen.add("(received " + received.size() + ") " + Text.shown(received.toByteArray()));
        }
        if (!left) {
            seen.add(end.isEmpty() ? "(still open)" : end);
        }
        return seen;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
