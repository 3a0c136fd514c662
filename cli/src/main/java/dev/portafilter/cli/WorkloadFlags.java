package dev.portafilter.cli;

import dev.portafilter.resources.Workload;
import dev.portafilter.resources.Workload.Side;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** For whom a chain is built, and how it is ordered: flags of every command that shows or runs one. */
final class WorkloadFlags {
    @Option(
            names = "--namespace",
            paramLabel = "NAME",
            description = "Only plugins of this namespace and of the root namespace apply; resources that name none are"
                    + " in it. Default: default.")
    private @Nullable String namespace;

    @Option(
            names = "--root-namespace",
            paramLabel = "NAME",
            description = "The namespace whose plugins apply everywhere. Default: istio-system.")
    private @Nullable String rootNamespace;

    @Option(
            names = "--labels",
            paramLabel = "NAME=VALUE",
            split = ",",
            description = "What the selectors of plugins look at.")
    private Map<String, String> labels = new LinkedHashMap<>();

    @Option(
            names = "--class",
            paramLabel = "CLASS",
            description = "What it is, for the match of plugins: GATEWAY,"
                    + " SIDECAR_INBOUND, SIDECAR_OUTBOUND or UNDEFINED. Default: GATEWAY.")
    private @Nullable String side;

    @Option(
            names = "--gateway-name",
            paramLabel = "NAME",
            description = "The Kubernetes Gateway it belongs to, for the targetRefs of plugins.")
    private @Nullable String gatewayName;

    @Option(
            names = "--tie-break",
            paramLabel = "ossm|istio",
            description = "What decides among plugins of equal phase and priority: name and namespace, or as in Istio"
                    + " namespace, age and name. Default: ossm.")
    private @Nullable String tieBreak;

    @Option(
            names = "--unset-priority",
            paramLabel = "zero|lowest",
            description = "What a priority that is not set counts as: 0, or as in Istio less than any other. Default:"
                    + " zero.")
    private @Nullable String unsetPriority;

    /** What was given, by the names of the settings. */
    Map<String, Object> given() {
        Map<String, Object> given = new HashMap<>();
        put(given, "namespace", namespace);
        put(given, "rootNamespace", rootNamespace);
        put(given, "labels", labels.isEmpty() ? null : labels);
        put(given, "class", side);
        put(given, "gatewayName", gatewayName);
        put(given, "order.tieBreak", tieBreak);
        put(given, "order.unsetPriority", unsetPriority);
        return given;
    }

    static void put(Map<String, Object> given, String name, @Nullable Object value) {
        if (value != null) {
            given.put(name, value);
        }
    }

    /**
     * The workload that settings speak of. Namespaces, selectors and target references count only when one of them is set;
     * and so does the port that it listens on.
     */
    static Workload workload(Settings settings, int port) {
        Side side = settings.choice("class", Side.values());
        boolean scoped = settings.has("namespace")
                || settings.has("rootNamespace")
                || settings.has("labels")
                || settings.has("gatewayName");
        if (!scoped) {
            return Workload.any().withSide(side);
        }
        Workload workload = Workload.DEFAULT
                .withSide(side)
                .withPort(port)
                .withLabels(settings.map("labels"))
                .withGatewayName(settings.get("gatewayName"));
        String namespace = settings.get("namespace");
        String root = settings.get("rootNamespace");
        if (namespace != null) {
            workload = workload.withNamespace(namespace);
        }
        return root == null ? workload : workload.withRootNamespace(root);
    }
}
