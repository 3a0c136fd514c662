package dev.portafilter.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The way to a server over TCP, which may be cut, or lead nowhere for a while. */
final class FaultyLine implements AutoCloseable {
    /** How it is. */
    enum State {
        /** What is said arrives. */
        UP,
        /** Connections are reset. */
        DOWN,
        /** Connections are made, and nobody answers. */
        SILENT
    }

    private final ServerSocket listener;
    private final int target;
    private final Set<Socket> silent = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "faulty-line");
        thread.setDaemon(true);
        return thread;
    });
    private volatile State state = State.UP;

    /** A line to a port of this machine. */
    FaultyLine(int target) throws IOException {
        this.target = target;
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    /** Where it begins, {@code 127.0.0.1:PORT}. */
    String host() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /** What happens to connections from now on. */
    void is(State value) {
        state = value;
    }

    /** How many connections somebody waits on in vain. */
    int silentCount() {
        return silent.size();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                threads.execute(() -> carry(client));
            } catch (IOException e) {
                // It was closed.
                return;
            }
        }
    }

    private void carry(Socket client) {
        try (client) {
            switch (state) {
                case UP -> connect(client);
                case DOWN -> client.setSoLinger(true, 0);
                case SILENT -> {
                    silent.add(client);
                    client.getInputStream().transferTo(OutputStream.nullOutputStream());
                }
            }
        } catch (IOException e) {
            // One of them has left.
            return;
        } finally {
            silent.remove(client);
        }
    }

    private void connect(Socket client) throws IOException {
        try (Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
            threads.execute(() -> {
                try {
                    client.getInputStream().transferTo(server.getOutputStream());
                } catch (IOException e) {
                    // One of them has left.
                    return;
                }
            });
            server.getInputStream().transferTo(client.getOutputStream());
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
    }
}
