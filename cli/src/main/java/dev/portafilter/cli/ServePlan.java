package dev.portafilter.cli;

import dev.portafilter.abi.LogLevel;
import dev.portafilter.gateway.standalone.Endpoint;
import dev.portafilter.gateway.standalone.GatewayOptions;
import dev.portafilter.gateway.standalone.Target;
import dev.portafilter.gateway.standalone.TcpRoute;
import dev.portafilter.resources.PluginResource;
import dev.portafilter.resources.Problem;
import dev.portafilter.resources.ReadOptions;
import dev.portafilter.resources.Selection;
import dev.portafilter.resources.TieBreaking;
import dev.portafilter.resources.Workload;
import dev.portafilter.resources.live.FileWatch;
import dev.portafilter.runtime.plugin.PluginType;
import dev.portafilter.runtime.service.NodeInfo;
import dev.portafilter.runtime.service.ServiceLimits;
import dev.portafilter.runtime.stream.WorkerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What {@code serve} is to do, from flags, settings and resources.
 *
 * @param gateway the proxy's options
 * @param modules where modules come from; to be closed when the plan is done with
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
        Modules modules,
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
        return of(flags, System::getenv);
    }

    /** The same with other variables than those of the process. */
    static ServePlan of(ServeFlags flags, Function<String, @Nullable String> environment) throws Refused {
        return new Collector(flags.all(environment), environment).plan();
    }

    /** This plan with other worker options. */
    ServePlan withWorkers(WorkerOptions options) {
        return new ServePlan(
                gateway,
                modules,
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
        private final Settings settings;
        private final Function<String, @Nullable String> environment;
        private final List<String> problems = new ArrayList<>();
        private final List<String> warnings = new ArrayList<>();

        Collector(Settings settings, Function<String, @Nullable String> environment) {
            this.settings = settings;
            this.environment = environment;
            problems.addAll(settings.problems());
        }

        ServePlan plan() throws Refused {
            LogFormat format = settings.choice("log-format", LogFormat.values());
            LogLevel level = settings.choice("log-level", LogLevel.values());
            NodeInfo node = node();
            GatewayOptions gateway = gateway();
            WorkerOptions workers = workerOptions();
            Modules modules = modules();
            ResourcePlan resources = resources(modules);
            Path cache = CacheDirectory.of(settings.get("cache-dir"));
            if (!problems.isEmpty() || gateway == null || resources == null || modules == null) {
                if (modules != null) {
                    modules.close();
                }
                throw new Refused(problems);
            }
            return new ServePlan(
                    gateway,
                    modules,
                    resources,
                    settings.yes("file.watch") ? SettingValues.watch(settings) : null,
                    settings.choice("update.onFailure", OnFailure.values()) == OnFailure.KEEP_LAST_GOOD,
                    warnings,
                    workers,
                    SettingValues.serviceLimits(settings),
                    node,
                    cache,
                    format,
                    level);
        }

        private @Nullable GatewayOptions gateway() {
            int before = problems.size();
            TcpRoute tcp = tcpRoute();
            Target target = servesHttp() ? upstream() : null;
            Endpoint endpoint = listen();
            String admin = settings.get("admin");
            Endpoint adminEndpoint = admin == null ? null : parsed("admin", admin, Endpoint::parse);
            Map<String, Target> clusters = clusters();
            if (problems.size() > before || endpoint == null) {
                return null;
            }
            try {
                GatewayOptions.Builder builder =
                        target == null ? GatewayOptions.builder() : GatewayOptions.builder(target);
                builder.listen(endpoint)
                        .tcp(tcp)
                        .admin(adminEndpoint)
                        .tls(settings.path("tls-cert"), settings.path("tls-key"))
                        .clientCa(settings.path("client-ca"))
                        .ca(settings.path("ca"))
                        .workers(
                                settings.has("workers")
                                        ? settings.smallNumber("workers")
                                        : Runtime.getRuntime().availableProcessors())
                        .limits(SettingValues.gatewayLimits(settings));
                clusters.forEach(builder::cluster);
                return builder.build();
            } catch (IllegalArgumentException e) {
                problems.addAll(String.valueOf(e.getMessage()).lines().toList());
                return null;
            }
        }

        private @Nullable Endpoint listen() {
            String listen = settings.get("listen");
            String text = listen == null ? SettingKeys.get("listen").fallback() : listen;
            return parsed("listen", text, Endpoint::parse);
        }

        private boolean servesTcp() {
            return settings.get("tcp-listen") != null || settings.get("tcp-upstream") != null;
        }

        /** HTTP is what is meant when nothing is said about TCP. */
        private boolean servesHttp() {
            return settings.get("upstream") != null || settings.get("listen") != null || !servesTcp();
        }

        private @Nullable Target upstream() {
            String upstream = settings.get("upstream");
            if (upstream == null) {
                problems.add("--upstream: is missing (expected: http://HOST:PORT)");
            }
            return upstream == null ? null : parsed("upstream", upstream, Target::parse);
        }

        private @Nullable TcpRoute tcpRoute() {
            if (!servesTcp()) {
                return null;
            }
            Endpoint listen = endpoint("tcp-listen");
            Endpoint upstream = endpoint("tcp-upstream");
            return listen == null || upstream == null
                    ? null
                    : parsed("tcp-upstream", upstream, given -> new TcpRoute(listen, given));
        }

        private @Nullable Endpoint endpoint(String key) {
            String text = settings.get(key);
            if (text == null) {
                problems.add(
                        "--" + key + ": is missing (expected: HOST:PORT, with --tcp-listen and --tcp-upstream both)");
                return null;
            }
            return parsed(key, text, Endpoint::parse);
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

        private Map<String, Target> clusters() {
            Map<String, Target> clusters = new LinkedHashMap<>();
            settings.map("clusters").forEach((name, url) -> {
                try {
                    clusters.put(name, Target.parse(url));
                } catch (IllegalArgumentException e) {
                    problems.add(settings.place("clusters") + name + ": " + e.getMessage());
                }
            });
            return clusters;
        }

        private @Nullable Modules modules() {
            try {
                return Modules.open(settings, environment);
            } catch (IOException e) {
                problems.add("modules: " + e.getMessage());
            } catch (IllegalArgumentException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
            return null;
        }

        private @Nullable ResourcePlan resources(@Nullable Modules modules) {
            Path config = settings.path("config");
            if (config == null) {
                problems.add("--config: is missing (expected: a file or directory of WasmPlugin resources)");
                return null;
            }
            Workload http = WorkloadFlags.workload(settings, port("listen"));
            Workload connections = WorkloadFlags.workload(settings, port("tcp-listen"));
            TieBreaking tieBreaking = settings.choice("order.tieBreak", TieBreaking.values());
            Set<PluginType> traffic = traffic();
            Function<Collection<PluginResource>, Selection> select = resources ->
                    Selection.of(resources, http, connections, tieBreaking).carrying(traffic);
            ReadOptions options = SettingValues.readOptions(settings);
            ResourcePlan plan = modules == null
                    ? ResourcePlan.of(config, options, select, secrets -> {})
                    : ResourcePlan.of(
                            config,
                            options.toBuilder().modules(modules.locator()).build(),
                            modules.placements().before(select),
                            modules.secrets());
            for (Problem problem : plan.read().problems()) {
                (problem.isError() ? problems : warnings).add(problem.toString());
            }
            plan.selection().warnings().forEach(warning -> warnings.add(warning.toString()));
            plan.selection().excluded().forEach(excluded -> warnings.add(excluded.toString()));
            return plan;
        }

        /** The port of a place to listen; 0 when it is not known yet. */
        private int port(String name) {
            return SettingValues.port(settings, name);
        }

        private @Nullable NodeInfo node() {
            try {
                return settings.node();
            } catch (IllegalArgumentException e) {
                problems.add(settings.place("node.metadata") + e.getMessage());
                return null;
            }
        }

        private WorkerOptions workerOptions() {
            if (settings.has("reload.baseInterval") && settings.has("reload.baseMillis")) {
                problems.add(settings.place("reload.baseMillis")
                        + "stands beside reload.baseInterval (expected: one of the two)");
            }
            return SettingValues.workerOptions(settings);
        }

        private <S, T> @Nullable T parsed(String name, S given, Function<S, T> parser) {
            try {
                return parser.apply(given);
            } catch (IllegalArgumentException e) {
                problems.add(settings.place(name) + e.getMessage());
                return null;
            }
        }
    }

    /** What becomes of a plugin whose successor is no good. */
    private enum OnFailure {
        KEEP_LAST_GOOD,
        APPLY_FAIL_STRATEGY
    }
}
