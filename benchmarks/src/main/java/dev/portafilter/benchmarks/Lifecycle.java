package dev.portafilter.benchmarks;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.stream.HttpStream;
import dev.portafilter.runtime.stream.Worker;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes requests through our host, whole: create, request headers, response headers (and body), log, done, delete. One
 * worker on the thread that made it.
 */
final class Lifecycle implements Runnable {
    private static final long CALL_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final CallerExecutor executor = new CallerExecutor();
    private final Worker worker;
    private final String[] requestHeaders;
    private final String[] responseHeaders;
    private final HeaderMap builtRequest;
    private final HeaderMap builtResponse;
    private final byte[] responseBody;

    Lifecycle(OurHost host, Scenario scenario) {
        worker = host.newWorker(executor);
        requestHeaders = scenario.requestHeaders();
        responseHeaders = scenario.responseHeaders();
        builtRequest = HeaderMap.of(requestHeaders);
        builtResponse = HeaderMap.of(responseHeaders);
        // In bytes, as a server has them that does not make text of what it reads.
        builtRequest.byteSize();
        builtResponse.byteSize();
        responseBody = scenario.responseBody();
    }

    /** One request whose header maps are made from strings on the way, as most server libraries have it. */
    @Override
    public void run() {
        through(new DroppingExchange(), HeaderMap.of(requestHeaders), HeaderMap.of(responseHeaders));
    }

    /** The same with header maps that are there already and only copied, names and values shared. */
    void runWithBuiltMaps() {
        through(new DroppingExchange(), builtRequest.copy(), builtResponse.copy());
    }

    /** One more request, and what came out of it, in the form that is compared with the other host's. */
    String outcome() {
        DroppingExchange exchange = new DroppingExchange();
        through(exchange, HeaderMap.of(requestHeaders), HeaderMap.of(responseHeaders));
        return "request " + lines(exchange.requestHeaders) + "response " + lines(exchange.responseHeaders)
                + new String(exchange.responseBody, StandardCharsets.ISO_8859_1);
    }

    private void through(DroppingExchange exchange, HeaderMap request, HeaderMap response) {
        HttpStream stream = worker.openStream(exchange);
        stream.requestHeaders(request, true);
        if (exchange.requestHeaders == null) {
            awaitForwarded(exchange);
        }
        stream.responseHeaders(response, responseBody.length == 0);
        if (responseBody.length > 0) {
            stream.responseBody(responseBody.clone(), true);
        }
        if (!stream.finished() || exchange.responseHeaders == null) {
            throw new IllegalStateException("the response was not forwarded (expected: the plugin lets it pass)");
        }
    }

    /** For a plugin that makes an HTTP call first. */
    private void awaitForwarded(DroppingExchange exchange) {
        long start = System.nanoTime();
        while (exchange.requestHeaders == null) {
            executor.runTasks();
            if (exchange.responseHeaders != null || System.nanoTime() - start > CALL_LIMIT_NANOS) {
                throw new IllegalStateException("the request was not forwarded; the client got "
                        + exchange.responseHeaders + " (expected: the plugin lets it pass)");
            }
            Thread.onSpinWait();
        }
    }

    private static String lines(@Nullable HeaderMap map) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; map != null && i < map.count(); i++) {
            lines.add(map.nameText(i) + ": " + map.valueText(i));
        }
        lines.sort(null);
        return lines.size() + "\n" + String.join("\n", lines) + "\n";
    }
}
