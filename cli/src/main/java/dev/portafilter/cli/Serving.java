package dev.portafilter.cli;

import dev.portafilter.gateway.standalone.Endpoint;
import dev.portafilter.gateway.standalone.Gateway;
import dev.portafilter.gateway.standalone.GatewayOptions;
import dev.portafilter.resources.live.FileWatch;
import dev.portafilter.resources.live.LiveConfiguration;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.ProxyWasmHost;
import dev.portafilter.runtime.service.HostServices;
import dev.portafilter.runtime.service.PluginLog;
import java.nio.file.Path;
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
    private @Nullable FileWatch watch;
    private @Nullable Modules modules;

    Serving(GatewayOptions options) {
        this.options = options;
        this.gateway = Gateway.prepare(options);
    }

    /** Loads the plugins and listens. */
    void start(ServePlan plan, PluginLog log) {
        modules = plan.modules();
        ProxyWasmHost loaded = ProxyWasmHost.builder()
                .plugins(plan.resources().selection().plugins())
                .services(HostServices.builder()
                        .limits(plan.services())
                        .metrics(plan.modules().metrics())
                        .node(plan.node())
                        .log(log)
                        .httpCalls(gateway.httpCalls())
                        .grpcCalls(gateway.grpcCalls())
                        .build())
                .options(plan.workers())
                .cacheDirectory(plan.cacheDirectory())
                .keepLastGood(plan.keepLastGood())
                .build();
        host = loaded;
        LiveConfiguration configuration = plan.resources().follow(loaded);
        gateway.start(loaded, configuration);
        plan.modules().placements().whenPlaced(configuration::reload);
        FileWatch.Timing timing = plan.watch();
        if (timing != null) {
            watch = FileWatch.start(
                    () -> watched(plan.resources().config(), configuration), configuration::reloadWhile, timing);
            // What has changed between the first reading and now is in no event.
            configuration.reload();
        }
    }

    /** The resources, and the modules that they name. */
    private static List<Path> watched(Path config, LiveConfiguration configuration) {
        List<Path> paths = new ArrayList<>(configuration.moduleFiles());
        paths.add(config);
        return paths;
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
        if (watch != null) {
            watch.close();
        }
        gateway.drain();
        close();
    }

    @Override
    public void close() {
        if (watch != null) {
            watch.close();
        }
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
        if (modules != null) {
            modules.close();
        }
    }
}
