package dev.portafilter.gateway.standalone;

import dev.portafilter.abi.LogLevel;
import dev.portafilter.runtime.ProxyWasmHost;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.service.HostServices;
import dev.portafilter.runtime.service.PluginLog;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A gateway before an upstream, on ports that the system chose. Checks at the end that nothing was left behind. */
final class GatewayFixture implements AutoCloseable {
    /** What plugins have logged. */
    final BlockingQueue<String> log = new LinkedBlockingQueue<>();

    final ProxyWasmHost host;
    final Gateway gateway;

    /** Without plugins. */
    GatewayFixture(Target upstream) {
        this(upstream, GatewayLimits.DEFAULT);
    }

    GatewayFixture(Target upstream, GatewayLimits limits) {
        this(GatewayOptions.builder(upstream).workers(1).limits(limits));
    }

    GatewayFixture(GatewayOptions.Builder options, PluginSpec... plugins) {
        this(options, services -> {}, plugins);
    }

    GatewayFixture(GatewayOptions.Builder options, Consumer<HostServices.Builder> change, PluginSpec... plugins) {
        gateway = Gateway.prepare(options.listen(new Endpoint("127.0.0.1", 0)).build());
        HostServices.Builder services = HostServices.builder()
                .httpCalls(gateway.httpCalls())
                .grpcCalls(gateway.grpcCalls())
                .log(new KeptLog());
        change.accept(services);
        ProxyWasmHost built = ProxyWasmHost.builder()
                .plugins(List.of(plugins))
                .services(services.build())
                .build();
        host = built;
        try {
            gateway.start(host);
        } catch (GatewayException e) {
            gateway.close();
            host.close();
            throw e;
        }
    }

    /** With a plugin that logs its callbacks. */
    static GatewayFixture probed(Target upstream, String... properties) {
        return new GatewayFixture(GatewayOptions.builder(upstream).workers(1), ProbePlugin.reading(properties));
    }

    /** With a plugin that logs its callbacks, those at the end of a stream too. */
    static GatewayFixture probedToTheEnd(Target upstream) {
        return new GatewayFixture(GatewayOptions.builder(upstream).workers(1), ProbePlugin.toTheEnd());
    }

    /** For TCP alone. */
    static GatewayFixture tcp(Endpoint upstream, GatewayLimits limits, PluginSpec... plugins) {
        return new GatewayFixture(
                GatewayOptions.builder()
                        .tcp(new TcpRoute(new Endpoint("127.0.0.1", 0), upstream))
                        .workers(1)
                        .limits(limits),
                plugins);
    }

    static GatewayFixture tcp(Endpoint upstream, PluginSpec... plugins) {
        return tcp(upstream, GatewayLimits.DEFAULT, plugins);
    }

    /** A connection to the place for TCP. */
    TcpPeer connectTcp() throws IOException {
        Endpoint place = Objects.requireNonNull(gateway.tcpEndpoint(), "tcpEndpoint");
        return TcpPeer.connect(place.port());
    }

    RawClient connect() throws IOException {
        return new RawClient(gateway.endpoint());
    }

    /** One request on a connection of its own. */
    RawClient.Message ask(String request) throws IOException {
        try (RawClient client = connect()) {
            return client.send(request).response();
        }
    }

    /** The next line of the log. */
    String logged() throws InterruptedException {
        return String.valueOf(log.poll(20, TimeUnit.SECONDS));
    }

    /** Waits until every exchange and every TCP connection is over. */
    void idle() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (gateway.activeRequests() + gateway.activeConnections() != 0) {
            if (System.nanoTime() > end) {
                throw new AssertionError(gateway.activeRequests() + " exchanges and " + gateway.activeConnections()
                        + " connections are still under way");
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Override
    public void close() {
        gateway.close();
        host.close();
        if (gateway.activeRequests() + gateway.activeConnections() != 0) {
            throw new AssertionError(gateway.activeRequests() + " exchanges and " + gateway.activeConnections()
                    + " connections were left behind");
        }
    }

    private final class KeptLog implements PluginLog {
        @Override
        public boolean enabled(LogLevel level) {
            return true;
        }

        @Override
        public void log(LogLevel level, String plugin, int contextId, String message) {
            log.add(message);
        }
    }
}
