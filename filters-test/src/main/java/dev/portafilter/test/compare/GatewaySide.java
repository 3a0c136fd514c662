package dev.portafilter.test.compare;

import dev.portafilter.abi.LogLevel;
import dev.portafilter.abi.MetricType;
import dev.portafilter.gateway.standalone.Endpoint;
import dev.portafilter.gateway.standalone.Gateway;
import dev.portafilter.gateway.standalone.GatewayOptions;
import dev.portafilter.gateway.standalone.Target;
import dev.portafilter.gateway.standalone.TcpRoute;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.ProxyWasmHost;
import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.plugin.PluginType;
import dev.portafilter.runtime.service.HostServices;
import dev.portafilter.runtime.service.MetricSample;
import dev.portafilter.runtime.service.PluginLog;
import dev.portafilter.test.RecordingPluginLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The standalone gateway, in this process, with one worker. */
final class GatewaySide implements Side {
    private static final String LOOPBACK = "127.0.0.1";

    private final Servers servers;
    private final boolean tcp;
    private final Gateway gateway;
    private final ProxyWasmHost host;
    private final RecordingPluginLog log;
    private final Map<String, String> logNames = new HashMap<>();

    GatewaySide(Scenario scenario, @Nullable Path compiledModules) throws IOException {
        servers = new Servers(scenario.upstream(), scenario.clusters());
        log = new RecordingPluginLog(scenario.logLevel());
        tcp = scenario.tcp();
        Endpoint anywhere = new Endpoint(LOOPBACK, 0);
        GatewayOptions.Builder options = tcp
                ? GatewayOptions.builder().tcp(new TcpRoute(anywhere, new Endpoint(LOOPBACK, servers.upstreamPort())))
                : GatewayOptions.builder(target(Servers.UPSTREAM, servers.upstreamPort()));
        options.listen(anywhere).workers(1);
        servers.ports().forEach((name, port) -> {
            if (!name.equals(Servers.UPSTREAM)) {
                options.cluster(name, target(name, port));
            }
        });
        gateway = Gateway.prepare(options.build());
        ProxyWasmHost.Builder building = ProxyWasmHost.builder()
                .cacheDirectory(compiledModules)
                .services(HostServices.builder()
                        .log(new GuestLines(log))
                        .httpCalls(gateway.httpCalls())
                        .grpcCalls(gateway.grpcCalls())
                        .build());
        int position = 0;
        for (ComparedPlugin plugin : scenario.plugins()) {
            logNames.put("default." + plugin.name(), scenario.logName(plugin));
            building.plugin(PluginSpec.builder(plugin.name(), ModuleSource.of(Files.readAllBytes(plugin.module())))
                    .configuration(Text.bytes(plugin.configuration()))
                    .vmConfiguration(Text.bytes(plugin.vmConfiguration()))
                    .rootId(plugin.rootId())
                    .vmId(Scenario.vmId(plugin))
                    .failurePolicy(plugin.failOpen() ? FailurePolicy.FAIL_OPEN : FailurePolicy.FAIL_CLOSED)
                    .type(tcp ? PluginType.NETWORK : PluginType.HTTP)
                    .priority(--position)
                    .build());
        }
        host = building.build();
        gateway.start(host);
    }

    private Target target(String name, int port) {
        return new Target(servers.http2(name) ? Target.Protocol.H2C : Target.Protocol.HTTP, LOOPBACK, port);
    }

    @Override
    public String label() {
        return "portafilter";
    }

    @Override
    public int port() {
        Endpoint endpoint = tcp ? gateway.tcpEndpoint() : gateway.endpoint();
        return Objects.requireNonNull(endpoint, "endpoint").port();
    }

    @Override
    public boolean tcp() {
        return tcp;
    }

    @Override
    public Servers servers() {
        return servers;
    }

    /** Why plugins cannot run, a line for each that cannot. */
    List<String> refusals() {
        return host.plugins().stream()
                .filter(plugin -> plugin.state() != PluginStatus.State.LOADED)
                .map(plugin -> plugin.spec().name() + ": " + plugin.reason())
                .toList();
    }

    @Override
    public List<String> log() {
        return log.lines().stream()
                .map(line -> logNames.getOrDefault(line.plugin(), line.plugin()) + " "
                        + line.level().name().toLowerCase(Locale.ROOT) + ": " + line.message())
                .toList();
    }

    @Override
    public Map<String, String> metrics() {
        Map<String, String> metrics = new TreeMap<>();
        for (MetricSample sample : host.services().metrics().pluginSamples()) {
            if (sample.type() == MetricType.HISTOGRAM) {
                if (sample.value() > 0) {
                    metrics.put(sample.name(), "histogram of " + sample.value());
                }
            } else {
                metrics.put(sample.name(), Long.toUnsignedString(sample.value()));
            }
        }
        return metrics;
    }

    @Override
    public void close() throws IOException {
        gateway.close();
        host.close();
        servers.close();
    }

    /** Keeps the lines that guests write; what the host says of them has no counterpart in Envoy. */
    private record GuestLines(RecordingPluginLog kept) implements PluginLog {
        @Override
        public boolean enabled(LogLevel level) {
            return kept.enabled(level);
        }

        @Override
        public void log(LogLevel level, String plugin, int contextId, String message) {
            kept.log(level, plugin, contextId, message);
        }

        @Override
        public void warn(String plugin, int contextId, String message) {
            // Not compared.
        }
    }
}
