package dev.portafilter.cli;

import dev.portafilter.abi.LogLevel;
import dev.portafilter.gateway.standalone.Endpoint;
import dev.portafilter.gateway.standalone.GatewayLimits;
import dev.portafilter.gateway.standalone.GatewayOptions;
import dev.portafilter.gateway.standalone.Target;
import dev.portafilter.gateway.standalone.TcpRoute;
import dev.portafilter.resources.Problem;
import dev.portafilter.resources.ReadOptions;
import dev.portafilter.resources.Selection;
import dev.portafilter.resources.Workload;
import dev.portafilter.resources.live.FileWatch;
import dev.portafilter.runtime.plugin.PluginLimits;
import dev.portafilter.runtime.plugin.PluginType;
import dev.portafilter.runtime.service.NodeInfo;
import dev.portafilter.runtime.service.ServiceLimits;
import dev.portafilter.runtime.stream.WorkerOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What {@code serve} is to do, from flags, settings and resources.
 *
 * @param gateway the proxy's options
 * @param resources the plugins' resources
 * @param watch when to look at their files again, or null for never
 * @param keepLastGood whether a plugin goes on when its successor is no good
 * @param warnings what was odd but usable, a line each
 * @param services what plugins may keep together
 * @param node what plugins read as {@code xds.node}, or null
 * @param cacheDirectory where compiled modules are kept, or null
 */
record ServePlan(
        GatewayOptions gateway,
        ResourcePlan resources,
        FileWatch.@Nullable Timing watch,
        boolean keepLastGood,
        List<String> warnings,
        WorkerOptions workers,
        ServiceLimits services,
        @Nullable NodeInfo node,
        @Nullable Path cacheDirectory,
        LogFormat logFormat,
        LogLevel logLevel) {
    private static final String DEFAULT_LISTEN = "127.0.0.1:8080";

    /** Everything that is wrong, a line each. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(List<String> problems) {
            super(String.join("\n", problems));
        }
    }

    /**
     * Puts the parts together.
     *
     * @throws Refused with every problem of every part
     */
    static ServePlan of(ServeFlags flags) throws Refused {
        return new Collector(flags).plan();
    }

    /** This plan with other worker options. */
    ServePlan withWorkers(WorkerOptions options) {
        return new ServePlan(
                gateway,
                resources,
                watch,
                keepLastGood,
                warnings,
                options,
                services,
                node,
                cacheDirectory,
                logFormat,
                logLevel);
    }

    /** Reads one part after the other and keeps what is wrong with each. */
    private static final class Collector {
        private final ServeFlags flags;
        private final Settings settings;
        private final List<String> problems = new ArrayList<>();
        private final List<String> warnings = new ArrayList<>();

        Collector(ServeFlags flags) {
            this.flags = flags;
            this.settings = flags.settings == null ? Settings.none() : Settings.read(flags.settings);
        }

        ServePlan plan() throws Refused {
            LogFormat format = choice("log-format", flags.logFormat, LogFormat.TEXT, LogFormat.values());
            LogLevel level = choice("log-level", flags.logLevel, LogLevel.INFO, LogLevel.values());
            GatewayLimits limits = checked("settings", this::gatewayLimits, GatewayLimits.DEFAULT);
            PluginLimits pluginLimits = checked("settings", this::pluginLimits, PluginLimits.DEFAULT);
            WorkerOptions workers = checked("settings", this::workerOptions, WorkerOptions.DEFAULT);
            ServiceLimits services = checked("settings", this::serviceLimits, ServiceLimits.DEFAULT);
            NodeInfo node = node();
            GatewayOptions gateway = gateway(limits);
            ResourcePlan resources = resources(pluginLimits);
            FileWatch.Timing watch = settings.yes("file.watch", true)
                    ? checked("settings", this::watch, FileWatch.Timing.DEFAULT)
                    : null;
            boolean keepLastGood = keepLastGood();
            Path cache = CacheDirectory.of(text("cache-dir", flags.cacheDirectory));
            problems.addAll(0, settings.problems());
            if (!problems.isEmpty() || gateway == null || resources == null) {
                throw new Refused(problems);
            }
            return new ServePlan(
                    gateway, resources, watch, keepLastGood, warnings, workers, services, node, cache, format, level);
        }

        private @Nullable GatewayOptions gateway(GatewayLimits limits) {
            int before = problems.size();
            TcpRoute tcp = tcpRoute();
            Target target = servesHttp() ? upstream() : null;
            String listen = text("listen", flags.listen);
            Endpoint endpoint = parsed("--listen", listen == null ? DEFAULT_LISTEN : listen, Endpoint::parse);
            String admin = text("admin", flags.admin);
            Endpoint adminEndpoint = admin == null ? null : parsed("--admin", admin, Endpoint::parse);
            Map<String, Target> clusters = clusters();
            String workers = text("workers", flags.workers);
            Integer count = workers == null
                    ? Integer.valueOf(Runtime.getRuntime().availableProcessors())
                    : parsed("--workers", workers, Collector::wholeNumber);
            if (problems.size() > before || endpoint == null || count == null) {
                return null;
            }
            try {
                GatewayOptions.Builder builder =
                        target == null ? GatewayOptions.builder() : GatewayOptions.builder(target);
                builder.listen(endpoint)
                        .tcp(tcp)
                        .admin(adminEndpoint)
                        .tls(path("tls-cert", flags.tlsCertificate), path("tls-key", flags.tlsKey))
                        .clientCa(path("client-ca", flags.clientCa))
                        .ca(path("ca", flags.ca))
                        .workers(count)
                        .limits(limits);
                clusters.forEach(builder::cluster);
                return builder.build();
            } catch (IllegalArgumentException e) {
                problems.addAll(String.valueOf(e.getMessage()).lines().toList());
                return null;
            }
        }

        private boolean servesTcp() {
            return text("tcp-listen", flags.tcpListen) != null || text("tcp-upstream", flags.tcpUpstream) != null;
        }

        /** HTTP is what is meant when nothing is said about TCP. */
        private boolean servesHttp() {
            return text("upstream", flags.upstream) != null || text("listen", flags.listen) != null || !servesTcp();
        }

        private @Nullable Target upstream() {
            String upstream = text("upstream", flags.upstream);
            if (upstream == null) {
                problems.add("--upstream: is missing (expected: http://HOST:PORT)");
            }
            return upstream == null ? null : parsed("--upstream", upstream, Target::parse);
        }

        private @Nullable TcpRoute tcpRoute() {
            if (!servesTcp()) {
                return null;
            }
            Endpoint listen = endpoint("tcp-listen", flags.tcpListen);
            Endpoint upstream = endpoint("tcp-upstream", flags.tcpUpstream);
            return listen == null || upstream == null
                    ? null
                    : parsed("--tcp-upstream", upstream, given -> new TcpRoute(listen, given));
        }

        private @Nullable Endpoint endpoint(String key, @Nullable String flag) {
            String text = text(key, flag);
            if (text == null) {
                problems.add(
                        "--" + key + ": is missing (expected: HOST:PORT, with --tcp-listen and --tcp-upstream both)");
                return null;
            }
            return parsed("--" + key, text, Endpoint::parse);
        }

        private Set<PluginType> traffic() {
            Set<PluginType> types = EnumSet.noneOf(PluginType.class);
            if (servesHttp()) {
                types.add(PluginType.HTTP);
            }
            if (servesTcp()) {
                types.add(PluginType.NETWORK);
            }
            return types;
        }

        private static Integer wholeNumber(String text) {
            if (!text.matches("[0-9]{1,6}")) {
                throw new IllegalArgumentException("\"" + text + "\" is no number (expected: 1..1024)");
            }
            int number = Integer.parseInt(text);
            if (number < 1 || number > 1_024) {
                throw new IllegalArgumentException(number + " is out of range (expected: 1..1024)");
            }
            return number;
        }

        private Map<String, Target> clusters() {
            Map<String, String> urls = new LinkedHashMap<>(settings.clusters());
            urls.putAll(flags.clusters);
            Map<String, Target> clusters = new LinkedHashMap<>();
            urls.forEach((name, url) -> {
                Target target = parsed("--cluster " + name, url, Target::parse);
                if (target != null) {
                    clusters.put(name, target);
                }
            });
            return clusters;
        }

        private @Nullable ResourcePlan resources(PluginLimits limits) {
            String config = text("config", flags.config);
            if (config == null) {
                problems.add("--config: is missing (expected: a file or directory of WasmPlugin resources)");
                return null;
            }
            ReadOptions options = ReadOptions.DEFAULT.toBuilder()
                    .strict(settings.yes("resource.strict", false))
                    .isolated(settings.yes("vm.isolate", false))
                    .limits(limits)
                    .modules(new FileModules())
                    .build();
            Workload workload = workload();
            Set<PluginType> traffic = traffic();
            ResourcePlan plan = ResourcePlan.of(
                    Path.of(config),
                    options,
                    resources -> Selection.of(resources, workload).carrying(traffic));
            for (Problem problem : plan.read().problems()) {
                (problem.isError() ? problems : warnings).add(problem.toString());
            }
            plan.selection().warnings().forEach(warning -> warnings.add(warning.toString()));
            plan.selection().excluded().forEach(excluded -> warnings.add(excluded.toString()));
            return plan;
        }

        private boolean keepLastGood() {
            String value = settings.get("update.onFailure");
            if (value != null && !value.equals("keepLastGood") && !value.equals("applyFailStrategy")) {
                problems.add(
                        "update.onFailure: \"" + value + "\" is unknown (expected: keepLastGood or applyFailStrategy)");
            }
            return !"applyFailStrategy".equals(value);
        }

        private FileWatch.Timing watch() {
            FileWatch.Timing defaults = FileWatch.Timing.DEFAULT;
            return new FileWatch.Timing(
                    settings.number("file.quietMillis", defaults.quietMillis()),
                    defaults.longestMillis(),
                    settings.number("file.pollMillis", defaults.pollMillis()));
        }

        private Workload workload() {
            String namespace = settings.get("namespace");
            String root = settings.get("rootNamespace");
            Workload workload = namespace == null && root == null ? Workload.any() : Workload.DEFAULT;
            if (namespace != null) {
                workload = workload.withNamespace(namespace);
            }
            return root == null ? workload : workload.withRootNamespace(root);
        }

        private GatewayLimits gatewayLimits() {
            GatewayLimits defaults = GatewayLimits.DEFAULT;
            return new GatewayLimits(
                    settings.smallNumber("limits.headerBytes", defaults.headerBytes()),
                    settings.smallNumber("limits.headerCount", defaults.headerCount()),
                    settings.number("limits.bodyBytes", defaults.bodyBytes()),
                    settings.number("timeouts.requestMillis", defaults.requestTimeoutMillis()),
                    settings.number("timeouts.idleMillis", defaults.idleTimeoutMillis()),
                    settings.smallNumber("timeouts.connectMillis", defaults.connectTimeoutMillis()),
                    settings.number("timeouts.drainMillis", defaults.drainTimeoutMillis()),
                    settings.smallNumber("limits.connectionsPerTarget", defaults.connectionsPerTarget()),
                    settings.smallNumber("limits.callBodyBytes", defaults.callBodyBytes()));
        }

        private PluginLimits pluginLimits() {
            PluginLimits defaults = PluginLimits.DEFAULT;
            return new PluginLimits(
                    settings.smallNumber("limits.memoryPages", defaults.memoryPages()),
                    settings.number("limits.deadlineMillis", defaults.deadlineMillis()),
                    settings.number("limits.startDeadlineMillis", defaults.startDeadlineMillis()),
                    settings.smallNumber("limits.bufferBytes", defaults.bufferBytes()),
                    settings.smallNumber("limits.httpCalls", defaults.httpCalls()),
                    settings.smallNumber("limits.grpcCalls", defaults.grpcCalls()),
                    settings.smallNumber("limits.grpcMessageBytes", defaults.grpcMessageBytes()),
                    settings.smallNumber("limits.propertyBytes", defaults.propertyBytes()),
                    settings.smallNumber("limits.logLinesPerSecond", defaults.logLinesPerSecond()));
        }

        private ServiceLimits serviceLimits() {
            ServiceLimits defaults = ServiceLimits.DEFAULT;
            return new ServiceLimits(
                    settings.number("limits.sharedDataBytes", defaults.sharedDataBytes()),
                    settings.smallNumber("limits.queueCount", defaults.queueCount()),
                    settings.smallNumber("limits.queueItems", defaults.queueItems()),
                    settings.number("limits.queueBytes", defaults.queueBytes()),
                    settings.smallNumber("limits.metricCount", defaults.metricCount()),
                    settings.smallNumber("limits.uncompressedBytes", defaults.uncompressedBytes()));
        }

        private @Nullable NodeInfo node() {
            try {
                return settings.node();
            } catch (IllegalArgumentException e) {
                problems.add("settings node." + e.getMessage());
                return null;
            }
        }

        private WorkerOptions workerOptions() {
            return WorkerOptions.DEFAULT
                    .withDrainMillis(settings.number("timeouts.pluginEndMillis", WorkerOptions.DEFAULT.drainMillis()))
                    .withReloadBaseMillis(
                            settings.number("reload.baseMillis", WorkerOptions.DEFAULT.reloadBaseMillis()))
                    .withSpareInFlight(settings.yes("reload.spareInFlight", false));
        }

        private @Nullable String text(String key, @Nullable String flag) {
            return flag != null ? flag : settings.get(key);
        }

        private @Nullable Path path(String key, @Nullable String flag) {
            String text = text(key, flag);
            return text == null ? null : Path.of(text);
        }

        private <S, T> @Nullable T parsed(String name, S given, Function<S, T> parser) {
            try {
                return parser.apply(given);
            } catch (IllegalArgumentException e) {
                problems.add(name + ": " + e.getMessage());
                return null;
            }
        }

        private <T> T checked(String name, Supplier<T> part, T fallback) {
            try {
                return part.get();
            } catch (IllegalArgumentException e) {
                problems.add(name + " " + e.getMessage());
                return fallback;
            }
        }

        private <T extends Enum<T>> T choice(String key, @Nullable String flag, T fallback, T[] choices) {
            String text = text(key, flag);
            if (text == null) {
                return fallback;
            }
            List<String> names = new ArrayList<>();
            for (T choice : choices) {
                if (choice.name().equalsIgnoreCase(text)) {
                    return choice;
                }
                names.add(choice.name().toLowerCase(Locale.ROOT));
            }
            problems.add("--" + key + ": \"" + text + "\" is unknown (expected: " + String.join(", ", names) + ")");
            return fallback;
        }
    }
}
