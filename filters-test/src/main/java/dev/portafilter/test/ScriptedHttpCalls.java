package dev.portafilter.test;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.service.Cancellable;
import dev.portafilter.runtime.service.HttpCallListener;
import dev.portafilter.runtime.service.HttpCallRequest;
import dev.portafilter.runtime.service.HttpCallTransport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The network for HTTP calls of plugins, answered by hand: each call waits until the test says how it ends. What the test
 * says reaches the plugin when the worker's tasks run next. Thread-safe.
 */
public final class ScriptedHttpCalls implements HttpCallTransport {
    private final Set<String> clusters = new TreeSet<>();
    private final List<Call> calls = new ArrayList<>();
    private boolean refusing;

    /** A network without clusters. */
    public ScriptedHttpCalls() {}

    /** Makes a cluster known. */
    public synchronized ScriptedHttpCalls cluster(String name) {
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
    public synchronized @Nullable Cancellable start(HttpCallRequest request, HttpCallListener listener) {
        if (refusing) {
            return null;
        }
        Call call = new Call(request, listener);
        calls.add(call);
        return call::cancel;
    }

    /** Every call that was started, in order. */
    public synchronized List<Call> calls() {
        return List.copyOf(calls);
    }

    /** The call that was started last. */
    public synchronized Call last() {
        if (calls.isEmpty()) {
            throw new AssertionError("no HTTP call was started (expected: at least one)");
        }
        return calls.get(calls.size() - 1);
    }

    /** The calls that wait for their end, in order; those that do not are forgotten. */
    public synchronized List<Call> waiting() {
        calls.removeIf(call -> !call.waits());
        return List.copyOf(calls);
    }

    /** The number of calls that are neither over nor cancelled. */
    public synchronized int inFlight() {
        return (int) calls.stream().filter(Call::waits).count();
    }

    /** One call; exactly one of its endings counts, the first. */
    public static final class Call {
        private final HttpCallRequest request;
        private final HttpCallListener listener;
        private boolean over;
        private boolean cancelled;

        private Call(HttpCallRequest request, HttpCallListener listener) {
            this.request = request;
            this.listener = listener;
        }

        /** What was asked. */
        public HttpCallRequest request() {
            return request;
        }

        /** Whether the runtime has cancelled it. */
        public synchronized boolean cancelled() {
            return cancelled;
        }

        /** Whether it waits for its end. */
        public synchronized boolean waits() {
            return !over && !cancelled;
        }

        /** It ends with a response without trailers. */
        public void answer(int status, String body) {
            answer(
                    HeaderMap.of(":status", Integer.toString(status)),
                    body.getBytes(StandardCharsets.UTF_8),
                    new HeaderMap());
        }

        /** It ends with a response. */
        public void answer(HeaderMap headers, byte[] body, HeaderMap trailers) {
            if (end()) {
                listener.answered(headers, body, trailers);
            }
        }

        /** It ends without a connection, or before response headers. */
        public void unreachable(String reason) {
            if (end()) {
                listener.unreachable(reason);
            }
        }

        /** Its time is over. */
        public void timeOut() {
            if (end()) {
                listener.timedOut();
            }
        }

        /** It breaks off after response headers. */
        public void breakOff(String reason) {
            if (end()) {
                listener.broken(reason);
            }
        }

        private synchronized boolean end() {
            boolean waited = waits();
            over = true;
            return waited;
        }

        private synchronized void cancel() {
            cancelled = !over;
        }
    }
}
