package dev.portafilter.runtime.service;

import dev.portafilter.abi.HeaderMap;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP call. It is over exactly once: whoever wins {@link #over} (response, failure, timer, cancel, close) is the only
 * one to be heard.
 */
final class JdkHttpCall implements Cancellable {
    private static final Logger LOG = LoggerFactory.getLogger(JdkHttpCall.class);

    /** Whom the call goes to, for messages. */
    record Target(String cluster, URI address) {
        @Override
        public String toString() {
            return "cluster \"" + cluster + "\" (" + address + ")";
        }
    }

    private final HttpRequest request;
    private final Target target;
    private final HttpCallListener listener;
    private final int maxResponseBytes;
    private final ScheduledThreadPoolExecutor thread;
    private final Set<JdkHttpCall> calls;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile boolean headersArrived;
    private volatile @Nullable CappedBody body;
    private volatile @Nullable Future<?> timer;
    private volatile @Nullable CompletableFuture<?> exchange;

    JdkHttpCall(
            HttpRequest request,
            Target target,
            HttpCallListener listener,
            int maxResponseBytes,
            ScheduledThreadPoolExecutor thread,
            Set<JdkHttpCall> calls) {
        this.request = request;
        this.target = target;
        this.listener = listener;
        this.maxResponseBytes = maxResponseBytes;
        this.thread = thread;
        this.calls = calls;
    }

    /** Sends the request. The transport's thread. */
    void begin(HttpClient client, int timeoutMillis) {
        if (over.get()) {
            return;
        }
        try {
            if (timeoutMillis > 0) {
                timer = thread.schedule(this::timeOut, timeoutMillis, TimeUnit.MILLISECONDS);
            }
            send(client);
        } catch (RuntimeException e) {
            fail(reason(e));
        }
        if (over.get()) {
            abort();
        }
    }

    // Not chained: cancelling the exchange itself is what reaches the client.
    @SuppressWarnings("FutureReturnValueIgnored")
    private void send(HttpClient client) {
        CompletableFuture<HttpResponse<byte[]>> sent = client.sendAsync(request, this::receive);
        exchange = sent;
        sent.whenComplete((response, failure) -> onThread(() -> finish(response, failure)));
    }

    /** Ends the call with a failure, unless it is over. Any thread. */
    void fail(String reason) {
        if (end()) {
            abort();
            tell(() -> failed(reason));
        }
    }

    /** Takes back a call that did not begin; whether nobody else has ended it. */
    boolean retract() {
        return end();
    }

    @Override
    public void cancel() {
        if (end()) {
            onThread(this::abort);
        }
    }

    private HttpResponse.BodySubscriber<byte[]> receive(HttpResponse.ResponseInfo info) {
        headersArrived = true;
        CappedBody receiving = new CappedBody(maxResponseBytes);
        body = receiving;
        if (over.get()) {
            receiving.abort();
        }
        return receiving;
    }

    private void finish(@Nullable HttpResponse<byte[]> response, @Nullable Throwable failure) {
        if (!end()) {
            return;
        }
        stopTimer();
        if (response != null) {
            tell(() -> listener.answered(headers(response), response.body(), new HeaderMap()));
        } else {
            tell(() -> failed(reason(failure)));
        }
    }

    private void timeOut() {
        if (end()) {
            abort();
            tell(listener::timedOut);
        }
    }

    private void failed(String reason) {
        String message = target + ": " + reason;
        if (headersArrived) {
            listener.broken(message);
        } else {
            listener.unreachable(message);
        }
    }

    private boolean end() {
        if (over.compareAndSet(false, true)) {
            calls.remove(this);
            return true;
        }
        return false;
    }

    /** Lets go of the connection. */
    private void abort() {
        stopTimer();
        Future<?> sent = exchange;
        if (sent != null) {
            sent.cancel(true);
        }
        CappedBody receiving = body;
        if (receiving != null) {
            receiving.abort();
        }
    }

    private void stopTimer() {
        Future<?> running = timer;
        if (running != null) {
            running.cancel(false);
        }
    }

    private void tell(Runnable outcome) {
        try {
            outcome.run();
        } catch (RuntimeException e) {
            LOG.error("{}: the outcome of an http call was not taken", target, e);
        }
    }

    private void onThread(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("{}: the transport was closed", target);
        }
    }

    private static HeaderMap headers(HttpResponse<byte[]> response) {
        HeaderMap map = new HeaderMap();
        map.add(":status", Integer.toString(response.statusCode()));
        HttpHeaders headers = response.headers();
        for (Map.Entry<String, List<String>> entry : headers.map().entrySet()) {
            String name = entry.getKey().toLowerCase(Locale.ROOT);
            if (name.startsWith(":")) {
                continue;
            }
            for (String value : entry.getValue()) {
                map.add(name, value);
            }
        }
        return map;
    }

    private static String reason(@Nullable Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause == null) {
            return "no response";
        }
        String kind = cause.getClass().getSimpleName();
        String message = cause.getMessage();
        if (message == null) {
            return kind;
        }
        return cause.getClass() == IOException.class ? message : kind + ": " + message;
    }
}
