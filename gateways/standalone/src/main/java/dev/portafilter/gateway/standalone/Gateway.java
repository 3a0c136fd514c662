package dev.portafilter.gateway.standalone;

import dev.portafilter.resources.live.LiveConfiguration;
import dev.portafilter.runtime.ProxyWasmHost;
import dev.portafilter.runtime.service.GrpcCallTransport;
import dev.portafilter.runtime.service.HttpCallTransport;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.internal.VertxInternal;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A reverse proxy that runs every request and response, and every TCP connection, through the plugins of a {@link
 * ProxyWasmHost}. Each of its event
 * loops is a worker of that host. Thread-safe; its methods block, so they are not for event loops.
 *
 * <p>First comes {@link #prepare}, whose {@link #httpCalls} and {@link #grpcCalls} the host needs; then the host; then {@link #start}.
 */
public final class Gateway implements AutoCloseable {
    private static final long STOP_SECONDS = 10;

    private final GatewayOptions options;
    private final Vertx vertx;
    private final CallClients clients;
    private final ClusterCalls calls;
    private final ClusterGrpcCalls grpcCalls;
    private final Counters counters = new Counters();
    private final AtomicInteger port = new AtomicInteger();
    private volatile @Nullable Endpoint admin;
    private volatile @Nullable TcpListener tcp;
    private volatile boolean draining;
    private final List<WorkerLoop> loops = new CopyOnWriteArrayList<>();

    private Gateway(GatewayOptions options) {
        this.options = options;
        this.vertx = Vertx.vertx(new VertxOptions()
                // One more for the admin server.
                .setEventLoopPoolSize(options.workers() + 1)
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false))
                // A plugin may run as long as its deadline allows, and its VM starts on the event loop.
                .setMaxEventLoopExecuteTime(60)
                .setMaxEventLoopExecuteTimeUnit(TimeUnit.SECONDS));
        this.clients = new CallClients(vertx, options.ca(), options.limits());
        this.calls = new ClusterCalls(vertx, clients, options);
        this.grpcCalls = new ClusterGrpcCalls(vertx, clients, options);
    }

    /** A gateway that does not listen yet. */
    public static Gateway prepare(GatewayOptions options) {
        return new Gateway(options);
    }

    /** The network of the gateway's clusters for HTTP calls, for the services of the host. */
    public HttpCallTransport httpCalls() {
        return calls;
    }

    /**
     * The network of the gateway's clusters for gRPC calls, for the services of the host. It works without {@link #start},
     * for hosts that only want the network.
     */
    public GrpcCallTransport grpcCalls() {
        return grpcCalls;
    }

    /**
     * Starts the workers and listens.
     *
     * @throws GatewayException when it cannot
     */
    public Gateway start(ProxyWasmHost host) {
        return start(host, null);
    }

    /**
     * Starts the workers and listens.
     *
     * @param configuration what operators see, and reload, at the admin address; null when the plugins come from elsewhere
     * @throws GatewayException when it cannot
     */
    public Gateway start(ProxyWasmHost host, @Nullable LiveConfiguration configuration) {
        Supplier<Deployable> loop = () -> {
            WorkerLoop created = new WorkerLoop(options, host, clients, counters, port);
            loops.add(created);
            return created;
        };
        deploy("listen", options.listen(), loop, options.workers());
        TcpRoute route = options.tcp();
        if (route != null) {
            List<TcpLoop> all =
                    loops.stream().map(WorkerLoop::tcp).filter(Objects::nonNull).toList();
            tcp = TcpListener.listen((VertxInternal) vertx, route.listen(), all);
        }
        Endpoint wanted = options.admin();
        if (wanted != null) {
            GatewayMetrics metrics = new GatewayMetrics(host.services().metrics(), counters);
            AdminServer server = new AdminServer(wanted, host, configuration, metrics, this::ready);
            deploy("admin", wanted, () -> server, 1);
            admin = server.endpoint();
        }
        return this;
    }

    private void deploy(String what, Endpoint endpoint, Supplier<Deployable> verticle, int instances) {
        try {
            await(vertx.deployVerticle(verticle, new DeploymentOptions().setInstances(instances)));
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            throw new GatewayException(what + ": " + endpoint + " is not possible (" + cause + ")", cause);
        }
    }

    /** Where TCP clients connect, with the real port; null when there is no such place. */
    public @Nullable Endpoint tcpEndpoint() {
        TcpListener listener = tcp;
        return listener == null ? null : listener.endpoint();
    }

    /** Where HTTP clients connect; the port is the real one, once there is such a place. */
    public Endpoint endpoint() {
        return options.listen().withPort(port.get());
    }

    /** Where operators look; null when they were given no place. */
    public @Nullable Endpoint adminEndpoint() {
        return admin;
    }

    /** Whether new requests are welcome: it is not draining. */
    public boolean ready() {
        return !draining;
    }

    /** Exchanges under way. */
    public long activeRequests() {
        return counters.requestsActive().get();
    }

    /** TCP connections under way. */
    public long activeConnections() {
        return counters.tcpActive().get();
    }

    /** Stops accepting, and waits for what is under way as long as the limits say. */
    public void drain() {
        draining = true;
        stopAccepting();
        Future<Void> all = Future.succeededFuture();
        for (WorkerLoop loop : loops) {
            Future<Void> one = loop.drain();
            all = all.eventually(() -> one);
        }
        await(all.otherwiseEmpty());
    }

    /** Breaks off what is under way and gives everything back. The host is not closed. */
    @Override
    public void close() {
        stopAccepting();
        try {
            vertx.close()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(STOP_SECONDS, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            LoggerFactory.getLogger(Gateway.class).warn("gateway: did not stop in time", e);
        }
    }

    private void stopAccepting() {
        TcpListener listener = tcp;
        if (listener != null) {
            listener.close();
        }
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}
