package dev.portafilter.runtime.stream;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The properties of one stream: those that follow from its headers, sizes and times, those that plugins set, and, through
 * the exchange, those that only the gateway knows. Attributes stay readable once they are known.
 * Source: ABI reference, section 3.12.
 */
final class StreamProperties {
    private final HttpStream stream;
    private @Nullable Map<String, byte[]> set;

    StreamProperties(HttpStream stream) {
        this.stream = stream;
    }

    void store(PropertyPath path, byte[] value) {
        if (set == null) {
            set = new HashMap<>();
        }
        set.put(normalized(path), value);
    }

    Status read(PropertyPath path, ResultBytes value) {
        if (path.size() == 0) {
            return Status.NOT_FOUND;
        }
        Status status = builtIn(path, value);
        if (status != Status.NOT_FOUND) {
            return status;
        }
        byte[] own = stored(path);
        if (own != null) {
            value.set(own);
            return Status.OK;
        }
        return Status.NOT_FOUND;
    }

    private Status builtIn(PropertyPath path, ResultBytes value) {
        String first = path.segment(0);
        if (path.size() == 1) {
            return switch (first) {
                case "request", "response", "connection", "source", "destination", "upstream", "xds", "filter_state" ->
                    Status.SERIALIZATION_FAILURE;
                case "metadata" -> PropertyBytes.bytes(value, BodyBuffer.EMPTY);
                default -> stream.exchange().property(path, value);
            };
        }
        Status status = switch (first) {
            case "request" -> request(path, value);
            case "response" -> response(path, value);
            case "filter_state" -> filterState(path, value);
            default -> Status.NOT_FOUND;
        };
        return status == Status.NOT_FOUND ? stream.exchange().property(path, value) : status;
    }

    private Status request(PropertyPath path, ResultBytes value) {
        HeaderMap headers = stream.requestHeaders();
        String name = path.segment(1);
        if (name.equals("headers")) {
            return headers(path, value, headers);
        }
        if (path.size() != 2) {
            return Status.NOT_FOUND;
        }
        return switch (name) {
            case "path" -> header(value, headers, ":path");
            case "url_path" -> PropertyBytes.text(value, before(header(headers, ":path"), "?#"));
            case "query" -> PropertyBytes.text(value, query(header(headers, ":path")));
            case "host" -> header(value, headers, ":authority");
            case "scheme" -> header(value, headers, ":scheme");
            case "method" -> header(value, headers, ":method");
            case "referer" -> header(value, headers, "referer");
            case "useragent" -> header(value, headers, "user-agent");
            case "id" -> header(value, headers, "x-request-id");
            case "headers_bytes" -> PropertyBytes.number(value, headers == null ? 0 : headers.byteSize());
            case "time" -> PropertyBytes.number(value, stream.startWallNanos());
            case "size" -> size(value, headers, stream.requestBytes());
            case "total_size" ->
                PropertyBytes.number(value, stream.requestBytes() + (headers == null ? 0 : headers.byteSize()));
            case "duration" ->
                stream.finished() ? PropertyBytes.number(value, stream.durationNanos()) : Status.NOT_FOUND;
            default -> Status.NOT_FOUND;
        };
    }

    private Status response(PropertyPath path, ResultBytes value) {
        HeaderMap headers = stream.responseHeaders();
        String name = path.segment(1);
        if (name.equals("headers")) {
            return headers(path, value, headers);
        }
        if (name.equals("trailers")) {
            return headers(path, value, stream.responseTrailers());
        }
        if (path.size() != 2) {
            return Status.NOT_FOUND;
        }
        return switch (name) {
            case "code" -> known(headers) ? PropertyBytes.number(value, stream.responseCode()) : Status.NOT_FOUND;
            case "code_details" ->
                known(headers) ? PropertyBytes.text(value, stream.responseDetails()) : Status.NOT_FOUND;
            case "flags" -> PropertyBytes.number(value, 0);
            case "grpc_status" -> known(headers) ? grpcStatus(value, headers) : Status.NOT_FOUND;
            case "headers_bytes" -> PropertyBytes.number(value, headers == null ? 0 : headers.byteSize());
            case "size" -> known(headers) ? PropertyBytes.number(value, stream.responseBytes()) : Status.NOT_FOUND;
            case "total_size" ->
                known(headers)
                        ? PropertyBytes.number(
                                value, stream.responseBytes() + (headers == null ? 0 : headers.byteSize()))
                        : Status.NOT_FOUND;
            case "backend_latency" ->
                stream.backendLatencyNanos() < 0
                        ? Status.NOT_FOUND
                        : PropertyBytes.number(value, stream.backendLatencyNanos());
            default -> Status.NOT_FOUND;
        };
    }

    private Status filterState(PropertyPath path, ResultBytes value) {
        String prefix = "wasm.";
        if (path.size() != 2 || set == null || !path.segment(1).startsWith(prefix)) {
            return Status.NOT_FOUND;
        }
        return PropertyBytes.bytes(value, set.get(path.segment(1).substring(prefix.length())));
    }

    private Status grpcStatus(ResultBytes value, @Nullable HeaderMap headers) {
        HeaderMap trailers = stream.responseTrailers();
        String given = trailers == null ? null : trailers.get("grpc-status");
        if (given == null && headers != null) {
            given = headers.get("grpc-status");
        }
        if (given != null && given.matches("[0-9]{1,9}")) {
            return PropertyBytes.number(value, Integer.parseInt(given));
        }
        return PropertyBytes.number(value, LocalReply.grpcStatusOf(stream.responseCode()));
    }

    private byte @Nullable [] stored(PropertyPath path) {
        if (set == null) {
            return null;
        }
        byte[] whole = set.get(normalized(path));
        return whole != null || path.size() == 1 ? whole : null;
    }

    private static String normalized(PropertyPath path) {
        String text = path.text();
        return text.endsWith("\0") ? text.substring(0, text.length() - 1) : text;
    }

    private static boolean known(@Nullable HeaderMap headers) {
        return headers != null;
    }

    private static Status headers(PropertyPath path, ResultBytes value, @Nullable HeaderMap headers) {
        if (path.size() == 2) {
            return PropertyBytes.map(value, headers);
        }
        if (path.size() != 3 || headers == null) {
            return Status.NOT_FOUND;
        }
        byte[] name = path.segment(2).toLowerCase(Locale.ROOT).getBytes(StandardCharsets.ISO_8859_1);
        return PropertyBytes.bytes(value, headers.joined(name));
    }

    private static Status header(ResultBytes value, @Nullable HeaderMap headers, String name) {
        return PropertyBytes.text(value, header(headers, name));
    }

    private static @Nullable String header(@Nullable HeaderMap headers, String name) {
        return headers == null ? null : headers.get(name);
    }

    private static Status size(ResultBytes value, @Nullable HeaderMap headers, long received) {
        String length = header(headers, "content-length");
        if (length == null) {
            return PropertyBytes.number(value, received);
        }
        return length.matches("[0-9]{1,18}") ? PropertyBytes.number(value, Long.parseLong(length)) : Status.NOT_FOUND;
    }

    private static @Nullable String before(@Nullable String path, String ends) {
        if (path == null) {
            return null;
        }
        for (int i = 0; i < path.length(); i++) {
            if (ends.indexOf(path.charAt(i)) >= 0) {
                return path.substring(0, i);
            }
        }
        return path;
    }

    private static @Nullable String query(@Nullable String path) {
        if (path == null) {
            return null;
        }
        int mark = path.indexOf('?');
        return mark < 0 ? "" : before(path.substring(mark + 1), "#");
    }
}
