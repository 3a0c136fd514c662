package dev.portafilter.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/** The two servers behind the demonstration's gateway: an upstream that tells what it saw, and an API-key service. */
final class DemoServers implements AutoCloseable {
    /** The one key that the key service knows. */
    static final String GOOD_KEY = "let-me-in";

    private static final String NOTE = "paid with card 4111 1111 1111 1111";

    private final ExecutorService threads = Executors.newFixedThreadPool(2, DemoServers::daemon);
    private final HttpServer upstream;
    private final HttpServer keys;
    private final ConcurrentLinkedQueue<String> seenByUpstream = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> seenByKeys = new ConcurrentLinkedQueue<>();
    private volatile boolean watching = true;

    DemoServers() throws IOException {
        upstream = server(this::echo);
        keys = server(this::check);
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "portafilter-demo-server");
        thread.setDaemon(true);
        return thread;
    }

    private HttpServer server(HttpHandler answer) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", answer);
        server.start();
        return server;
    }

    String upstreamUrl() {
        return url(upstream);
    }

    String keysUrl() {
        return url(keys);
    }

    private static String url(HttpServer server) {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Notes nothing from now on, and serves on. */
    void stopWatching() {
        watching = false;
        seenByUpstream.clear();
        seenByKeys.clear();
    }

    /** What the upstream has seen since this was last asked, a request per entry. */
    List<String> takeSeenByUpstream() {
        return take(seenByUpstream);
    }

    /** What the key service has seen since this was last asked. */
    List<String> takeSeenByKeys() {
        return take(seenByKeys);
    }

    private static List<String> take(ConcurrentLinkedQueue<String> seen) {
        List<String> taken = List.copyOf(seen);
        seen.removeAll(taken);
        return taken;
    }

    private void note(ConcurrentLinkedQueue<String> seen, String request) {
        if (watching) {
            seen.add(request);
        }
    }

    private void echo(HttpExchange exchange) throws IOException {
        String request = text(exchange);
        note(seenByUpstream, request);
        String body = "you sent\n" + request.indent(2) + NOTE + "\n";
        exchange.getResponseHeaders().set("content-type", "text/plain");
        exchange.getResponseHeaders().set("x-powered-by", "echo/1.0");
        answer(exchange, 200, body);
    }

    private void check(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        note(seenByKeys, exchange.getRequestMethod() + " " + exchange.getRequestURI());
        boolean good = GOOD_KEY.equals(exchange.getRequestHeaders().getFirst("x-api-key"));
        if (good) {
            exchange.getResponseHeaders().set("x-user", "alice");
        }
        answer(exchange, good ? 200 : 403, "");
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    private static String text(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        Map<String, String> headers = new TreeMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), String.join(", ", values)));
        return exchange.getRequestMethod() + " " + exchange.getRequestURI() + "\n"
                + headers.entrySet().stream()
                        .map(header -> header.getKey() + ": " + header.getValue())
                        .collect(Collectors.joining("\n"));
    }

    @Override
    public void close() {
        upstream.stop(0);
        keys.stop(0);
        threads.shutdownNow();
    }
}
