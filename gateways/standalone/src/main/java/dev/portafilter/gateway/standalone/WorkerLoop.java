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
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop: it serves a share of the listener's connections, holds connections of its own to the servers, and is
 * the thread of one worker with VMs of its own. Nothing in it is shared but the counters.
 */
final class WorkerLoop extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerLoop.class);

    private final GatewayOptions options;
    private final ProxyWasmHost host;
    private final Counters counters;
    private final Listening listening;
    private final Set<ProxyExchange> exchanges = new HashSet<>();
    private final CallClients callClients;
    private @Nullable Worker worker;
    private @Nullable Clients clients;
    private @Nullable HttpServer server;
    private boolean draining;

    WorkerLoop(
            GatewayOptions options,
            ProxyWasmHost host,
            CallClients callClients,
            Counters counters,
            Listening listening) {
        this.options = options;
        this.host = host;
        this.callClients = callClients;
        this.counters = counters;
        this.listening = listening;
    }

    @Override
    public Future<?> start() {
        context.exceptionHandler(cause -> LOG.error("worker: an event could not be handled", cause));
        clients = callClients.of(context);
        worker = host.newWorker(new LoopExecutor(vertx, context));
        Promise<Void> listens = Promise.promise();
        // Not before its VMs have started, so that no request waits for them.
        worker.started().thenRun(() -> listen().onComplete(listens));
        return listens.future();
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
        return created.listen(
                        listening.port(options.listen().port()),
                        options.listen().host())
                .onSuccess(listens -> listening.bound(listens.actualPort()))
                .mapEmpty();
    }

    private void refuse(HttpServerRequest request) {
        ClientConnection.of(request.connection()).nextRequest();
        Throwable cause = request.decoderResult().cause();
        int status =
                cause instanceof TooLongHttpLineException || cause instanceof TooLongHttpHeaderException ? 431 : 400;
        count(status);
        String text = status == 431 ? "Request Header Fields Too Large" : "Bad Request";
        new ClientSide(vertx, request, new RequestFacts(true)).refuse(new Refusal(status, text));
    }

    Vertx vertx() {
        return vertx;
    }

    GatewayLimits limits() {
        return options.limits();
    }

    Target upstream() {
        return options.upstream();
    }

    Worker worker() {
        return Objects.requireNonNull(worker, "worker");
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
            HttpServer running = server;
            if (running == null) {
                drained.complete();
            } else {
                running.shutdown(Duration.ofMillis(options.limits().drainTimeoutMillis()))
                        .onComplete(drained);
            }
        });
        return drained.future();
    }

    @Override
    public Future<?> stop() {
        for (ProxyExchange exchange : Set.copyOf(exchanges)) {
            exchange.abandon("the gateway stops");
        }
        Future<Void> ended =
                worker == null ? Future.succeededFuture() : Future.fromCompletionStage(worker.close(), context);
        return ended.eventually(() -> clients == null ? Future.succeededFuture() : clients.close());
    }
}
