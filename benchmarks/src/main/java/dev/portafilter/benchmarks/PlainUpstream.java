package dev.portafilter.benchmarks;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The server behind the gateway in {@code benchmarks/endurance}, and the API-key service of {@code token-check}: answers
 * every request that has no body with the same 200, in one write, and with the request's {@code x-chain} as {@code x-seen}
 * if it has one. A thread for each connection, so that what it costs stays the same. Prints its port and serves until it is
 * ended.
 */
public final class PlainUpstream {
    private static final String HEAD =
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nx-user: alice\r\ncontent-length: 44\r\n";
    private static final String BODY = "\r\nThe quick brown fox jumps over the lazy dog\n";
    private static final byte[] ANSWER = (HEAD + BODY).getBytes(StandardCharsets.US_ASCII);
    private static final String CHAIN = "\nx-chain: ";

    private PlainUpstream() {}

    /** Serves. */
    public static void main(String[] args) throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress())) {
            System.out.println(listener.getLocalPort());
            while (true) {
                Socket socket = listener.accept();
                Thread thread = new Thread(() -> serve(socket), "upstream");
                thread.setDaemon(true);
                thread.start();
            }
        }
    }

    private static void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            for (String head = head(in); head != null; head = head(in)) {
                out.write(answer(head));
            }
        } catch (IOException e) {
            // The gateway has closed the connection.
        }
    }

    private static byte[] answer(String head) {
        int chain = head.indexOf(CHAIN);
        if (chain < 0) {
            return ANSWER;
        }
        String seen = head.substring(chain + CHAIN.length(), head.indexOf('\r', chain));
        return (HEAD + "x-seen: " + seen + "\r\n" + BODY).getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads up to the empty line after a head; null when the connection has ended. */
    private static @Nullable String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder(512);
        int seen = 0;
        while (seen < 4) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            head.append((char) next);
            boolean expected = next == (seen % 2 == 0 ? '\r' : '\n');
            seen = expected ? seen + 1 : next == '\r' ? 1 : 0;
        }
        return head.toString();
    }
}
