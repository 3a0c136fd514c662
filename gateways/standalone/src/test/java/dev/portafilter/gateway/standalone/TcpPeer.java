package dev.portafilter.gateway.standalone;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** One side of a TCP connection: it reads and writes blockingly, and gives up after a while. */
final class TcpPeer implements AutoCloseable {
    final Socket socket;

    TcpPeer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(10));
    }

    static TcpPeer connect(int port) throws IOException {
        return new TcpPeer(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    TcpPeer send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    TcpPeer send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Half-closes: nothing more is sent. */
    TcpPeer end() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Breaks the connection. */
    void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads exactly so many bytes as text. */
    String receive(int count) throws IOException {
        return new String(socket.getInputStream().readNBytes(count), StandardCharsets.ISO_8859_1);
    }

    /** Reads up to the end. */
    byte[] receiveAll() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        socket.getInputStream().transferTo(all);
        return all.toByteArray();
    }

    /** What comes next: bytes, {@code end} or {@code reset}. */
    String next() throws IOException {
        try {
            int next = socket.getInputStream().read();
            return next < 0 ? "end" : Integer.toString(next);
        } catch (SocketException e) {
            return "reset";
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
