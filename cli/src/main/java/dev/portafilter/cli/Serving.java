package dev.portafilter.cli;

import dev.portafilter.gateway.standalone.Endpoint;
import dev.portafilter.gateway.standalone.Gateway;
import dev.portafilter.gateway.standalone.GatewayOptions;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.ProxyWasmHost;
import dev.portafilter.runtime.service.HostServices;
import dev.portafilter.runtime.service.PluginLog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A host and a gateway that belong together. Not for event loops: its methods block. */
final class Serving implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Serving.class);
    private static final long CLOSE_SECONDS = 5;

    private final GatewayOptions options;
    private final Gateway gateway;
    private @Nullable ProxyWasmHost host;

    Serving(GatewayOptions options) {
        this.options = options;
        this.gateway = Gateway.prepare(options);
    }

    /** Loads the plugins and listens. */
    void start(ServePlan plan, PluginLog log) {
        ProxyWasmHost loaded = ProxyWasmHost.builder()
                .plugins(plan.selection().plugins())
                .services(HostServices.builder()
                        .limits(plan.services())
                        .node(plan.node())
                        .log(log)
                        .httpCalls(gateway.httpCalls())
                        .grpcCalls(gateway.grpcCalls())
                        .build())
                .options(plan.workers())
                .cacheDirectory(plan.cacheDirectory())
                .build();
        host = loaded;
        gateway.start(loaded);
    }

    /** Where HTTP clients connect. */
    String url() {
        return (options.tlsCertificate() == null ? "http://" : "https://") + gateway.endpoint();
    }

    /** Every place where clients connect, HTTP first. */
    List<String> urls() {
        List<String> urls = new ArrayList<>();
        if (options.upstream() != null) {
            urls.add(url());
        }
        Endpoint tcp = gateway.tcpEndpoint();
        if (tcp != null) {
            urls.add("tcp://" + tcp);
        }
        return urls;
    }

    /** Where operators look; null when they were given no place. */
    @Nullable String adminUrl() {
        Endpoint admin = gateway.adminEndpoint();
        return admin == null ? null : "http://" + admin;
    }

    List<PluginStatus> plugins() {
        return host == null ? List.of() : host.plugins();
    }

    /** Stops accepting, waits for requests in flight, and ends everything. */
    void drainAndClose() {
        gateway.drain();
        close();
    }

    @Override
    public void close() {
        ProxyWasmHost loaded = host;
        if (loaded != null) {
            loaded.close();
            try {
                loaded.closed().toCompletableFuture().get(CLOSE_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException | ExecutionException e) {
                LOG.warn("host: plugins did not end within {} s", CLOSE_SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        gateway.close();
    }
}
