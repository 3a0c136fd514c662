package dev.portafilter.gateway.standalone;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The connections of every event loop: those for requests and those for calls of plugins are the same. Thread-safe. */
final class CallClients {
    private final Vertx vertx;
    private final @Nullable Path ca;
    private final GatewayLimits limits;
    private final Map<Context, Clients> byLoop = new ConcurrentHashMap<>();

    CallClients(Vertx vertx, @Nullable Path ca, GatewayLimits limits) {
        this.vertx = vertx;
        this.ca = ca;
        this.limits = limits;
    }

    /** The connections of one event loop. */
    Clients of(Context context) {
        // Every request has a context of its own, made from the one of its event loop.
        Context loop = ((ContextInternal) context).unwrap();
        return byLoop.computeIfAbsent(loop, created -> new Clients(vertx, ca, limits));
    }
}
