package dev.portafilter.gateway.standalone;

import dev.portafilter.resources.live.LiveConfiguration;
import dev.portafilter.runtime.ProxyWasmHost;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What operators look at: {@code /healthz}, {@code /readyz}, {@code /metrics} and {@code /plugins}; and {@code POST
 * /reload}, which reads the resources again. It has an event loop of its own, so that a busy plugin does not make the
 * gateway look dead.
 */
final class AdminServer extends VerticleBase {
    private final Endpoint endpoint;
    private final ProxyWasmHost host;
    private final @Nullable LiveConfiguration configuration;
    private final GatewayMetrics metrics;
    private final BooleanSupplier ready;
    private volatile int port;

    AdminServer(
            Endpoint endpoint,
            ProxyWasmHost host,
            @Nullable LiveConfiguration configuration,
            GatewayMetrics metrics,
            BooleanSupplier ready) {
        this.endpoint = endpoint;
        this.host = host;
        this.configuration = configuration;
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
        if (request.path().equals("/reload")) {
            answerReload(request);
            return;
        }
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
            case "/plugins" -> end(request, 200, "application/json", plugins());
            default ->
                end(request, 404, "text/plain", "Here are /healthz, /readyz, /metrics, /plugins and POST /reload\n");
        }
    }

    private String plugins() {
        return configuration == null ? PluginsJson.ofPlugins(host.plugins()) : PluginsJson.of(configuration.statuses());
    }

    private void answerReload(HttpServerRequest request) {
        LiveConfiguration live = configuration;
        if (!request.method().equals(HttpMethod.POST)) {
            request.response().putHeader("allow", "POST");
            end(request, 405, "text/plain", "Only POST is answered here\n");
        } else if (live == null) {
            end(request, 404, "text/plain", "The plugins of this gateway come from no files\n");
        } else {
            // Reading files blocks.
            vertx.executeBlocking(live::reload)
                    .compose(Future::fromCompletionStage)
                    .onSuccess(result ->
                            end(request, result.clean() ? 200 : 422, "application/json", PluginsJson.of(result)))
                    .onFailure(cause -> end(request, 503, "text/plain", "The gateway stops (" + cause + ")\n"));
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
