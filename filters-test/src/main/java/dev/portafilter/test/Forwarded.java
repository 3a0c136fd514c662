package dev.portafilter.test;

import dev.portafilter.abi.HeaderMap;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What has left the host in one direction so far: a head, chunks, trailers, in this order. */
public final class Forwarded {
    private final List<byte[]> chunks = new ArrayList<>();
    private @Nullable HeaderMap headers;
    private @Nullable HeaderMap trailers;
    private boolean ended;

    Forwarded() {}

    /** The head, or null while none has left. */
    public @Nullable HeaderMap headers() {
        return headers;
    }

    /** The first value of a header, or null when it, or the head, is not there. */
    public @Nullable String header(String name) {
        return headers == null ? null : headers.get(name);
    }

    /** The status of a response; 0 while no head has left. */
    public int status() {
        String status = header(":status");
        return status == null ? 0 : Integer.parseInt(status);
    }

    /** The chunks as they left. */
    public List<byte[]> chunks() {
        return List.copyOf(chunks);
    }

    /** The sizes of the chunks as they left. */
    public List<Integer> chunkSizes() {
        return chunks.stream().map(chunk -> chunk.length).toList();
    }

    /** All bytes of the body. */
    public byte[] body() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        chunks.forEach(all::writeBytes);
        return all.toByteArray();
    }

    /** All bytes of the body as ISO-8859-1 text. */
    public String bodyText() {
        return new String(body(), StandardCharsets.ISO_8859_1);
    }

    /** The trailers, or null when none have left. */
    public @Nullable HeaderMap trailers() {
        return trailers;
    }

    /** Whether the end of the message has left. */
    public boolean ended() {
        return ended;
    }

    /** Takes a head; gives what is wrong with it, or null. */
    @Nullable String head(HeaderMap map, boolean endOfStream) {
        String fault = headers == null ? null : "a second head";
        headers = map.copy();
        ended |= endOfStream;
        return fault;
    }

    @Nullable String chunk(byte[] data, boolean endOfStream) {
        String fault = fault();
        if (fault == null && data.length == 0 && !endOfStream) {
            fault = "an empty chunk that does not end the message";
        }
        chunks.add(data);
        ended |= endOfStream;
        return fault;
    }

    @Nullable String trailers(HeaderMap map) {
        String fault = fault();
        trailers = map.copy();
        ended = true;
        return fault;
    }

    private @Nullable String fault() {
        return ended ? "something after the end" : headers == null ? "something before the head" : null;
    }
}
