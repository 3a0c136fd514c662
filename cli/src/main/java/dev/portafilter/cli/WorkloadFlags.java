package dev.portafilter.cli;

import dev.portafilter.resources.Workload;
import dev.portafilter.resources.Workload.Side;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** For whom a chain is built; what is not given may stand in the settings file. */
final class WorkloadFlags {
    @Option(
            names = "--namespace",
            paramLabel = "NAME",
            description = "Only plugins of this namespace and of the root namespace apply.")
    @Nullable String namespace;

    @Option(
            names = "--root-namespace",
            paramLabel = "NAME",
            description = "The namespace whose plugins apply everywhere. Default: istio-system.")
    @Nullable String rootNamespace;

    @Option(names = "--labels", paramLabel = "K=V", split = ",", description = "What selectors look at.")
    Map<String, String> labels = new LinkedHashMap<>();

    @Option(
            names = "--class",
            paramLabel = "CLASS",
            description = "GATEWAY, SIDECAR_INBOUND, SIDECAR_OUTBOUND or UNDEFINED. Default: GATEWAY.")
    @Nullable String side;

    @Option(names = "--gateway-name", paramLabel = "NAME", description = "The Kubernetes Gateway, for targetRefs.")
    @Nullable String gatewayName;

    /** The workload; {@link Workload#any} when nothing is said about it. */
    Workload workload(Settings settings, List<String> problems) {
        String ownNamespace = namespace == null ? settings.get("namespace") : namespace;
        String root = rootNamespace == null ? settings.get("rootNamespace") : rootNamespace;
        Workload workload = Workload.any();
        if (ownNamespace != null) {
            workload = workload.withNamespace(ownNamespace);
        }
        if (root != null) {
            workload = workload.withRootNamespace(root);
        }
        if (!labels.isEmpty()) {
            workload = workload.withLabels(labels);
        }
        if (gatewayName != null) {
            workload = workload.withGatewayName(gatewayName);
        }
        return side == null ? workload : workload.withSide(side(side, problems));
    }

    private static Side side(String text, List<String> problems) {
        try {
            return Side.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            problems.add(
                    "--class: \"" + text + "\" is unknown (expected: one of " + Arrays.toString(Side.values()) + ")");
            return Side.GATEWAY;
        }
    }
}
