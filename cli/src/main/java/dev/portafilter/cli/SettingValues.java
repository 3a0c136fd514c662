package dev.portafilter.cli;

import dev.portafilter.gateway.standalone.Endpoint;
import dev.portafilter.gateway.standalone.GatewayLimits;
import dev.portafilter.resources.ReadOptions;
import dev.portafilter.resources.ReadOptions.PluginConfigKey;
import dev.portafilter.resources.ReadOptions.UnsetPriority;
import dev.portafilter.resources.live.FileWatch;
import dev.portafilter.runtime.plugin.PluginLimits;
import dev.portafilter.runtime.service.ServiceLimits;
import dev.portafilter.runtime.stream.WorkerOptions;
import java.util.List;
import java.util.Set;

/** Settings as the parts of the product take them. */
final class SettingValues {
    private SettingValues() {}

    static GatewayLimits gatewayLimits(Settings settings) {
        return new GatewayLimits(
                settings.smallNumber("limits.headerBytes"),
                settings.smallNumber("limits.headerCount"),
                settings.number("limits.bodyBytes"),
                settings.number("timeouts.requestMillis"),
                settings.number("timeouts.idleMillis"),
                settings.smallNumber("timeouts.connectMillis"),
                settings.number("timeouts.drainMillis"),
                settings.smallNumber("limits.connectionsPerTarget"),
                settings.smallNumber("limits.callBodyBytes"));
    }

    static PluginLimits pluginLimits(Settings settings) {
        return new PluginLimits(
                settings.smallNumber("limits.memoryPages"),
                settings.number("limits.deadlineMillis"),
                settings.number("limits.startDeadlineMillis"),
                settings.smallNumber("limits.bufferBytes"),
                settings.smallNumber("limits.httpCalls"),
                settings.smallNumber("limits.grpcCalls"),
                settings.smallNumber("limits.grpcMessageBytes"),
                settings.smallNumber("limits.propertyBytes"),
                settings.smallNumber("limits.logLinesPerSecond"));
    }

    static ServiceLimits serviceLimits(Settings settings) {
        return new ServiceLimits(
                settings.number("limits.sharedDataBytes"),
                settings.smallNumber("limits.queueCount"),
                settings.smallNumber("limits.queueItems"),
                settings.number("limits.queueBytes"),
                settings.smallNumber("limits.metricCount"),
                settings.smallNumber("limits.uncompressedBytes"));
    }

    static WorkerOptions workerOptions(Settings settings) {
        return WorkerOptions.DEFAULT
                .withDrainMillis(settings.number("timeouts.pluginEndMillis"))
                .withRetireMillis(settings.millis("drain.timeout"))
                .withReloadBaseMillis(
                        settings.has("reload.baseMillis")
                                ? settings.number("reload.baseMillis")
                                : settings.millis("reload.baseInterval"))
                .withSpareInFlight(settings.yes("reload.spareInFlight"));
    }

    static FileWatch.Timing watch(Settings settings) {
        return new FileWatch.Timing(
                settings.number("file.quietMillis"),
                FileWatch.Timing.DEFAULT.longestMillis(),
                settings.number("file.pollMillis"));
    }

    /** Takes every module for granted; who loads them says from where. */
    static ReadOptions readOptions(Settings settings) {
        String namespace = settings.get("namespace");
        List<String> allowed = settings.list("env.hostAllow");
        return ReadOptions.DEFAULT.toBuilder()
                .defaultNamespace(
                        namespace == null ? SettingKeys.get("namespace").fallback() : namespace)
                .strict(settings.yes("resource.strict"))
                .pluginConfigKey(settings.choice("verification.pluginConfigKey", PluginConfigKey.values()))
                .unsetPriority(settings.choice("order.unsetPriority", UnsetPriority.values()))
                .hostAllow(allowed == null ? null : Set.copyOf(allowed))
                .blockUntilReady(settings.yes("sme.blockUntilReady"))
                .isolated(settings.yes("vm.isolate"))
                .limits(pluginLimits(settings))
                .modules(new AnyModules())
                .build();
    }

    /** The port of a place to listen; 0 when it is not known, or wrong, which is told where the place is read. */
    static int port(Settings settings, String name) {
        String listen = settings.get(name);
        String text = listen == null ? SettingKeys.get(name).fallback() : listen;
        try {
            return text.isEmpty() ? 0 : Endpoint.parse(text).port();
        } catch (IllegalArgumentException e) {
            return 0;
        }
    }
}
