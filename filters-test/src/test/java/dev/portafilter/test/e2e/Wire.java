package dev.portafilter.test.e2e;

import dev.portafilter.gateway.standalone.Endpoint;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One HTTP/1.1 connection, either end of it, byte by byte: what a library would hide can be sent and seen. */
final class Wire implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    /** The client's end. */
    Wire(Endpoint endpoint) throws IOException {
        this(new Socket(endpoint.host(), endpoint.port()));
    }

    Wire(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout((int) Patience.MILLIS);
        socket.setTcpNoDelay(true);
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    /** Sends lines: {@code \n} becomes CRLF. */
    Wire send(String lines) {
        return send(lines.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    Wire send(byte[] bytes) {
        return send(bytes, 0, bytes.length);
    }

    private Wire send(byte[] bytes, int offset, int length) {
        try {
            out.write(bytes, offset, length);
            out.flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends one chunk, in one write. */
    Wire chunk(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream chunk = new ByteArrayOutputStream();
        chunk.writeBytes((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        chunk.writeBytes(bytes);
        chunk.writeBytes("\r\n".getBytes(StandardCharsets.ISO_8859_1));
        return send(chunk.toByteArray());
    }

    /** Sends a body in chunks of one size, then the end with these trailers. */
    Wire chunked(byte[] body, int chunkSize, String... trailers) {
        for (int at = 0; at < body.length; at += chunkSize) {
            int size = Math.min(chunkSize, body.length - at);
            send(Integer.toHexString(size) + "\n").send(body, at, size).send("\n");
        }
        return end(trailers);
    }

    /** Ends a chunked body. */
    Wire end(String... trailers) {
        StringBuilder lines = new StringBuilder("0\n");
        for (String trailer : trailers) {
            lines.append(trailer).append('\n');
        }
        return send(lines.append('\n').toString());
    }

    /** Reads a head. */
    Message head() throws IOException {
        List<String> lines = lines();
        return new Message(lines.get(0), List.copyOf(lines.subList(1, lines.size())), new byte[0], List.of(), true);
    }

    /** Reads a whole message, or what there is of it. */
    Message message() throws IOException {
        return messageAfter(head());
    }

    /** Reads the rest of a message whose head has been read. */
    Message messageAfter(Message head) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        List<String> trailers = List.of();
        boolean whole = true;
        try {
            if (head.all("transfer-encoding").contains("chunked")) {
                for (int size = chunkSize(); size > 0; size = chunkSize()) {
                    copy(body, size);
                    line();
                }
                trailers = lines();
            } else if (!head.all("content-length").isEmpty()) {
                copy(body, Integer.parseInt(head.header("content-length")));
            } else if (head.startLine().startsWith("HTTP/") && head.status() != 204 && head.status() != 304) {
                body.writeBytes(in.readAllBytes());
            }
        } catch (SocketTimeoutException e) {
            throw new UncheckedIOException("after " + body.size() + " bytes of the body", e);
        } catch (IOException e) {
            whole = false;
        }
        return new Message(head.startLine(), head.headers(), body.toByteArray(), trailers, whole);
    }

    /** Reads bytes of a chunked body, of as many chunks as it takes. */
    String chunks(int size) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (body.size() < size) {
            copy(body, chunkSize());
            line();
        }
        return body.toString(StandardCharsets.ISO_8859_1);
    }

    /** Reads the end of a chunked body and its trailers. */
    List<String> chunkedEnd() throws IOException {
        int size = chunkSize();
        if (size != 0) {
            throw new AssertionError("a chunk of " + size + " bytes (expected: the end)");
        }
        return lines();
    }

    private int chunkSize() throws IOException {
        return Integer.parseInt(line().split(";")[0].strip(), 16);
    }

    private void copy(ByteArrayOutputStream to, int size) throws IOException {
        byte[] buffer = new byte[Math.min(size, 1 << 16)];
        for (int left = size; left > 0; ) {
            int read = in.read(buffer, 0, Math.min(left, buffer.length));
            if (read < 0) {
                throw new EOFException();
            }
            to.write(buffer, 0, read);
            left -= read;
        }
    }

    private List<String> lines() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            lines.add(line);
        }
        return lines;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("connection ended after \"" + line + "\"");
            }
            line.write(b);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    /** Waits until the other end has closed, properly or not. */
    boolean ended() throws IOException {
        try {
            while (in.read() >= 0) {
                // What comes before the end does not matter.
            }
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** Breaks the connection off with a TCP reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
