package dev.portafilter.gateway.standalone;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One HTTP/1.1 connection, byte by byte: what a client library would hide can be sent and seen. Also the server's end. */
final class RawClient implements AutoCloseable {
    /** A message as it stood on the wire; names keep their case. */
    record Message(String startLine, List<String> headers, byte[] body, List<String> trailers, boolean truncated) {
        int status() {
            return Integer.parseInt(startLine.split(" ")[1]);
        }

        String text() {
            return new String(body, StandardCharsets.ISO_8859_1);
        }

        /** The lines of one name, in any case. */
        List<String> all(String name) {
            return headers.stream()
                    .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .toList();
        }
    }

    final Socket socket;
    private final InputStream in;

    RawClient(Endpoint endpoint) throws IOException {
        this(new Socket(endpoint.host(), endpoint.port()));
    }

    RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    /** Sends lines: {@code \n} becomes CRLF. */
    RawClient send(String text) {
        return send(text.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    RawClient send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RawClient chunk(byte[] bytes) {
        send(Integer.toHexString(bytes.length) + "\n");
        send(bytes);
        return send("\n");
    }

    /** Reads a head: its first line and its header lines. */
    List<String> head() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            lines.add(line);
        }
        return lines;
    }

    /** Reads a whole response to a request that is not HEAD. */
    Message response() throws IOException {
        return message(false);
    }

    /** Reads a head that has no body. */
    Message headOnly() throws IOException {
        List<String> lines = head();
        return new Message(lines.get(0), lines.subList(1, lines.size()), new byte[0], List.of(), false);
    }

    /** Reads a whole request. */
    Message request() throws IOException {
        return message(true);
    }

    private Message message(boolean request) throws IOException {
        List<String> lines = head();
        Message head = new Message(lines.get(0), lines.subList(1, lines.size()), new byte[0], List.of(), false);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        List<String> trailers = new ArrayList<>();
        boolean truncated = false;
        try {
            if (head.all("transfer-encoding").contains("chunked")) {
                for (int size = chunkSize(); size > 0; size = chunkSize()) {
                    copy(body, size);
                    line();
                }
                trailers.addAll(head());
            } else if (!head.all("content-length").isEmpty()) {
                copy(body, Integer.parseInt(head.all("content-length").get(0)));
            } else if (!request && head.status() != 204 && head.status() != 304) {
                body.writeBytes(in.readAllBytes());
            }
        } catch (IOException e) {
            truncated = true;
        }
        return new Message(head.startLine(), head.headers(), body.toByteArray(), trailers, truncated);
    }

    /** Reads a chunked body whose head has been read, and keeps only its length. */
    long drainChunks() throws IOException {
        long sum = 0;
        for (int size = chunkSize(); size > 0; size = chunkSize()) {
            in.skipNBytes(size);
            sum += size;
            line();
        }
        head();
        return sum;
    }

    private int chunkSize() throws IOException {
        return Integer.parseInt(line().split(";")[0].strip(), 16);
    }

    private void copy(ByteArrayOutputStream to, int size) throws IOException {
        byte[] buffer = new byte[8192];
        for (int left = size; left > 0; ) {
            int read = in.read(buffer, 0, Math.min(left, buffer.length));
            if (read < 0) {
                throw new EOFException();
            }
            to.write(buffer, 0, read);
            left -= read;
        }
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

    /** Reads some bytes; -1 at the end. */
    int read(byte[] buffer) throws IOException {
        return in.read(buffer);
    }

    /** Waits for the other side to close; whether it did so, properly or not. */
    boolean ended() {
        try {
            while (true) {
                if (in.read() < 0) {
                    return true;
                }
            }
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** Closes with a TCP reset. */
    void abort() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
