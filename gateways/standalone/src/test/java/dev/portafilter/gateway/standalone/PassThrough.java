package dev.portafilter.gateway.standalone;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.service.WorkerExecutor;
import dev.portafilter.runtime.stream.HttpExchange;
import dev.portafilter.runtime.stream.HttpStream;
import dev.portafilter.runtime.stream.Worker;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A chain without plugins: what comes in goes out. */
final class PassThrough {
    /** What every stream has seen, as {@code requestHeaders … eos=true}. */
    final List<String> events = new CopyOnWriteArrayList<>();

    Worker newWorker(WorkerExecutor executor) {
        return new Worker() {
            @Override
            public HttpStream openStream(HttpExchange exchange) {
                return new Stream(exchange);
            }

            @Override
            public void close() {}
        };
    }

    private final class Stream implements HttpStream {
        private final HttpExchange exchange;
        private boolean responded;
        private boolean finished;

        Stream(HttpExchange exchange) {
            this.exchange = exchange;
        }

        @Override
        public void requestHeaders(HeaderMap headers, boolean endOfStream) {
            events.add("requestHeaders " + headers + " eos=" + endOfStream);
            exchange.forwardRequest(headers, endOfStream);
        }

        @Override
        public void requestBody(byte[] data, boolean endOfStream) {
            if (!finished) {
                exchange.forwardRequestBody(data, endOfStream);
            }
        }

        @Override
        public void requestTrailers(HeaderMap trailers) {
            events.add("requestTrailers " + trailers);
            if (!finished) {
                exchange.forwardRequestTrailers(trailers);
            }
        }

        @Override
        public void responseHeaders(HeaderMap headers, boolean endOfStream) {
            events.add("responseHeaders " + headers + " eos=" + endOfStream);
            responded = true;
            finished = endOfStream;
            exchange.forwardResponse(headers, endOfStream);
        }

        @Override
        public void responseBody(byte[] data, boolean endOfStream) {
            finished = endOfStream;
            exchange.forwardResponseBody(data, endOfStream);
        }

        @Override
        public void responseTrailers(HeaderMap trailers) {
            events.add("responseTrailers " + trailers);
            finished = true;
            exchange.forwardResponseTrailers(trailers);
        }

        @Override
        public void clientReset() {
            events.add("clientReset");
            finished = true;
        }

        @Override
        public void upstreamReset(String reason) {
            events.add("upstreamReset " + reason);
            fail(503, "upstream connect error or disconnect/reset before headers. reset reason: " + reason);
        }

        @Override
        public void upstreamTimeout() {
            events.add("upstreamTimeout");
            fail(504, "upstream request timeout");
        }

        private void fail(int status, String text) {
            if (responded) {
                finished = true;
                exchange.reset(text);
            } else {
                reply(status, text.getBytes(StandardCharsets.UTF_8), text);
            }
        }

        @Override
        public void reply(int status, byte[] body, String details) {
            events.add("reply " + status);
            finished = true;
            responded = true;
            exchange.cancelUpstream();
            exchange.forwardResponse(
                    HeaderMap.of(":status", "" + status, "content-length", "" + body.length), body.length == 0);
            if (body.length > 0) {
                exchange.forwardResponseBody(body, true);
            }
        }

        @Override
        public boolean finished() {
            return finished;
        }
    }
}
