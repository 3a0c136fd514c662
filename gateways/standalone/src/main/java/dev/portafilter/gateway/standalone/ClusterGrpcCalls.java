package dev.portafilter.gateway.standalone;

import dev.portafilter.runtime.service.GrpcCall;
import dev.portafilter.runtime.service.GrpcCallListener;
import dev.portafilter.runtime.service.GrpcCallRequest;
import dev.portafilter.runtime.service.GrpcCallTransport;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Carries the gRPC calls of plugins to the clusters and the upstream, over the caller's event loop and the connections
 * that it has already. Clear text is HTTP/2 without asking, whatever HTTP calls to that cluster speak. Thread-safe.
 */
final class ClusterGrpcCalls implements GrpcCallTransport {
    private final Vertx vertx;
    private final CallClients clients;
    private final Map<String, Target> clusters;
    private final int queueBytes;

    ClusterGrpcCalls(Vertx vertx, CallClients clients, GatewayOptions options) {
        this.vertx = vertx;
        this.clients = clients;
        this.queueBytes = options.limits().callBodyBytes();
        this.clusters = options.callable();
    }

    @Override
    public boolean knows(String upstream) {
        return clusters.containsKey(upstream);
    }

    @Override
    public @Nullable GrpcCall start(GrpcCallRequest request, GrpcCallListener listener) {
        Target cluster = clusters.get(request.upstream());
        if (cluster == null) {
            return null;
        }
        boolean clear = cluster.protocol() != Target.Protocol.HTTPS;
        Target target = clear ? new Target(Target.Protocol.H2C, cluster.host(), cluster.port()) : cluster;
        Context loop = vertx.getOrCreateContext();
        ClusterGrpcCall call =
                new ClusterGrpcCall(vertx, loop, clients.of(loop), target, queueBytes, request, listener);
        call.start(clear ? "http" : "https");
        return call;
    }
}
