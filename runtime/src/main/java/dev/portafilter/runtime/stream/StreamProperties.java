package dev.portafilter.runtime.stream;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import dev.portafilter.runtime.service.PropertyValues;
import dev.portafilter.runtime.service.ProtobufMessage;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The properties of one stream: those that follow from its headers, sizes and times, those that plugins set, and, through
 * the exchange, those that only the gateway knows. Attributes stay readable once they are known.
 * Source: ABI reference, section 3.12.
 */
final class StreamProperties {
    /** Names that stood at the top before they moved below {@code xds}; many plugins still use them. */
    private static final Set<String> FORMER_NAMES = Set.of(
            "node",
            "cluster_name",
            "cluster_metadata",
            "route_name",
            "route_metadata",
            "listener_direction",
            "listener_metadata",
            "upstream_host_metadata");

    private static final ProtobufMessage NO_METADATA = ProtobufMessage.metadata(Map.of());

    private final HttpStream stream;
    private @Nullable FilterState state;

    StreamProperties(HttpStream stream) {
        this.stream = stream;
    }

    /** Where plugins have stored something for this stream; null when none has. */
    @Nullable FilterState state() {
        return state;
    }

    /** Stores where the key is already, else where it is to be. */
    Status store(String key, byte[] value, boolean readOnly, boolean ofConnection, long limit) {
        FilterState longer = stream.exchange().connectionState();
        boolean inStream = state != null && state.contains(key);
        if (longer != null && (longer.contains(key) || ofConnection && !inStream)) {
            return longer.set(key, value, readOnly, limit);
        }
        if (state == null) {
            state = new FilterState();
        }
        return state.set(key, value, readOnly, limit);
    }

    /**
     * Reads a property that is not the plugin's own.
     *
     * @param root what can be read everywhere, since a former name may stand for it
     */
    Status read(PropertyPath path, ResultBytes value, RootProperties root) {
        if (path.size() == 0) {
            return Status.NOT_FOUND;
        }
        Status status = builtIn(path, value);
        if (status == Status.NOT_FOUND) {
            status = PropertyBytes.bytes(value, stored(FilterState.PROPERTY_PREFIX + nameOf(path)));
        }
        if (status == Status.NOT_FOUND && FORMER_NAMES.contains(path.segment(0))) {
            PropertyPath today = path.under("xds");
            status = root.read(today, value);
            return status == Status.NOT_FOUND ? stream.exchange().property(today, value) : status;
        }
        return status;
    }

    private Status builtIn(PropertyPath path, ResultBytes value) {
        String first = path.segment(0);
        if (path.size() == 1) {
            return switch (first) {
                case "request", "response", "connection", "source", "destination", "upstream", "xds", "filter_state" ->
                    Status.SERIALIZATION_FAILURE;
                case "metadata" -> metadata(path, value);
                default -> stream.exchange().property(path, value);
            };
        }
        Status status = switch (first) {
            case "request" -> request(path, value);
            case "response" -> response(path, value);
            case "filter_state" ->
                path.size() == 2 ? PropertyBytes.bytes(value, stored(path.segment(1))) : Status.NOT_FOUND;
            case "metadata" -> metadata(path, value);
            default -> Status.NOT_FOUND;
        };
        return status == Status.NOT_FOUND ? stream.exchange().property(path, value) : status;
    }

    /** Dynamic metadata is the gateway's; without any it is an empty message and an empty map. */
    private Status metadata(PropertyPath path, ResultBytes value) {
        Status status = stream.exchange().property(path, value);
        return status == Status.NOT_FOUND ? PropertyValues.read(NO_METADATA, path, 1, value) : status;
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
            case "url_path" -> PropertyBytes.text(value, before(header(headers, ":path"), '?'));
            case "query" -> PropertyBytes.text(value, query(header(headers, ":path")));
            case "host" -> header(value, headers, ":authority");
            case "scheme" -> header(value, headers, ":scheme");
            case "method" -> header(value, headers, ":method");
            case "referer" -> header(value, headers, "referer");
            case "useragent" -> header(value, headers, "user-agent");
            case "id" -> header(value, headers, "x-request-id");
            case "headers_bytes" -> PropertyBytes.number(value, byteSize(headers));
            case "time" -> PropertyBytes.number(value, stream.startWallNanos());
            case "size" -> size(value, headers, stream.requestBytes());
            case "total_size" -> PropertyBytes.number(value, stream.requestBytes() + byteSize(headers));
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
            case "code" ->
                stream.responseCode() == 0 ? Status.NOT_FOUND : PropertyBytes.number(value, stream.responseCode());
            case "code_details" -> PropertyBytes.text(value, stream.responseDetails());
            case "flags" -> PropertyBytes.number(value, stream.responseFlags());
            case "grpc_status" -> stream.responseCode() == 0 ? Status.NOT_FOUND : grpcStatus(value, headers);
            case "headers_bytes" -> PropertyBytes.number(value, byteSize(headers));
            case "size" -> PropertyBytes.number(value, stream.responseBytes());
            case "total_size" ->
                PropertyBytes.number(
                        value, stream.responseBytes() + byteSize(headers) + byteSize(stream.responseTrailers()));
            case "backend_latency" ->
                stream.backendLatencyNanos() < 0
                        ? Status.NOT_FOUND
                        : PropertyBytes.number(value, stream.backendLatencyNanos());
            default -> Status.NOT_FOUND;
        };
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

    private byte @Nullable [] stored(String key) {
        byte[] own = state == null ? null : state.get(key);
        FilterState longer = own == null ? stream.exchange().connectionState() : null;
        return longer == null ? own : longer.get(key);
    }

    /** The name that a property is set under: its path as given, without a NUL at the end. */
    static String nameOf(PropertyPath path) {
        String text = path.text();
        return text.endsWith("\0") ? text.substring(0, text.length() - 1) : text;
    }

    private static int byteSize(@Nullable HeaderMap map) {
        return map == null ? 0 : map.byteSize();
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

    private static @Nullable String before(@Nullable String path, char end) {
        int mark = path == null ? -1 : path.indexOf(end);
        return path == null || mark < 0 ? path : path.substring(0, mark);
    }

    private static @Nullable String query(@Nullable String path) {
        if (path == null) {
            return null;
        }
        int mark = path.indexOf('?');
        return mark < 0 ? "" : before(path.substring(mark + 1), '#');
    }
}
