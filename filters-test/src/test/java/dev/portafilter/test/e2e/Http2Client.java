package dev.portafilter.test.e2e;

import dev.portafilter.gateway.standalone.Endpoint;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A client that speaks HTTP/2 in clear text, all requests on one connection. */
final class Http2Client implements AutoCloseable {
    private static final int CANCEL = 8;

    private final Endpoint endpoint;
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client;

    Http2Client(Endpoint endpoint) {
        this.endpoint = endpoint;
        HttpClientOptions options =
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false);
        this.client = vertx.createHttpClient(options, new PoolOptions().setHttp2MaxSize(1));
    }

    /** Opens a stream and writes nothing yet. */
    HttpClientRequest open(String method, String path, String... headers) throws Exception {
        HttpClientRequest request =
                await(client.request(HttpMethod.valueOf(method), endpoint.port(), endpoint.host(), path));
        // Whoever waits for the response hears of it as well.
        request.exceptionHandler(broken -> {});
        for (String header : headers) {
            String[] parts = header.split(": ", 2);
            request.headers().add(parts[0], parts[1]);
        }
        return request;
    }

    /** Sends what is left of a request, in one piece. */
    static Future<Message> send(HttpClientRequest request, byte[] body) {
        return request.send(Buffer.buffer(body))
                .compose(response -> response.body()
                        .map(whole -> new Message(
                                "HTTP/2 " + response.statusCode(),
                                lines(response.headers()),
                                whole.getBytes(),
                                lines(response.trailers()),
                                true)));
    }

    /** Breaks a stream off. */
    static void reset(HttpClientRequest request) throws Exception {
        await(request.reset(CANCEL));
    }

    private static List<String> lines(MultiMap map) {
        List<String> lines = new ArrayList<>();
        for (Map.Entry<String, String> entry : map) {
            lines.add(entry.getKey() + ": " + entry.getValue());
        }
        return lines;
    }

    static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(Patience.MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() throws Exception {
        await(vertx.close());
    }
}
