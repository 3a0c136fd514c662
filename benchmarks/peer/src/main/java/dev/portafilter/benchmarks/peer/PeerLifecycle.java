package dev.portafilter.benchmarks.peer;

import io.roastedroot.proxywasm.StartException;
import io.roastedroot.proxywasm.internal.HttpContext;
import io.roastedroot.proxywasm.internal.HttpResponseBody;
import io.roastedroot.proxywasm.internal.Plugin;
import io.roastedroot.proxywasm.internal.PluginHttpContext;
import io.roastedroot.proxywasm.internal.Pool;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** Takes requests through the plugin, as the other host's own server adapters do; one thread. */
final class PeerLifecycle implements Runnable, Callable<String> {
    private final Pool pool;
    private final Supplier<PeerExchange> requests;

    PeerLifecycle(Pool pool, Supplier<PeerExchange> requests) {
        this.pool = pool;
        this.requests = requests;
    }

    @Override
    public void run() {
        lifecycle(requests.get());
    }

    @Override
    public String call() {
        PeerExchange exchange = requests.get();
        lifecycle(exchange);
        return exchange.outcome();
    }

    private void lifecycle(PeerExchange exchange) {
        Plugin plugin = borrow();
        plugin.lock();
        try {
            PluginHttpContext context = plugin.createHttpContext(exchange);
            HttpContext http = context.context();
            boolean hasBody = exchange.responseBody().length > 0;
            if (http.hasOnRequestHeaders()) {
                http.callOnRequestHeaders(true);
                goOn(context);
            }
            exchange.responseArrived();
            if (http.hasOnResponseHeaders()) {
                http.callOnResponseHeaders(!hasBody);
                goOn(context);
            }
            if (hasBody) {
                context.setHttpResponseBodyState(new HttpResponseBody(exchange.responseBody()));
                if (http.hasOnResponseBody()) {
                    http.callOnResponseBody(true);
                    goOn(context);
                }
                exchange.responseBody(context.getHttpResponseBody());
            }
            http.close();
        } finally {
            plugin.unlock();
            pool.release(plugin);
        }
    }

    private Plugin borrow() {
        try {
            return pool.borrow();
        } catch (StartException e) {
            throw new IllegalStateException("peer: the plugin does not start: " + e.getMessage(), e);
        }
    }

    /** Waits until the plugin lets the request pass. */
    private static void goOn(PluginHttpContext context) {
        context.maybePause();
        if (context.getSendResponse() != null) {
            throw new IllegalStateException("peer: the plugin answered "
                    + context.getSendResponse().statusCode() + " (expected: it lets the request pass)");
        }
    }
}
