package dev.portafilter.test.conformance;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import dev.portafilter.runtime.stream.HttpExchange;
import dev.portafilter.runtime.stream.HttpStream;
import dev.portafilter.runtime.stream.Worker;
import dev.portafilter.test.InMemoryExchange;

/** Requests on workers that have a thread of their own. */
public final class Exchanges {
    private Exchanges() {}

    /** A GET that is answered with 204; on the worker's thread. */
    public static void get(Worker worker) {
        HttpStream stream = worker.openStream(new Blind());
        stream.requestHeaders(InMemoryExchange.requestHead("GET", "/"), true);
        stream.responseHeaders(HeaderMap.of(":status", "204"), true);
    }

    /** An exchange that nobody looks at. */
    private static final class Blind implements HttpExchange {
        @Override
        public void forwardRequest(HeaderMap headers, boolean endOfStream) {}

        @Override
        public void forwardRequestBody(byte[] data, boolean endOfStream) {}

        @Override
        public void forwardRequestTrailers(HeaderMap trailers) {}

        @Override
        public void forwardResponse(HeaderMap headers, boolean endOfStream) {}

        @Override
        public void forwardResponseBody(byte[] data, boolean endOfStream) {}

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
            return Status.NOT_FOUND;
        }
    }
}
