package dev.portafilter.test.compare;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Takes a message of HTTP/1.1 apart as it is written, so that what a file says can go over HTTP/2 as well. It is strict
 * about nothing: whoever wants to send nonsense has HTTP/1.1 for it.
 */
final class MessageParser {
    /** Takes the parts. */
    interface Sink {
        void head(String startLine, List<String> headers, boolean end);

        void body(byte[] data, boolean end);

        /** The end of a chunked message; there may be no trailers. */
        void trailers(List<String> lines);
    }

    private enum State {
        HEAD,
        LENGTH,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILERS,
        REST,
        OVER
    }

    private final boolean bodiless;
    private final boolean request;
    private final Sink sink;
    private final List<String> lines = new ArrayList<>();
    private State state = State.HEAD;
    private byte[] left = new byte[0];
    private long remaining;

    /**
     * A parser of one message, with the 1xx responses before it.
     *
     * @param bodiless whether there is no body whatever the head says
     */
    MessageParser(boolean request, boolean bodiless, Sink sink) {
        this.request = request;
        this.bodiless = bodiless;
        this.sink = sink;
    }

    /** Takes the next bytes. */
    void take(byte[] bytes) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(left);
        all.writeBytes(bytes);
        left = all.toByteArray();
        boolean more = true;
        while (more && left.length > 0) {
            more = step();
        }
    }

    /** The sender has closed, which ends a body of unknown length. */
    void close() {
        if (state == State.REST) {
            state = State.OVER;
            sink.body(new byte[0], true);
        }
    }

    private boolean step() {
        switch (state) {
            case HEAD, TRAILERS, CHUNK_SIZE, CHUNK_END -> {
                String line = line();
                if (line == null) {
                    return false;
                }
                line(line);
                return true;
            }
            case LENGTH, CHUNK -> {
                int size = (int) Math.min(remaining, left.length);
                byte[] data = cut(size);
                remaining -= size;
                boolean chunk = state == State.CHUNK;
                boolean end = remaining == 0 && !chunk;
                if (remaining == 0) {
                    state = chunk ? State.CHUNK_END : State.OVER;
                }
                sink.body(data, end);
                return true;
            }
            case REST -> {
                sink.body(cut(left.length), false);
                return false;
            }
            default -> {
                return false;
            }
        }
    }

    private void line(String line) {
        switch (state) {
            case CHUNK_SIZE -> {
                remaining = Long.parseLong(line.split(";", 2)[0].strip(), 16);
                state = remaining == 0 ? State.TRAILERS : State.CHUNK;
            }
            case CHUNK_END -> state = State.CHUNK_SIZE;
            default -> {
                if (!line.isEmpty()) {
                    lines.add(line);
                } else if (state == State.TRAILERS) {
                    state = State.OVER;
                    sink.trailers(List.copyOf(lines));
                } else if (!lines.isEmpty()) {
                    head();
                }
            }
        }
    }

    private void head() {
        Wire.Head head = new Wire.Head(lines.get(0), List.copyOf(lines.subList(1, lines.size())));
        lines.clear();
        if (!request && head.status() / 100 == 1) {
            sink.head(head.startLine(), head.headers(), false);
            return;
        }
        String length = head.value("content-length");
        boolean none = bodiless || head.status() == 204 || head.status() == 304;
        if (!none && head.value("transfer-encoding").toLowerCase(Locale.ROOT).contains("chunked")) {
            state = State.CHUNK_SIZE;
        } else if (!none && length.matches("0*[1-9][0-9]*")) {
            remaining = Long.parseLong(length);
            state = State.LENGTH;
        } else if (!none && !request && length.isEmpty()) {
            state = State.REST;
        } else {
            state = State.OVER;
        }
        sink.head(head.startLine(), head.headers(), state == State.OVER);
    }

    /** The next line without its end; null when it is not there yet. */
    private @Nullable String line() {
        for (int i = 0; i < left.length; i++) {
            if (left[i] == '\n') {
                byte[] line = cut(i + 1);
                return new String(line, StandardCharsets.ISO_8859_1).replaceAll("\r?\n$", "");
            }
        }
        return null;
    }

    private byte[] cut(int size) {
        byte[] first = Arrays.copyOf(left, size);
        left = Arrays.copyOfRange(left, size, left.length);
        return first;
    }
}
