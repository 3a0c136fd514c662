package dev.portafilter.runtime.service;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A server that reads one request from each connection and does byte by byte what the test says. */
final class LoopbackServer implements Closeable {
    /** What happens on a connection once the request is read; afterwards the connection is closed. */
    interface Conversation {
        void answer(Socket socket, String request) throws Exception;
    }

    private final ServerSocket listening;
    private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();

    LoopbackServer(Conversation conversation) throws IOException {
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(() -> accept(conversation));
    }

    /** A server that gives every request the same response. */
    static LoopbackServer answering(String response) throws IOException {
        return new LoopbackServer((socket, request) -> write(socket, response));
    }

    static void write(Socket socket, String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
        socket.getOutputStream().flush();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + listening.getLocalPort());
    }

    /** The next request that arrived: request line, headers and body as ISO-8859-1. */
    String request() throws InterruptedException {
        return requests.poll(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }

    private void accept(Conversation conversation) {
        try {
            while (true) {
                Socket socket = listening.accept();
                start(() -> serve(socket, conversation));
            }
        } catch (IOException e) {
            // Closed: the test is over.
        }
    }

    private void serve(Socket socket, Conversation conversation) {
        try (socket) {
            String request = read(socket.getInputStream());
            requests.add(request);
            conversation.answer(socket, request);
        } catch (Exception e) {
            requests.add("failed: " + e);
        }
    }

    private static String read(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String text = "";
        while (!text.endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                return text;
            }
            bytes.write(next);
            text = bytes.toString(ISO_8859_1);
        }
        int at = text.toLowerCase(java.util.Locale.ROOT).indexOf("content-length: ");
        int size = at < 0 ? 0 : Integer.parseInt(text.substring(at + 16, text.indexOf('\r', at)));
        return text + new String(in.readNBytes(size), ISO_8859_1);
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "loopback-server");
        thread.setDaemon(true);
        thread.start();
    }
}
