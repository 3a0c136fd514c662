package dev.portafilter.test.compare;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One end of an HTTP/1.1 connection, byte by byte. What it reads, it writes down as lines. */
final class Wire implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private final int patienceMillis;

    Wire(Socket socket, int patienceMillis) throws IOException {
        this.socket = socket;
        this.patienceMillis = patienceMillis;
        socket.setSoTimeout(patienceMillis);
        socket.setTcpNoDelay(true);
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    /**
     * A message's head.
     *
     * @param startLine the first line
     * @param headers the others, as they came
     */
    record Head(String startLine, List<String> headers) {
        /** The value of the first header with this lower-case name, or "". */
        String value(String name) {
            for (String header : headers) {
                int colon = header.indexOf(':');
                if (colon > 0
                        && header.substring(0, colon).toLowerCase(Locale.ROOT).equals(name)) {
                    return header.substring(colon + 1).strip();
                }
            }
            return "";
        }

        int status() {
            String[] words = startLine.split(" ", 3);
            return words.length > 1 && words[1].matches("[0-9]{3}") ? Integer.parseInt(words[1]) : 0;
        }

        void write(List<String> lines) {
            lines.add(startLine);
            lines.addAll(headers);
        }
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    /** Closes with RST. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Reads a head; null when the connection ends before it. */
    @Nullable Head head() throws IOException {
        String first = line();
        if (first == null) {
            return null;
        }
        return new Head(first, lines());
    }

    /** Reads a response with the 1xx ones before it, and writes down what comes, to whatever end. */
    void response(boolean bodiless, List<String> seen) {
        try {
            Head head = head();
            while (head != null && head.status() / 100 == 1) {
                head.write(seen);
                head = head();
            }
            if (head == null) {
                seen.add("(closed without a response)");
                return;
            }
            head.write(seen);
            int status = head.status();
            if (!bodiless && status != 204 && status != 304) {
                body(head, true, seen);
            }
            seen.add("(end)");
        } catch (SocketTimeoutException e) {
            seen.add("(nothing more within " + patienceMillis + " ms)");
        } catch (IOException e) {
            seen.add("(broken off)");
        }
    }

    /** Reads the body behind a head and writes it down; what there is of it, when it breaks off. */
    void body(Head head, boolean untilClosed, List<String> seen) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        List<String> trailers = List.of();
        try {
            String length = head.value("content-length");
            if (head.value("transfer-encoding").toLowerCase(Locale.ROOT).contains("chunked")) {
                for (int size = chunkSize(); size > 0; size = chunkSize()) {
                    copy(body, size);
                    line();
                }
                trailers = lines();
            } else if (length.matches("[0-9]+")) {
                copy(body, Integer.parseInt(length));
            } else if (untilClosed) {
                in.transferTo(body);
            }
        } finally {
            if (body.size() > 0) {
                seen.add("(body of " + body.size() + ") " + Text.shown(body.toByteArray()));
            }
            for (String trailer : trailers) {
                seen.add("(trailer) " + trailer);
            }
        }
    }

    /** Waits until the other end closes; whether it did in time. */
    boolean awaitEnd() {
        try {
            return in.read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            // A reset is an end as well.
            return true;
        }
    }

    private int chunkSize() throws IOException {
        String line = line();
        if (line == null) {
            throw new EOFException();
        }
        try {
            return Integer.parseInt(line.split(";", 2)[0].strip(), 16);
        } catch (NumberFormatException e) {
            throw new IOException("\"" + line + "\" is no chunk size", e);
        }
    }

    private void copy(ByteArrayOutputStream to, int size) throws IOException {
        byte[] buffer = new byte[Math.min(Math.max(size, 1), 1 << 16)];
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
        for (String line = line(); line == null || !line.isEmpty(); line = line()) {
            if (line == null) {
                throw new EOFException();
            }
            lines.add(line);
        }
        return lines;
    }

    /** A line without its end; null at the end of the stream. */
    private @Nullable String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                if (line.size() == 0) {
                    return null;
                }
                throw new EOFException();
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
