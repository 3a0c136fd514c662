package dev.portafilter.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A registry in memory, on a free port of the loopback interface, over plain HTTP. */
final class MemoryRegistry implements AutoCloseable {
    private record Stored(String type, byte[] bytes) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Stored> stored = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile @Nullable String authorization;

    MemoryRegistry() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/v2/", this::answer);
        server.start();
    }

    /** {@code 127.0.0.1:PORT}. */
    String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /** From now on, asks for a user. */
    void requireUser(String user, String password) {
        authorization = "Basic " + login(user, password);
    }

    /** From now on, asks for nobody. */
    void requireNobody() {
        authorization = null;
    }

    static String login(String user, String password) {
        return Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    /** What was asked so far: method and path. */
    List<String> requests() {
        return requests;
    }

    /** Puts other bytes where a manifest or blob is, whatever their digest. */
    void replace(String repository, String kind, String reference, byte[] bytes) {
        stored.computeIfPresent(
                "/v2/" + repository + "/" + kind + "/" + reference, (path, before) -> new Stored(before.type, bytes));
    }

    /** A manifest or blob. */
    byte[] get(String repository, String kind, String reference) {
        return stored.get("/v2/" + repository + "/" + kind + "/" + reference).bytes;
    }

    /** Puts a blob, or a manifest under a tag, where it belongs; its SHA-256. */
    String put(String repository, String kind, @Nullable String tag, byte[] bytes) {
        String sha256 = sha256(bytes);
        Stored here = new Stored("application/vnd.oci.image.manifest.v1+json", bytes);
        stored.put("/v2/" + repository + "/" + kind + "/sha256:" + sha256, here);
        if (tag != null) {
            stored.put("/v2/" + repository + "/" + kind + "/" + tag, here);
        }
        return sha256;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String method = exchange.getRequestMethod();
            String path = exchange.getRequestURI().getPath();
            requests.add(method + " " + path);
            String expected = authorization;
            if (expected != null
                    && !expected.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"tests\"");
                exchange.sendResponseHeaders(401, -1);
                return;
            }
            switch (method) {
                case "POST" -> {
                    exchange.getResponseHeaders().set("Location", path + "1");
                    exchange.sendResponseHeaders(202, -1);
                }
                case "PUT" -> put(exchange, path, body);
                default -> get(exchange, method, path);
            }
        }
    }

    private void put(HttpExchange exchange, String path, byte[] body) throws IOException {
        String digest = "sha256:" + sha256(body);
        String query = exchange.getRequestURI().getQuery();
        boolean blob = path.contains("/blobs/uploads/");
        String folder = path.substring(0, path.indexOf(blob ? "/blobs/" : "/manifests/"));
        if (blob && (query == null || !query.contains("digest=" + digest))) {
            exchange.sendResponseHeaders(400, -1);
            return;
        }
        String type = String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type"));
        stored.put(folder + (blob ? "/blobs/" : "/manifests/") + digest, new Stored(type, body));
        if (!blob) {
            stored.put(path, new Stored(type, body));
        }
        exchange.getResponseHeaders().set("Docker-Content-Digest", digest);
        exchange.getResponseHeaders().set("Location", path);
        exchange.sendResponseHeaders(201, -1);
    }

    private void get(HttpExchange exchange, String method, String path) throws IOException {
        Stored found = stored.get(path);
        if (found == null) {
            exchange.sendResponseHeaders(path.equals("/v2/") ? 200 : 404, -1);
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", found.type);
        if (method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(found.bytes.length));
            exchange.sendResponseHeaders(200, -1);
        } else {
            exchange.sendResponseHeaders(200, found.bytes.length);
            exchange.getResponseBody().write(found.bytes);
        }
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
