package dev.portafilter.cli;

import static dev.portafilter.cli.SettingKey.choice;
import static dev.portafilter.cli.SettingKey.duration;
import static dev.portafilter.cli.SettingKey.number;
import static dev.portafilter.cli.SettingKey.of;
import static dev.portafilter.cli.SettingKey.text;
import static dev.portafilter.cli.SettingKey.yes;

import dev.portafilter.cli.SettingKey.Type;
import dev.portafilter.gateway.standalone.GatewayLimits;
import dev.portafilter.registry.ModuleOptions;
import dev.portafilter.resources.live.FileWatch;
import dev.portafilter.runtime.plugin.PluginLimits;
import dev.portafilter.runtime.service.ServiceLimits;
import dev.portafilter.runtime.stream.WorkerOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Every setting there is. Parser, environment variables, reference page and JSON Schema are made from this table; a test
 * compares the flags with it.
 */
final class SettingKeys {
    private static final int MOST = Integer.MAX_VALUE;
    private static final long DAY_MILLIS = 86_400_000;

    /** Settings that belong together. */
    record Section(String title, List<SettingKey> keys) {}

    static final List<Section> SECTIONS = List.of(
            new Section("What is served, and where", serving()),
            new Section("Logs", logs()),
            new Section("For whom", workload()),
            new Section("How resources are read and ordered", resources()),
            new Section("Where modules come from", modules()),
            new Section("Changes while it runs", changes()),
            new Section("What one plugin may use", pluginLimits()),
            new Section("What all plugins may use together", serviceLimits()),
            new Section("What one client may use", gatewayLimits()),
            new Section("Times of plugins", pluginTimes()),
            new Section("What plugins read as `xds.node`", node()));

    private static final Map<String, SettingKey> BY_NAME = byName();

    private SettingKeys() {}

    private static Map<String, SettingKey> byName() {
        Map<String, SettingKey> keys = new LinkedHashMap<>();
        SECTIONS.forEach(section -> section.keys().forEach(key -> keys.put(key.name(), key)));
        return Collections.unmodifiableMap(keys);
    }

    /** All settings by name, in the order of the page. */
    static Map<String, SettingKey> all() {
        return BY_NAME;
    }

    /** A setting that exists. */
    static SettingKey get(String name) {
        SettingKey key = BY_NAME.get(name);
        if (key == null) {
            throw new IllegalArgumentException("setting \"" + name + "\": is not in the table");
        }
        return key;
    }

    private static List<SettingKey> serving() {
        return List.of(
                of("config", Type.PATH, "", "Resources: a YAML or JSON file, or a directory of them")
                        .onCommandLine(),
                text("upstream", "", "Where requests go: http[s]://HOST:PORT").onCommandLine(),
                text("listen", "127.0.0.1:8080", "Where clients connect, HOST:PORT; port 0 takes a free one")
                        .onCommandLine(),
                text(
                                "tcp-listen",
                                "",
                                "Where TCP clients connect, for plugins of type NETWORK; port 0 takes a free one")
                        .onCommandLine(),
                text("tcp-upstream", "", "Where TCP connections go, HOST:PORT").onCommandLine(),
                text("admin", "", "Where operators look: /healthz /readyz /metrics /plugins /reload")
                        .onCommandLine(),
                of("clusters", Type.ENTRIES, "", "Servers that plugins may call: names, and http[s]://HOST:PORT")
                        .onCommandLine("cluster"),
                of("tls-cert", Type.PATH, "", "The HTTP listener's certificate chain, PEM")
                        .onCommandLine(),
                of("tls-key", Type.PATH, "", "The certificate's private key, PEM")
                        .onCommandLine(),
                of("client-ca", Type.PATH, "", "Certificates that vouch for clients, PEM: they are asked for theirs")
                        .onCommandLine(),
                of("ca", Type.PATH, "the system's", "Certificates that vouch for https servers, PEM")
                        .onCommandLine(),
                number("workers", 0, 1, 1_024, "event loops", "Event loops, each with its own VMs")
                        .withFallback("one per processor")
                        .onCommandLine(),
                new SettingKey(
                                "cache-dir",
                                Type.PATH,
                                List.of("none"),
                                0,
                                0,
                                "",
                                "`portafilter` in the user's cache directory",
                                null,
                                "Where compiled modules are kept; `none` for nowhere")
                        .onCommandLine());
    }

    private static List<SettingKey> logs() {
        return List.of(
                choice("log-format", List.of("text", "json"), "What log lines look like")
                        .onCommandLine(),
                choice(
                                "log-level",
                                List.of("trace", "debug", "info", "warn", "error", "critical"),
                                "The least of the levels that are logged")
                        .withFallback("info")
                        .onCommandLine());
    }

    private static List<SettingKey> workload() {
        return List.of(
                text(
                                "namespace",
                                "default",
                                "Only plugins of this namespace and of the root namespace apply; resources that name"
                                        + " none are in it")
                        .onCommandLine(),
                text("rootNamespace", "istio-system", "The namespace whose plugins apply everywhere")
                        .onCommandLine("root-namespace"),
                of("labels", Type.MAP, "", "What the selectors of plugins look at")
                        .onCommandLine(),
                choice(
                                "class",
                                List.of("GATEWAY", "SIDECAR_INBOUND", "SIDECAR_OUTBOUND", "UNDEFINED"),
                                "What it is, for the `match` of plugins")
                        .onCommandLine(),
                text("gatewayName", "", "The Kubernetes Gateway it belongs to, for the `targetRefs` of plugins")
                        .onCommandLine("gateway-name"));
    }

    private static List<SettingKey> resources() {
        return List.of(
                choice(
                                "order.tieBreak",
                                List.of("ossm", "istio"),
                                "What decides among plugins of equal phase and priority: name and namespace, or as in"
                                        + " Istio namespace, age and name")
                        .onCommandLine("tie-break"),
                choice(
                                "order.unsetPriority",
                                List.of("zero", "lowest"),
                                "What a priority that is not set counts as: 0, or as in Istio less than any other")
                        .onCommandLine("unset-priority"),
                yes("resource.strict", false, "Unknown fields of resources are errors"),
                choice(
                        "verification.pluginConfigKey",
                        List.of("enforce", "ignore"),
                        "What `spec.pluginConfig.verificationKey` is: a key that must have signed the module, or plain"
                                + " data"),
                of("env.hostAllow", Type.LIST, "all", "The host's variables that plugins may ask for by name"),
                yes("vm.isolate", false, "Every plugin has a VM of its own"),
                yes(
                        "sme.blockUntilReady",
                        false,
                        "Requests wait for a ServiceMeshExtension as for others, and do not pass without it until it is"
                                + " loaded"));
    }

    private static List<SettingKey> modules() {
        return Stream.of(fetches(), images(), cache()).flatMap(List::stream).toList();
    }

    private static List<SettingKey> fetches() {
        ModuleOptions options = ModuleOptions.DEFAULT;
        return List.of(
                duration(
                        "fetch.timeout",
                        options.fetchTimeout().toMillis(),
                        1,
                        "Longest time to fetch a module, with all requests and retries"),
                duration(
                        "http.requestTimeout",
                        options.requestTimeout().toMillis(),
                        1,
                        "Longest time of an HTTP request"),
                number(
                        "http.maxAttempts",
                        options.maxAttempts(),
                        1,
                        100,
                        "requests",
                        "Most HTTP requests for one file"),
                of(
                        "fetch.insecureRegistries",
                        Type.LIST,
                        "",
                        "Registries, `host` or `host:port` as in the url, whose certificates are not checked and that may"
                                + " speak plain HTTP; `*` for all"),
                of(
                        "fetch.blockedCidrs",
                        Type.LIST,
                        "",
                        "Networks that are never connected to, beside link-local ones, such as `10.0.0.0/8`"),
                of(
                        "fetch.mirrors",
                        Type.MAP,
                        "",
                        "By registry, the ones that are asked before it: `host` or `host/path`, with commas between them"),
                number(
                        "module.maxBytes",
                        options.maxBytes(),
                        1,
                        MOST - 64,
                        "bytes",
                        "Largest module, and what it is packed in"));
    }

    private static List<SettingKey> images() {
        return List.of(
                yes("image.strict", false, "Images are accepted only as Istio accepts them"),
                yes(
                        "image.manifestFallback",
                        false,
                        "The image of a WasmPlugin without plugin.wasm may name its module in manifest.yaml"),
                yes(
                        "image.useRuntimeConfigRootId",
                        false,
                        "A WasmPlugin without `pluginName` has the root id that runtime-config.json of its image lists, if"
                                + " it lists one"),
                of(
                        "secrets.dir",
                        Type.PATH,
                        "",
                        "Pull secrets beside the Secrets among the resources, before which they come: files"
                                + " `NAMESPACE/NAME/.dockerconfigjson`"));
    }

    private static List<SettingKey> cache() {
        ModuleOptions options = ModuleOptions.DEFAULT;
        return List.of(
                of("cache.moduleDir", Type.PATH, "`modules` in `cache-dir`", "Where fetched modules are kept"),
                duration(
                        "cache.expiry",
                        options.cacheExpiry().toMillis(),
                        1,
                        "How long a module is kept that nobody uses"),
                duration(
                        "cache.purgeInterval",
                        options.purgeInterval().toMillis(),
                        1,
                        "How often expired modules are looked for"),
                of(
                                "offline",
                                Type.PATH,
                                "",
                                "A directory of modules that were fetched before: they come from there, and nothing is fetched")
                        .onCommandLine());
    }

    private static List<SettingKey> changes() {
        FileWatch.Timing watch = FileWatch.Timing.DEFAULT;
        return List.of(
                yes("file.watch", true, "Changes of resources and modules are applied while requests run"),
                number(
                        "file.quietMillis",
                        watch.quietMillis(),
                        1,
                        DAY_MILLIS,
                        "ms",
                        "How long files must rest before a change of them is applied"),
                number(
                        "file.pollMillis",
                        watch.pollMillis(),
                        1,
                        DAY_MILLIS,
                        "ms",
                        "How often files are looked at without an event"),
                choice(
                        "update.onFailure",
                        List.of("keepLastGood", "applyFailStrategy"),
                        "What becomes of a plugin whose successor is no good: it goes on, or its `failStrategy` decides"),
                duration(
                        "drain.timeout",
                        WorkerOptions.DEFAULT.retireMillis(),
                        1,
                        "Longest wait of a plugin that a change has left out for its requests in flight"));
    }

    private static List<SettingKey> pluginLimits() {
        PluginLimits limits = PluginLimits.DEFAULT;
        return List.of(
                number(
                        "limits.memoryPages",
                        limits.memoryPages(),
                        1,
                        32_767,
                        "pages of 64 KiB",
                        "Largest memory of a VM"),
                number("limits.deadlineMillis", limits.deadlineMillis(), 1, MOST, "ms", "Longest time of a callback"),
                number(
                        "limits.startDeadlineMillis",
                        limits.startDeadlineMillis(),
                        1,
                        MOST,
                        "ms",
                        "Longest time of a VM's start"),
                number(
                        "limits.bufferBytes",
                        limits.bufferBytes(),
                        0,
                        MOST,
                        "bytes",
                        "Most body bytes held while a plugin pauses"),
                number("limits.httpCalls", limits.httpCalls(), 0, MOST, "calls", "Most HTTP calls in flight per VM"),
                number(
                        "limits.grpcCalls",
                        limits.grpcCalls(),
                        0,
                        MOST,
                        "calls",
                        "Most gRPC calls and streams under way per VM"),
                number(
                        "limits.grpcMessageBytes",
                        limits.grpcMessageBytes(),
                        0,
                        1 << 30,
                        "bytes",
                        "Largest message of a gRPC call"),
                number(
                        "limits.propertyBytes",
                        limits.propertyBytes(),
                        0,
                        MOST,
                        "bytes",
                        "Most bytes of properties that plugins set on a stream"),
                number(
                        "limits.logLinesPerSecond",
                        limits.logLinesPerSecond(),
                        0,
                        MOST,
                        "lines",
                        "Most log lines per second of a plugin on a worker"));
    }

    private static List<SettingKey> serviceLimits() {
        ServiceLimits limits = ServiceLimits.DEFAULT;
        return List.of(
                number(
                        "limits.sharedDataBytes",
                        limits.sharedDataBytes(),
                        0,
                        Long.MAX_VALUE,
                        "bytes",
                        "Most bytes of shared data per VM id"),
                number("limits.queueCount", limits.queueCount(), 0, MOST, "queues", "Most shared queues per VM id"),
                number(
                        "limits.queueItems",
                        limits.queueItems(),
                        0,
                        MOST,
                        "items",
                        "Most items in the queues of a VM id"),
                number(
                        "limits.queueBytes",
                        limits.queueBytes(),
                        0,
                        Long.MAX_VALUE,
                        "bytes",
                        "Most bytes in the queues of a VM id"),
                number("limits.metricCount", limits.metricCount(), 0, MOST, "metrics", "Most metrics of plugins"),
                number(
                        "limits.uncompressedBytes",
                        limits.uncompressedBytes(),
                        0,
                        MOST,
                        "bytes",
                        "Most bytes that the foreign function uncompress answers"));
    }

    private static List<SettingKey> gatewayLimits() {
        GatewayLimits limits = GatewayLimits.DEFAULT;
        return List.of(
                number(
                        "limits.headerBytes",
                        limits.headerBytes(),
                        1_024,
                        16 << 20,
                        "bytes",
                        "Largest head of a message"),
                number(
                        "limits.headerCount",
                        limits.headerCount(),
                        1,
                        100_000,
                        "lines",
                        "Most header lines of a request"),
                number(
                        "limits.bodyBytes",
                        limits.bodyBytes(),
                        0,
                        Long.MAX_VALUE,
                        "bytes",
                        "Largest request body; 0 for any"),
                number(
                        "limits.connectionsPerTarget",
                        limits.connectionsPerTarget(),
                        1,
                        1_000_000,
                        "connections",
                        "Most HTTP/1.1 connections of a worker to a server"),
                number(
                        "limits.callBodyBytes",
                        limits.callBodyBytes(),
                        0,
                        MOST,
                        "bytes",
                        "Largest answer to an HTTP call of a plugin"),
                number(
                        "timeouts.requestMillis",
                        limits.requestTimeoutMillis(),
                        0,
                        DAY_MILLIS,
                        "ms",
                        "Longest wait for a response; 0 for any"),
                number(
                        "timeouts.idleMillis",
                        limits.idleTimeoutMillis(),
                        0,
                        DAY_MILLIS,
                        "ms",
                        "Longest silence of a connection; 0 for any"),
                number("timeouts.connectMillis", limits.connectTimeoutMillis(), 1, DAY_MILLIS, "ms", "Longest connect"),
                number(
                        "timeouts.drainMillis",
                        limits.drainTimeoutMillis(),
                        0,
                        DAY_MILLIS,
                        "ms",
                        "Longest wait for requests in flight at the end"));
    }

    private static List<SettingKey> pluginTimes() {
        WorkerOptions options = WorkerOptions.DEFAULT;
        return List.of(
                duration(
                        "reload.baseInterval",
                        options.reloadBaseMillis(),
                        0,
                        "FAIL_RELOAD: shortest time between loads of a VM"),
                number(
                        "reload.baseMillis",
                        options.reloadBaseMillis(),
                        0,
                        MOST,
                        "ms",
                        "The same as `reload.baseInterval`; one of the two"),
                yes("reload.spareInFlight", false, "Streams that a failed VM had let pass go on without it"),
                number(
                        "timeouts.pluginEndMillis",
                        options.drainMillis(),
                        1,
                        MOST,
                        "ms",
                        "Longest wait for a plugin that wants time to end"));
    }

    private static List<SettingKey> node() {
        List<SettingKey> keys = new ArrayList<>();
        keys.add(text("node.id", "", "`xds.node.id`"));
        keys.add(text("node.cluster", "", "`xds.node.cluster`"));
        keys.add(text("node.region", "", "`xds.node.locality.region`"));
        keys.add(text("node.zone", "", "`xds.node.locality.zone`"));
        keys.add(text("node.subZone", "", "`xds.node.locality.sub_zone`"));
        keys.add(of("node.metadata", Type.ANY, "", "`xds.node.metadata`"));
        return List.copyOf(keys);
    }
}
