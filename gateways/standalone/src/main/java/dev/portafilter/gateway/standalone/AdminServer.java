package dev.portafilter.gateway.standalone;

import dev.portafilter.runtime.ProxyWasmHost;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.function.BooleanSupplier;

/**
 * What operators look at: {@code /healthz}, {@code /readyz}, {@code /metrics} and {@code /plugins}. It has an event loop
 * of its own, so that a busy plugin does not make the gateway look dead.
 */
final class AdminServer extends VerticleBase {
    private final Endpoint endpoint;
    private final ProxyWasmHost host;
    private final GatewayMetrics metrics;
    private final BooleanSupplier ready;
    private volatile int port;

    AdminServer(Endpoint endpoint, ProxyWasmHost host, GatewayMetrics metrics, BooleanSupplier ready) {
        this.endpoint = endpoint;
        this.host = host;
        this.metrics = metrics;
        this.ready = ready;
    }

    @Override
    public Future<?> start() {
        return vertx.createHttpServer(new HttpServerOptions().setIdleTimeout(60))
                .requestHandler(this::answer)
                .listen(endpoint.port(), endpoint.host())
                .onSuccess(listens -> port = listens.actualPort());
    }

    /** Where it listens; the port is the real one. */
    Endpoint endpoint() {
        return endpoint.withPort(port);
    }

    private void answer(HttpServerRequest request) {
        if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            request.response().putHeader("allow", "GET, HEAD");
            end(request, 405, "text/plain", "Only GET and HEAD are answered here\n");
            return;
        }
        switch (request.path()) {
            case "/healthz" -> end(request, 200, "text/plain", "alive\n");
            case "/readyz" -> {
                boolean yes = ready.getAsBoolean();
                end(request, yes ? 200 : 503, "text/plain", yes ? "ready\n" : "not ready\n");
            }
            case "/metrics" -> end(request, 200, "text/plain; version=0.0.4", metrics.scrape());
            case "/plugins" -> end(request, 200, "application/json", PluginsJson.of(host.plugins()));
            default -> end(request, 404, "text/plain", "Here are /healthz, /readyz, /metrics and /plugins\n");
        }
    }

    private static void end(HttpServerRequest request, int status, String type, String body) {
        HttpServerResponse response =
                request.response().setStatusCode(status).putHeader("content-type", type + "; charset=utf-8");
        if (request.method().equals(HttpMethod.HEAD)) {
            response.end().onComplete(done -> {});
        } else {
            response.end(body).onComplete(done -> {});
        }
    }

    @Override
    public Future<?> stop() {
        metrics.close();
        return Future.succeededFuture();
    }
}
