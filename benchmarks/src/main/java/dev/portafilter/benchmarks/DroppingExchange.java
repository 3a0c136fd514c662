package dev.portafilter.benchmarks;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import dev.portafilter.runtime.stream.HttpExchange;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One request in a gateway that sends nothing anywhere: it keeps what was forwarded, and nothing else. */
final class DroppingExchange implements HttpExchange {
    private static final byte[] ADDRESS = "10.1.2.3:4567".getBytes(StandardCharsets.UTF_8);
    private static final byte[] NO_BODY = new byte[0];

    @Nullable HeaderMap requestHeaders;

    @Nullable HeaderMap responseHeaders;

    byte[] responseBody = NO_BODY;

    @Override
    public void forwardRequest(HeaderMap headers, boolean endOfStream) {
        requestHeaders = headers;
    }

    @Override
    public void forwardRequestBody(byte[] data, boolean endOfStream) {}

    @Override
    public void forwardRequestTrailers(HeaderMap trailers) {}

    @Override
    public void forwardResponse(HeaderMap headers, boolean endOfStream) {
        responseHeaders = headers;
    }

    @Override
    public void forwardResponseBody(byte[] data, boolean endOfStream) {
        responseBody = data;
    }

    @Override
    public void forwardResponseTrailers(HeaderMap trailers) {}

    @Override
    public void cancelUpstream() {}

    @Override
    public void reset(String details) {}

    @Override
    public void readRequest(boolean wanted) {}

    @Override
    public void readResponse(boolean wanted) {}

    @Override
    public Status property(PropertyPath path, ResultBytes value) {
        if (path.size() == 2
                && path.segment(0).equals("source")
                && path.segment(1).equals("address")) {
            value.set(ADDRESS);
            return Status.OK;
        }
        return Status.NOT_FOUND;
    }
}
