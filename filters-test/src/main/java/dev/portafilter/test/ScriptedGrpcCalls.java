package dev.portafilter.test;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.service.GrpcCall;
import dev.portafilter.runtime.service.GrpcCallListener;
import dev.portafilter.runtime.service.GrpcCallRequest;
import dev.portafilter.runtime.service.GrpcCallTransport;
import dev.portafilter.runtime.service.GrpcResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The network for gRPC calls of plugins, played by hand: the test says what the server sends, as HTTP/2 would carry it,
 * and reads what the plugin sent. What the test says reaches the plugin when the worker's tasks run next. Thread-safe.
 */
public final class ScriptedGrpcCalls implements GrpcCallTransport {
    private final Set<String> clusters = new TreeSet<>();
    private final List<Call> calls = new ArrayList<>();
    private boolean refusing;

    /** A network without clusters. */
    public ScriptedGrpcCalls() {}

    /** Makes a cluster known. */
    public synchronized ScriptedGrpcCalls cluster(String name) {
        clusters.add(name);
        return this;
    }

    /** Lets every later call fail to start, or start again. */
    public synchronized void refuse(boolean value) {
        refusing = value;
    }

    @Override
    public synchronized boolean knows(String upstream) {
        return clusters.contains(upstream);
    }

    @Override
    public synchronized @Nullable GrpcCall start(GrpcCallRequest request, GrpcCallListener listener) {
        if (refusing) {
            return null;
        }
        Call call = new Call(request, listener);
        calls.add(call);
        return call.plugin;
    }

    /** Every call that was started, in order. */
    public synchronized List<Call> calls() {
        return List.copyOf(calls);
    }

    /** The call that was started last. */
    public synchronized Call last() {
        if (calls.isEmpty()) {
            throw new AssertionError("no gRPC call was started (expected: at least one)");
        }
        return calls.get(calls.size() - 1);
    }

    /** The number of calls that are neither over nor cancelled. */
    public synchronized int inFlight() {
        return (int) calls.stream().filter(Call::waits).count();
    }

    /**
     * One call or stream, from the server's side. What is said after the end, or after the plugin has cancelled, goes
     * nowhere.
     */
    public static final class Call {
        private final GrpcCallRequest request;
        private final GrpcResponse response;
        private final List<byte[]> sent = new ArrayList<>();
        private final GrpcCall plugin = new Plugin();
        private boolean ended;
        private boolean cancelled;

        private Call(GrpcCallRequest request, GrpcCallListener listener) {
            this.request = request;
            this.response = new GrpcResponse(request, listener);
        }

        /** What was asked. */
        public GrpcCallRequest request() {
            return request;
        }

        /** The messages that the plugin has sent so far. */
        public synchronized List<byte[]> sent() {
            return List.copyOf(sent);
        }

        /** The messages that the plugin has sent so far, as text. */
        public synchronized List<String> sentText() {
            return sent.stream()
                    .map(message -> new String(message, StandardCharsets.UTF_8))
                    .toList();
        }

        /** Whether the plugin has said that it sends nothing more. */
        public synchronized boolean ended() {
            return ended;
        }

        /** Whether the plugin, or the runtime, has given it up. */
        public synchronized boolean cancelled() {
            return cancelled;
        }

        /** Whether it waits for its end. */
        public synchronized boolean waits() {
            return !response.over() && !cancelled;
        }

        /** The server sends the head of its response: {@code :status} 200, {@code content-type} and this. */
        public Call head(String... namesAndValues) {
            HeaderMap head = HeaderMap.of(":status", "200", "content-type", "application/grpc");
            HeaderMap more = HeaderMap.of(namesAndValues);
            for (int i = 0; i < more.count(); i++) {
                head.add(more.name(i), more.value(i));
            }
            return head(head, false);
        }

        /**
         * The server sends the head of its response.
         *
         * @param endOfStream whether it is the whole response, and so has the status
         */
        public synchronized Call head(HeaderMap headers, boolean endOfStream) {
            if (waits()) {
                response.head(headers, endOfStream);
            }
            return this;
        }

        /** The server sends a message, whole and alone in its DATA frame. */
        public Call message(String message) {
            return message(message.getBytes(StandardCharsets.UTF_8));
        }

        /** The server sends a message, whole and alone in its DATA frame. */
        public Call message(byte[] message) {
            return data(GrpcResponse.frame(message));
        }

        /** The server sends a DATA frame with any part of messages and what frames them. */
        public synchronized Call data(byte[] chunk) {
            if (waits()) {
                response.data(chunk);
            }
            return this;
        }

        /** The server ends its response with a status and, unless it is empty, a message for people. */
        public void status(int status, String message) {
            HeaderMap trailers = HeaderMap.of("grpc-status", Integer.toString(status));
            if (!message.isEmpty()) {
                trailers.add("grpc-message", message);
            }
            trailers(trailers);
        }

        /** The server ends its response; without trailers when they are null. */
        public synchronized void trailers(@Nullable HeaderMap trailers) {
            if (waits()) {
                response.trailers(trailers);
            }
        }

        /** The server answers a call with one message and status 0. */
        public void answer(String message) {
            head().message(message).status(0, "");
        }

        /** There is no connection, as when nobody listens. */
        public void refuse() {
            fail("remote connection failure", "delayed connect error: Connection refused");
        }

        /** The server resets the stream. */
        public void reset() {
            fail("remote reset", "");
        }

        /**
         * The connection or the stream breaks.
         *
         * @param reason in Envoy's words
         * @param transportFailure what the network said, or nothing
         */
        public synchronized void fail(String reason, String transportFailure) {
            if (waits()) {
                response.failed(reason, transportFailure);
            }
        }

        /** Its time is over. */
        public synchronized void timeOut() {
            if (waits()) {
                response.timedOut();
            }
        }

        private final class Plugin implements GrpcCall {
            @Override
            public void send(byte[] message, boolean last) {
                synchronized (Call.this) {
                    if (!ended && !cancelled) {
                        sent.add(message);
                        ended = last;
                    }
                }
            }

            @Override
            public void end() {
                synchronized (Call.this) {
                    ended = true;
                }
            }

            @Override
            public void cancel() {
                synchronized (Call.this) {
                    cancelled |= !response.over();
                }
            }
        }
    }
}
