package dev.portafilter.registry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Stands between a client and a registry, and breaks in one way what passes: bytes of TCP connections, one request on each. */
final class FaultProxy implements AutoCloseable {
    /** Lets everything pass. */
    static final Fault NONE = exchange -> exchange.send(exchange.answer());

    private final ServerSocket listener;
    private final int target;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "fault-proxy");
        thread.setDaemon(true);
        return thread;
    });
    private volatile Fault fault = NONE;

    /** What becomes of a request. */
    interface Fault {
        void pass(Exchange exchange) throws IOException;
    }

    /** Listens before a registry on a port of the loopback interface. */
    FaultProxy(int target) throws IOException {
        this.target = target;
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    /** {@code 127.0.0.1:PORT}. */
    String host() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /** What happens to requests from now on. */
    void breaks(Fault value) {
        fault = value;
    }

    /** What was asked so far: methods and paths. */
    List<String> requests() {
        return requests;
    }

    private void accept() {
        while (!listener.isClosed()) {
            Socket client;
            try {
                client = listener.accept();
            } catch (IOException e) {
                // It was closed.
                return;
            }
            threads.execute(() -> carry(client));
        }
    }

    private void carry(Socket client) {
        try (client) {
            Exchange exchange = new Exchange(client);
            requests.add(exchange.line);
            fault.pass(exchange);
        } catch (IOException e) {
            // Clients that leave are what many faults are for.
            return;
        }
    }

    /** One request, and what the registry would answer. */
    final class Exchange {
        private final Socket client;
        private final String head;
        private final String line;

        private Exchange(Socket client) throws IOException {
            this.client = client;
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            while (!read.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                int next = client.getInputStream().read();
                if (next < 0) {
                    throw new IOException("the client has left");
                }
                read.write(next);
            }
            head = read.toString(StandardCharsets.ISO_8859_1);
            line = head.substring(0, head.indexOf(" HTTP/1.1"));
        }

        /** Method and path. */
        String line() {
            return line;
        }

        String path() {
            return line.substring(line.indexOf(' ') + 1);
        }

        /** Where this proxy is. */
        String host() {
            return FaultProxy.this.host();
        }

        /** What the registry answers, whole. */
        byte[] answer() throws IOException {
            return answer(line);
        }

        /** What the registry answers to another request line. */
        byte[] answer(String otherLine) throws IOException {
            try (Socket registry = new Socket(InetAddress.getLoopbackAddress(), target)) {
                registry.getOutputStream()
                        .write((otherLine + head.substring(line.length())).getBytes(StandardCharsets.ISO_8859_1));
                return registry.getInputStream().readAllBytes();
            }
        }

        void send(byte[] bytes) throws IOException {
            OutputStream out = client.getOutputStream();
            out.write(bytes);
            out.flush();
        }

        void send(String text) throws IOException {
            send(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        /** Ends the connection with a reset, as when a machine goes down. */
        void reset() throws IOException {
            client.setSoLinger(true, 0);
            client.close();
        }

        /**
         * Waits for the client to leave.
         *
         * @return whether it did
         */
        boolean clientLeaves(int millis) throws IOException {
            client.setSoTimeout(millis);
            InputStream in = client.getInputStream();
            try {
                return in.read() < 0;
            } catch (SocketTimeoutException e) {
                return false;
            } catch (IOException e) {
                return true;
            }
        }
    }

    /** Where the body of an answer begins, or its end when there is none. */
    static int bodyOf(byte[] answer) {
        return new String(answer, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n") + 4;
    }

    /** The first half of the body, or of the head where there is no body. */
    static byte[] half(byte[] answer) {
        int body = bodyOf(answer);
        int size = answer.length - body < 2 ? body / 2 : body + (answer.length - body) / 2;
        return Arrays.copyOf(answer, size);
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
