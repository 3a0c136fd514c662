package dev.portafilter.runtime.stream;

import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;

/**
 * The properties of one TCP connection: its sizes and times, those that plugins set, and, through the exchange, those
 * that only the gateway knows. What comes from the client counts as the request. Source: ABI reference, section 3.12.
 */
final class TcpProperties {
    private final TcpStream stream;
    private final FilterState state = new FilterState();

    TcpProperties(TcpStream stream) {
        this.stream = stream;
    }

    /** What plugins have stored on this connection. */
    FilterState state() {
        return state;
    }

    Status read(PropertyPath path, ResultBytes value) {
        if (path.size() == 0) {
            return Status.NOT_FOUND;
        }
        Status status = path.size() == 1 ? whole(path, value) : part(path, value);
        if (status == Status.NOT_FOUND) {
            status = stream.exchange().property(path, value);
        }
        return status == Status.NOT_FOUND
                ? PropertyBytes.bytes(value, state.get(FilterState.PROPERTY_PREFIX + StreamProperties.nameOf(path)))
                : status;
    }

    private static Status whole(PropertyPath path, ResultBytes value) {
        return switch (path.segment(0)) {
            case "request", "response", "connection", "source", "destination", "upstream", "xds", "filter_state" ->
                Status.SERIALIZATION_FAILURE;
            case "metadata" -> PropertyBytes.bytes(value, BodyBuffer.EMPTY);
            default -> Status.NOT_FOUND;
        };
    }

    private Status part(PropertyPath path, ResultBytes value) {
        if (path.size() != 2) {
            return Status.NOT_FOUND;
        }
        String name = path.segment(1);
        return switch (path.segment(0)) {
            case "request" -> request(name, value);
            case "response" -> response(name, value);
            case "filter_state" -> PropertyBytes.bytes(value, state.get(name));
            default -> Status.NOT_FOUND;
        };
    }

    private Status request(String name, ResultBytes value) {
        return switch (name) {
            case "time" -> PropertyBytes.number(value, stream.startWallNanos());
            case "size", "total_size" -> PropertyBytes.number(value, stream.byteCount(TcpSide.DOWNSTREAM));
            case "duration" ->
                stream.finished() ? PropertyBytes.number(value, stream.durationNanos()) : Status.NOT_FOUND;
            default -> Status.NOT_FOUND;
        };
    }

    private Status response(String name, ResultBytes value) {
        return switch (name) {
            case "size", "total_size" -> PropertyBytes.number(value, stream.byteCount(TcpSide.UPSTREAM));
            case "flags" -> PropertyBytes.number(value, 0);
            default -> Status.NOT_FOUND;
        };
    }
}
