package dev.portafilter.runtime.stream;

import dev.portafilter.abi.CallToken;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.Status;
import dev.portafilter.runtime.service.Cancellable;
import dev.portafilter.runtime.service.HttpCallListener;
import dev.portafilter.runtime.service.HttpCallRequest;
import dev.portafilter.runtime.service.HttpCallTransport;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The HTTP calls of one VM that wait for an answer. Worker thread only. Source: ABI reference, section 3.7. */
final class PluginHttpCalls {
    /** Tokens of HTTP calls have 0 in their two low bits, which tell the kind of callout. */
    private static final int TOKEN_STEP = 4;

    private static final Cancellable NOT_STARTED = () -> {};

    private final Worker worker;
    private final int limit;
    private final Map<Integer, Cancellable> pending = new HashMap<>();
    private int lastToken;

    PluginHttpCalls(Worker worker, int limit) {
        this.worker = worker;
        this.limit = limit;
    }

    Status start(
            PluginContext root,
            byte[] upstream,
            HeaderMap headers,
            byte[] body,
            HeaderMap trailers,
            int timeoutMillis,
            CallToken token) {
        HttpCallTransport transport = worker.services().httpCalls();
        String cluster = new String(upstream, StandardCharsets.UTF_8);
        if (timeoutMillis < 0 || !transport.knows(cluster)) {
            return Status.BAD_ARGUMENT;
        }
        if (pending.size() >= limit) {
            root.warn("proxy_http_call: " + pending.size() + " calls are in flight (expected: at most httpCalls="
                    + limit + ")");
            return Status.INTERNAL_FAILURE;
        }
        if (body.length > 0 || headers.contains("content-length")) {
            headers.replace("content-length", Integer.toString(body.length));
        }
        int id = nextToken();
        pending.put(id, NOT_STARTED);
        Cancellable call = transport.start(
                new HttpCallRequest(cluster, headers, body, trailers, timeoutMillis), new Listener(root, id));
        if (call == null) {
            pending.remove(id);
            return Status.INTERNAL_FAILURE;
        }
        pending.replace(id, call);
        token.set(id);
        return Status.OK;
    }

    int count() {
        return pending.size();
    }

    /** Cancels every call; no answer is delivered afterwards. */
    void cancelAll() {
        Cancellable[] calls = pending.values().toArray(Cancellable[]::new);
        pending.clear();
        for (Cancellable call : calls) {
            call.cancel();
        }
    }

    private int nextToken() {
        do {
            lastToken += TOKEN_STEP;
        } while (lastToken == 0 || pending.containsKey(lastToken));
        return lastToken;
    }

    /** Brings the outcome to the worker; a call that was cancelled meanwhile is not delivered. */
    private final class Listener implements HttpCallListener {
        private final PluginContext root;
        private final int token;

        Listener(PluginContext root, int token) {
            this.root = root;
            this.token = token;
        }

        @Override
        public void answered(HeaderMap headers, byte[] body, HeaderMap trailers) {
            deliver(CallAnswer.of(headers, body, trailers));
        }

        @Override
        public void unreachable(String reason) {
            deliver(CallAnswer.unreachable(reason));
        }

        @Override
        public void timedOut() {
            deliver(CallAnswer.timedOut());
        }

        @Override
        public void broken(String reason) {
            deliver(CallAnswer.broken());
        }

        private void deliver(CallAnswer answer) {
            worker.execute(() -> {
                if (pending.remove(token) != null) {
                    root.callAnswered(token, answer);
                }
            });
        }
    }
}
