package dev.portafilter.test.recordings;

import dev.portafilter.abi.HeaderMap;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the upstream of the recordings answers to a path.
 *
 * @param delayMillis until the head
 * @param headers null when no head comes
 * @param chunks each {@code chunkMillis} after the one before
 * @param ended whether the message has an end; otherwise the connection breaks
 */
record StubResponse(
        int delayMillis,
        @Nullable HeaderMap headers,
        List<byte[]> chunks,
        int chunkMillis,
        @Nullable HeaderMap trailers,
        boolean ended) {
    private static final byte[] UPSTREAM_BODY = bytes("upstream-body");

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static HeaderMap base(int status) {
        return HeaderMap.of(":status", Integer.toString(status), "x-up", "a", "x-up", "b", "x-empty", "");
    }

    /** The proxy of the recordings shows the framing of responses. */
    private static HeaderMap chunked() {
        HeaderMap headers = base(200);
        headers.add("transfer-encoding", "chunked");
        return headers;
    }

    private static StubResponse fixed(int delayMillis, int status, byte[] body) {
        HeaderMap headers = base(status);
        headers.add("content-length", Integer.toString(body.length));
        return new StubResponse(delayMillis, headers, body.length == 0 ? List.of() : List.of(body), 0, null, true);
    }

    private static StubResponse broken() {
        return new StubResponse(0, null, List.of(), 0, null, false);
    }

    /** The answer, or null when none ever comes. */
    static @Nullable StubResponse of(String method, String pathAndQuery) {
        String path = pathAndQuery.split("\\?", 2)[0];
        String[] parts = path.split("/");
        StubResponse response = switch (parts.length > 1 ? parts[1] : "") {
            case "hang" -> null;
            case "rst", "close" -> broken();
            case "204" -> new StubResponse(0, base(204), List.of(), 0, null, true);
            case "304" -> new StubResponse(0, base(304), List.of(), 0, null, true);
            case "empty" -> fixed(0, 200, new byte[0]);
            case "slow" -> fixed(400, 200, bytes("slow"));
            case "chunks", "trailers" ->
                new StubResponse(
                        0,
                        chunked(),
                        List.of(bytes("hello"), bytes(", there, "), bytes("world!")),
                        80,
                        path.equals("/trailers") ? HeaderMap.of("x-t", "1", "x-t", "2", "y-t", "3") : null,
                        true);
            case "bodyrst" -> {
                HeaderMap headers = base(200);
                headers.add("content-length", "100");
                yield new StubResponse(0, headers, List.of(bytes("partial")), 0, null, false);
            }
            case "100" -> fixed(0, 200, bytes("ok"));
            case "early" ->
                new StubResponse(
                        0,
                        HeaderMap.of(":status", "200", "content-length", "5"),
                        List.of(bytes("early")),
                        0,
                        null,
                        true);
            case "big" -> fixed(0, 200, bytes("z".repeat(Integer.parseInt(parts[2]))));
            case "status" -> fixed(0, Integer.parseInt(parts[2]), bytes("status"));
            default -> fixed(0, 200, UPSTREAM_BODY);
        };
        return response != null && method.equals("HEAD") ? response.withoutBody() : response;
    }

    private StubResponse withoutBody() {
        return new StubResponse(delayMillis, headers, List.of(), 0, null, ended);
    }

    byte[] body() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        chunks.forEach(all::writeBytes);
        return all.toByteArray();
    }
}
