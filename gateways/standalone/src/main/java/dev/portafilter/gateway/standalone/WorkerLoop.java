package dev.portafilter.gateway.standalone;

import dev.portafilter.runtime.ProxyWasmHost;
import dev.portafilter.runtime.stream.Worker;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop: it serves a share of the listener's connections, holds connections of its own to the servers, and is
 * the thread of one worker with VMs of its own. Nothing in it is shared but the counters.
 */
final class WorkerLoop extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerLoop.class);

    // To Vert.x, 0 is a free port for one loop, and a negative number one that all loops share.
    private static final int SHARED_FREE_PORT = -1;

    private final GatewayOptions options;
    private final ProxyWasmHost host;
    private final Counters counters;
    private final AtomicInteger port;
    private final Set<ProxyExchange> exchanges = new HashSet<>();
    private final CallClients callClients;
    private @Nullable Worker worker;
    private @Nullable Clients clients;
    private @Nullable HttpServer server;
    private @Nullable TcpLoop tcp;
    private boolean draining;

    WorkerLoop(
            GatewayOptions options,
            ProxyWasmHost host,
            CallClients callClients,
            Counters counters,
            AtomicInteger port) {
        this.options = options;
        this.host = host;
        this.callClients = callClients;
        this.counters = counters;
        this.port = port;
    }

    @Override
    public Future<?> start() {
        context.exceptionHandler(cause -> LOG.error("worker: an event could not be handled", cause));
        clients = callClients.of(context);
        Worker created = host.newWorker(new LoopExecutor(vertx, context));
        worker = created;
        TcpRoute route = options.tcp();
        if (route != null) {
            tcp = new TcpLoop((ContextInternal) context, created, route, options.limits(), counters);
        }
        // Not before its VMs have started, so that no request waits for them.
        return Future.fromCompletionStage(created.started(), context)
                .compose(started -> options.upstream() == null ? Future.succeededFuture() : listen())
                // Vert.x does not stop what it could not start.
                .recover(cause -> Future.fromCompletionStage(created.close(), context)
                        .transform(ended -> Future.failedFuture(cause)));
    }

    private Future<Void> listen() {
        HttpServer created = vertx.createHttpServer(Servers.options(options));
        server = created;
        created.connectionHandler(connection -> {
            counters.connections().increment();
            ClientConnection.watch(connection, counters.nextConnectionId());
        });
        created.invalidRequestHandler(this::refuse);
        created.requestHandler(request -> ProxyExchange.begin(this, request));
        int wanted = options.listen().port();
        return created.listen(
                        wanted == 0 ? SHARED_FREE_PORT : wanted,
                        options.listen().host())
                .onSuccess(listens -> port.set(listens.actualPort()))
                .mapEmpty();
    }

    private void refuse(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        boolean large = cause instanceof TooLongHttpLineException || cause instanceof TooLongHttpHeaderException;
        Refusal refusal = large
                ? new Refusal(431, "Request Header Fields Too Large", "http1.headers_too_large")
                : new Refusal(400, "Bad Request", "http1.codec_error");
        ProxyExchange.beginRefused(this, request, refusal);
    }

    Vertx vertx() {
        return vertx;
    }

    GatewayLimits limits() {
        return options.limits();
    }

    Target upstream() {
        return Objects.requireNonNull(options.upstream(), "upstream");
    }

    Worker worker() {
        return Objects.requireNonNull(worker, "worker");
    }

    /** The TCP connections; null when there are none. */
    @Nullable TcpLoop tcp() {
        return tcp;
    }

    Clients clients() {
        return Objects.requireNonNull(clients, "clients");
    }

    boolean draining() {
        return draining;
    }

    void opened(ProxyExchange exchange) {
        exchanges.add(exchange);
        counters.requestsActive().incrementAndGet();
    }

    void closed(ProxyExchange exchange) {
        exchanges.remove(exchange);
        counters.requestsActive().decrementAndGet();
    }

    void count(int status) {
        counters.responded(status);
    }

    /** Stops accepting and waits for the exchanges under way, as long as the limits say. Any thread. */
    Future<Void> drain() {
        Promise<Void> drained = Promise.promise();
        context.runOnContext(nothing -> {
            draining = true;
            HttpServer http = server;
            Future<Void> requests = http == null
                    ? Future.succeededFuture()
                    : http.shutdown(Duration.ofMillis(options.limits().drainTimeoutMillis()));
            Future<Void> connections = tcp == null ? Future.succeededFuture() : tcp.drain();
            requests.eventually(() -> connections).onComplete(drained);
        });
        return drained.future();
    }

    @Override
    public Future<?> stop() {
        for (ProxyExchange exchange : Set.copyOf(exchanges)) {
            exchange.abandon("the gateway stops");
        }
        if (tcp != null) {
            tcp.end();
        }
        Future<Void> ended =
                worker == null ? Future.succeededFuture() : Future.fromCompletionStage(worker.close(), context);
        return ended.eventually(() -> clients == null ? Future.succeededFuture() : clients.close());
    }
}
