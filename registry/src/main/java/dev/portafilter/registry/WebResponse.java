package dev.portafilter.registry;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The answer to one request: its head, and a body that is read as it comes. */
final class WebResponse implements Closeable {
    private static final int MOST_HEAD_BYTES = 64 * 1024;
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    private final int status;
    private final Map<String, List<String>> headers;
    private final InputStream body;
    private final long length;
    private final Closeable connection;

    private WebResponse(
            int status, Map<String, List<String>> headers, InputStream body, long length, Closeable connection) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.length = length;
        this.connection = connection;
    }

    /** Reads the head of an answer, skipping those that only announce another. */
    static WebResponse read(
            String method,
            String where,
            InputStream in,
            Deadline deadline,
            TransferObserver observer,
            Closeable connection)
            throws IOException {
        InputStream buffered = new BufferedInputStream(in, 16 * 1024);
        int[] budget = {MOST_HEAD_BYTES};
        while (true) {
            String line = line(buffered, budget);
            if (!line.matches("HTTP/1\\.[01] [1-5][0-9]{2}( .*)?")) {
                throw new IOException("the answer is no HTTP");
            }
            int status = Integer.parseInt(line.substring(9, 12));
            Map<String, List<String>> headers = headers(buffered, budget);
            if (status >= OK) {
                return new Reading(method, status, headers, buffered).response(where, deadline, observer, connection);
            }
        }
    }

    private record Reading(String method, int status, Map<String, List<String>> headers, InputStream in) {
        WebResponse response(String where, Deadline deadline, TransferObserver observer, Closeable connection)
                throws IOException {
            long length = length();
            InputStream body;
            if (method.equals("HEAD") || status == NO_CONTENT || status == NOT_MODIFIED) {
                body = InputStream.nullInputStream();
            } else if (last("transfer-encoding") != null) {
                if (!"chunked".equalsIgnoreCase(last("transfer-encoding"))) {
                    throw new IOException("the answer has an unknown transfer coding");
                }
                length = -1;
                body = new Chunks(in);
            } else {
                body = length < 0 ? in : new Counted(in, length);
            }
            return new WebResponse(
                    status, headers, new Timed(body, where, deadline, observer, length), length, connection);
        }

        private long length() throws IOException {
            String text = last("content-length");
            if (text == null) {
                return -1;
            }
            if (!text.matches("[0-9]{1,18}")) {
                throw new IOException("the answer has an ill-formed Content-Length");
            }
            return Long.parseLong(text);
        }

        private @Nullable String last(String name) {
            List<String> values = headers.get(name);
            return values == null ? null : values.get(values.size() - 1).trim();
        }
    }

    private static Map<String, List<String>> headers(InputStream in, int[] budget) throws IOException {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (String line = line(in, budget); !line.isEmpty(); line = line(in, budget)) {
            int colon = line.indexOf(':');
            if (colon <= 0) {
                throw new IOException("the answer has an ill-formed header");
            }
            headers.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(line.substring(colon + 1).trim());
        }
        return headers;
    }

    private static String line(InputStream in, int[] budget) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(80);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the answer ends in its head");
            }
            if (budget[0]-- == 0) {
                throw new IOException("the head of the answer is larger than " + MOST_HEAD_BYTES + " bytes");
            }
            line.write(b);
        }
        String text = line.toString(StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    int status() {
        return status;
    }

    /** The first value of a header; null when there is none. */
    @Nullable String header(String name) {
        List<String> values = headers.get(name.toLowerCase(Locale.ROOT));
        return values == null ? null : values.get(0);
    }

    /** All values of a header. */
    List<String> headerValues(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }

    /** What Content-Length says; -1 when it says nothing. */
    long length() {
        return length;
    }

    /** The body; ends early with an {@link IOException} only. */
    InputStream body() {
        return body;
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }

    /** Says of each failure whether it is the deadline, and how much has passed. */
    private static final class Timed extends InputStream {
        private final InputStream in;
        private final String where;
        private final Deadline deadline;
        private final TransferObserver observer;
        private final long total;
        private long count;

        Timed(InputStream in, String where, Deadline deadline, TransferObserver observer, long total) {
            this.observer = observer;
            this.total = total;
            this.in = in;
            this.where = where;
            this.deadline = deadline;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int most) throws IOException {
            if (deadline.isOver()) {
                throw deadline.expired(where);
            }
            try {
                int read = in.read(into, offset, most);
                if (read > 0) {
                    count += read;
                    observer.transferred(count, total);
                }
                return read;
            } catch (IOException e) {
                throw deadline.isOver() ? deadline.expired(where) : e;
            }
        }
    }

    /** A body of known size. */
    private static final class Counted extends InputStream {
        private final InputStream in;
        private long left;

        Counted(InputStream in, long size) {
            this.in = in;
            left = size;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int count) throws IOException {
            if (left == 0 || count == 0) {
                return count == 0 ? 0 : -1;
            }
            int read = in.read(into, offset, (int) Math.min(count, left));
            if (read < 0) {
                throw new EOFException("the answer ends " + left + " bytes early");
            }
            left -= read;
            return read;
        }
    }

    /** A body in chunks. */
    private static final class Chunks extends InputStream {
        private final InputStream in;
        private long left;
        private boolean begun;
        private boolean done;

        Chunks(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int count) throws IOException {
            if (count == 0) {
                return 0;
            }
            if (left == 0 && !done) {
                next();
            }
            if (done) {
                return -1;
            }
            int read = in.read(into, offset, (int) Math.min(count, left));
            if (read < 0) {
                throw new EOFException("the answer ends in a chunk");
            }
            left -= read;
            return read;
        }

        private void next() throws IOException {
            int[] budget = {MOST_HEAD_BYTES};
            if (begun && !line(in, budget).isEmpty()) {
                throw new IOException("the answer has an ill-formed chunk");
            }
            begun = true;
            String size = line(in, budget).split(";", 2)[0].trim();
            if (!size.matches("[0-9A-Fa-f]{1,15}")) {
                throw new IOException("the answer has an ill-formed chunk");
            }
            left = Long.parseLong(size, 16);
            if (left == 0) {
                headers(in, budget);
                done = true;
            }
        }
    }
}
