package dev.portafilter.gateway.standalone;

import dev.portafilter.runtime.stream.Worker;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.resolver.AddressResolverGroup;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The TCP connections of one event loop. Event loop only, but for {@link #accept}. */
final class TcpLoop {
    private final ContextInternal context;
    private final Worker worker;
    private final TcpRoute route;
    private final GatewayLimits limits;
    private final Counters counters;
    private final Set<TcpConnection> connections = new HashSet<>();
    private @Nullable Promise<Void> drained;
    private boolean ended;

    TcpLoop(ContextInternal context, Worker worker, TcpRoute route, GatewayLimits limits, Counters counters) {
        this.context = context;
        this.worker = worker;
        this.route = route;
        this.limits = limits;
        this.counters = counters;
    }

    /** Takes a socket that has just been accepted and is registered nowhere. Any thread. */
    void accept(Channel accepted) {
        context.execute(() -> {
            if (ended) {
                accepted.unsafe().closeForcibly();
                return;
            }
            TcpConnection connection = new TcpConnection(this, counters.nextConnectionId(), accepted);
            connections.add(connection);
            counters.connections().increment();
            counters.tcpActive().incrementAndGet();
            context.nettyEventLoop().register(accepted).addListener(registered -> {
                if (!registered.isSuccess()) {
                    context.dispatch(() -> {
                        connection.abandon("not_registered");
                        closed(connection);
                    });
                }
            });
        });
    }

    ContextInternal context() {
        return context;
    }

    Worker worker() {
        return worker;
    }

    TcpRoute route() {
        return route;
    }

    GatewayLimits limits() {
        return limits;
    }

    /** Makes sockets of the kind that this event loop serves. */
    ChannelFactory<? extends Channel> sockets() {
        return context.owner().transport().channelFactory(false);
    }

    /** Looks up names without blocking. */
    AddressResolverGroup<InetSocketAddress> resolver() {
        return context.owner().nameResolver().nettyAddressResolverGroup();
    }

    void closed(TcpConnection connection) {
        if (connections.remove(connection)) {
            counters.tcpActive().decrementAndGet();
        }
        if (drained != null && connections.isEmpty()) {
            drained.tryComplete();
        }
    }

    /** Waits until the connections have ended, as long as the limits say; then it closes them. */
    Future<Void> drain() {
        Promise<Void> promise = Promise.promise();
        drained = promise;
        if (connections.isEmpty()) {
            promise.complete();
        } else {
            context.setTimer(Math.max(1, limits.drainTimeoutMillis()), passed -> {
                Set.copyOf(connections).forEach(connection -> connection.end("drain_timeout"));
                promise.tryComplete();
            });
        }
        return promise.future();
    }

    /** Breaks off what is under way; later connections are refused. */
    void end() {
        ended = true;
        Set.copyOf(connections).forEach(connection -> connection.abandon("the gateway stops"));
    }
}
