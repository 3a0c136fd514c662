package dev.portafilter.gateway.standalone;

import dev.portafilter.runtime.service.Cancellable;
import dev.portafilter.runtime.service.HttpCallListener;
import dev.portafilter.runtime.service.HttpCallRequest;
import dev.portafilter.runtime.service.HttpCallTransport;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Carries the HTTP calls of plugins to the clusters and the upstream, over the caller's event loop. Thread-safe. */
final class ClusterCalls implements HttpCallTransport {
    private final Vertx vertx;
    private final CallClients clients;
    private final Map<String, Target> clusters;
    private final int bodyBytes;

    ClusterCalls(Vertx vertx, CallClients clients, GatewayOptions options) {
        this.vertx = vertx;
        this.clients = clients;
        this.bodyBytes = options.limits().callBodyBytes();
        this.clusters = options.callable();
    }

    @Override
    public boolean knows(String upstream) {
        return clusters.containsKey(upstream);
    }

    @Override
    public @Nullable Cancellable start(HttpCallRequest request, HttpCallListener listener) {
        Target target = clusters.get(request.upstream());
        if (target == null) {
            return null;
        }
        Context loop = vertx.getOrCreateContext();
        ClusterCall call = new ClusterCall(vertx, clients.of(loop), target, bodyBytes, listener);
        loop.runOnContext(later -> call.send(request));
        return () -> loop.runOnContext(later -> call.cancel());
    }
}
