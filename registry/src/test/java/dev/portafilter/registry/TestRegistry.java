package dev.portafilter.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.portafilter.resources.ImageReference;
import dev.portafilter.resources.ModuleUrl;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A registry in this process that keeps what it is given, and answers otherwise where a test says so. */
final class TestRegistry implements AutoCloseable {
    static final char[] PASSWORD = "password".toCharArray();
    static final String REPOSITORY = "team/auth";

    private final HttpServer server;
    private final ExecutorService executor = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    });
    private final Map<String, RawManifest> manifests = new ConcurrentHashMap<>();
    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    private final Map<String, Queue<Answer>> scripts = new HashMap<>();
    private final List<Request> requests = new ArrayList<>();
    private Gate gate = exchange -> true;

    /** What was asked. */
    record Request(String line, String authorization, String range, String body) {}

    /** Answers a request. */
    interface Answer {
        void send(HttpExchange exchange) throws IOException;
    }

    /** Lets a request pass, or answers it. */
    interface Gate {
        boolean passes(HttpExchange exchange) throws IOException;
    }

    private TestRegistry(HttpServer server) {
        this.server = server;
        server.setExecutor(executor);
        server.createContext("/", this::answer);
        server.start();
    }

    static TestRegistry plain() throws IOException {
        return new TestRegistry(HttpServer.create(loopback(), 0));
    }

    static TestRegistry secured() throws IOException, GeneralSecurityException {
        HttpsServer server = HttpsServer.create(loopback(), 0);
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = TestRegistry.class.getResourceAsStream("self-signed.p12")) {
            store.load(in, PASSWORD);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return new TestRegistry(server);
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    int port() {
        return server.getAddress().getPort();
    }

    String host() {
        return "127.0.0.1:" + port();
    }

    String url() {
        return "http://" + host();
    }

    /** A reference to the repository that everything is in. */
    ImageReference image() {
        return image(host(), REPOSITORY);
    }

    static ImageReference image(String host, String repository) {
        return ModuleUrl.parse("oci://" + host + "/" + repository + ":v1").image();
    }

    /** Lets only some requests pass. */
    void guard(Gate value) {
        gate = value;
    }

    /** Answers the next requests of a line, such as {@code GET /v2/x}, in this way, one each; then as ever. */
    synchronized void script(String line, Answer... answers) {
        scripts.computeIfAbsent(line, key -> new ArrayDeque<>()).addAll(List.of(answers));
    }

    synchronized List<Request> requests() {
        return List.copyOf(requests);
    }

    List<String> lines() {
        return requests().stream().map(Request::line).toList();
    }

    String putBlob(byte[] bytes) {
        String digest = ImageDocument.digestOf(bytes);
        blobs.put(digest, bytes);
        return digest;
    }

    /** Keeps a manifest under its digest and a tag. */
    String putManifest(String tag, String mediaType, byte[] bytes) {
        RawManifest manifest = new RawManifest(mediaType, ImageDocument.digestOf(bytes), bytes);
        manifests.put(tag, manifest);
        manifests.put(manifest.digest(), manifest);
        return manifest.digest();
    }

    RawManifest manifest(String reference) {
        return manifests.get(reference);
    }

    byte[] blob(String digest) {
        return blobs.get(digest);
    }

    static String manifestPath(String reference) {
        return "/v2/" + REPOSITORY + "/manifests/" + reference;
    }

    static String blobPath(String digest) {
        return "/v2/" + REPOSITORY + "/blobs/" + digest;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            byte[] body = exchange.getRequestBody().readAllBytes();
            Answer scripted;
            synchronized (this) {
                requests.add(new Request(
                        line,
                        exchange.getRequestHeaders().getFirst("Authorization"),
                        exchange.getRequestHeaders().getFirst("Range"),
                        new String(body, StandardCharsets.UTF_8)));
                Queue<Answer> script = scripts.get(line);
                scripted = script == null ? null : script.poll();
            }
            if (scripted != null) {
                scripted.send(exchange);
            } else if (gate.passes(exchange)) {
                serve(exchange, body);
            }
        }
    }

    private void serve(HttpExchange exchange, byte[] body) throws IOException {
        String method = exchange.getRequestMethod();
        String path = exchange.getRequestURI().getPath();
        String last = path.substring(path.lastIndexOf('/') + 1);
        if (path.contains("/manifests/") && method.equals("PUT")) {
            putManifest(last, exchange.getRequestHeaders().getFirst("Content-Type"), body);
            status(exchange, 201);
        } else if (path.contains("/manifests/") && manifests.containsKey(last)) {
            RawManifest manifest = manifests.get(last);
            exchange.getResponseHeaders().set("Docker-Content-Digest", manifest.digest());
            send(exchange, method, manifest.mediaType(), manifest.bytes());
        } else if (path.endsWith("/blobs/uploads/") && method.equals("POST")) {
            exchange.getResponseHeaders().set("Location", path + "session?state=1");
            status(exchange, 202);
        } else if (path.endsWith("/blobs/uploads/session") && method.equals("PUT")) {
            String digest = putBlob(body);
            status(exchange, exchange.getRequestURI().getQuery().equals("state=1&digest=" + digest) ? 201 : 400);
        } else if (path.contains("/blobs/") && blobs.containsKey(last)) {
            blob(exchange, method, blobs.get(last));
        } else {
            status(exchange, 404);
        }
    }

    private static void blob(HttpExchange exchange, String method, byte[] bytes) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        if (range == null) {
            send(exchange, method, "application/octet-stream", bytes);
            return;
        }
        int from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
        exchange.getResponseHeaders()
                .set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
        exchange.sendResponseHeaders(206, bytes.length - from);
        exchange.getResponseBody().write(bytes, from, bytes.length - from);
    }

    private static void send(HttpExchange exchange, String method, String type, byte[] bytes) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        if (method.equals("HEAD")) {
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    static void status(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
    }

    /** An answer with a status and nothing else. */
    static Answer status(int status) {
        return exchange -> status(exchange, status);
    }

    /** An answer with a text. */
    static Answer text(String text) {
        return exchange -> send(exchange, "GET", "application/json", text.getBytes(StandardCharsets.UTF_8));
    }

    /** An answer that sends elsewhere. */
    static Answer redirect(int status, String location) {
        return exchange -> {
            exchange.getResponseHeaders().set("Location", location);
            status(exchange, status);
        };
    }

    /** An answer that says how it wants to be asked. */
    static Answer challenge(String... challenges) {
        return exchange -> {
            for (String challenge : challenges) {
                exchange.getResponseHeaders().add("WWW-Authenticate", challenge);
            }
            status(exchange, 401);
        };
    }

    /** An answer that is cut in the middle of its body. */
    static Answer cut(byte[] bytes, int after) {
        return exchange -> {
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes, 0, after);
            exchange.getResponseBody().flush();
        };
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
