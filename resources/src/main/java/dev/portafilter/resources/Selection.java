package dev.portafilter.resources;

import dev.portafilter.resources.Attachment.Mode;
import dev.portafilter.resources.Attachment.TargetReference;
import dev.portafilter.resources.Attachment.TrafficMatch;
import dev.portafilter.runtime.plugin.ChainOrder;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.plugin.PluginType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which resources apply to the traffic of a workload, and why the others do not. Source: WasmPlugin reference,
 * sections 2.2 to 2.8.
 *
 * @param chain the resources that filter HTTP, in chain order
 * @param network the resources that filter connections, in chain order
 * @param services the resources that run once and are in no chain, by name
 * @param excluded the others, in the order given
 * @param warnings what was not looked at, and what is there twice
 */
public record Selection(
        List<PluginResource> chain,
        List<PluginResource> network,
        List<PluginResource> services,
        List<Exclusion> excluded,
        List<Problem> warnings) {
    private static final Comparator<PluginResource> ORDER =
            Comparator.comparing(PluginResource::spec, ChainOrder.INSTANCE);

    /** Why a resource does not apply. */
    public enum Reason {
        /** It is in a namespace that the workload does not look at. */
        NAMESPACE,
        /** The workload lacks a label. */
        SELECTOR,
        /** The workload does not belong to its target. */
        TARGET,
        /** It is for other traffic. */
        MATCH,
        /** It filters what this host does not carry. */
        UNSUPPORTED,
        /** Its place in the chain is not known before its image is read; see {@link PluginResource#withManifest}. */
        PENDING
    }

    /**
     * A resource that does not apply.
     *
     * @param resource the resource
     * @param reason the first reason found
     * @param detail the reason in words, with the values that decided
     */
    public record Exclusion(PluginResource resource, Reason reason, String detail) {
        /** Such as {@code ingress/auth does not apply: label istio is "x" (expected: "y")}. */
        @Override
        public String toString() {
            return resource.identity() + " does not apply: " + detail;
        }
    }

    /** Selects from resources, with {@link TieBreaking#OSSM} order. */
    public static Selection of(Collection<PluginResource> resources, Workload workload) {
        return of(resources, workload, workload, TieBreaking.OSSM);
    }

    /**
     * Selects from resources.
     *
     * @param resources the resources
     * @param workload for whom the chain for HTTP is built
     * @param connections the same workload as plugins for connections see it, with the port of those
     * @param tieBreaking what decides among plugins of equal phase and priority
     */
    public static Selection of(
            Collection<PluginResource> resources, Workload workload, Workload connections, TieBreaking tieBreaking) {
        List<PluginResource> chain = new ArrayList<>();
        List<PluginResource> network = new ArrayList<>();
        List<PluginResource> services = new ArrayList<>();
        List<Exclusion> excluded = new ArrayList<>();
        List<Problem> warnings = new ArrayList<>();
        for (PluginResource resource : resources) {
            boolean filtersConnections = resource.spec().type() == PluginType.NETWORK;
            Workload seen = filtersConnections ? connections : workload;
            Exclusion exclusion = exclusion(resource, seen);
            if (exclusion != null) {
                excluded.add(exclusion);
                continue;
            }
            (resource.spec().service() ? services : filtersConnections ? network : chain)
                    .add(resource.withSpec(tieBreaking.apply(resource, seen)));
            warn(resource, seen, warnings);
            if (tieBreaking == TieBreaking.ISTIO) {
                warnOfTime(resource, warnings);
            }
        }
        warnings.addAll(DoubleActivation.warnings(resources, excluded));
        chain.sort(ORDER);
        network.sort(ORDER);
        services.sort(ORDER);
        return new Selection(
                List.copyOf(chain),
                List.copyOf(network),
                List.copyOf(services),
                List.copyOf(excluded),
                List.copyOf(warnings));
    }

    /** The same for a host that carries only some kinds of traffic: the other chains are empty, and services stay. */
    public Selection carrying(Set<PluginType> types) {
        boolean http = types.contains(PluginType.HTTP);
        boolean connections = types.contains(PluginType.NETWORK);
        List<Exclusion> more = new ArrayList<>(excluded);
        if (!http) {
            chain.forEach(
                    resource -> more.add(unsupported(resource, "type HTTP filters requests (expected: NETWORK)")));
        }
        if (!connections) {
            network.forEach(
                    resource -> more.add(unsupported(resource, "type NETWORK filters connections (expected: HTTP)")));
        }
        return new Selection(
                http ? chain : List.of(), connections ? network : List.of(), services, List.copyOf(more), warnings);
    }

    private static Exclusion unsupported(PluginResource resource, String detail) {
        return new Exclusion(resource, Reason.UNSUPPORTED, detail);
    }

    /** The plugins of the chain in order, then those for connections, then the services. */
    public List<PluginSpec> plugins() {
        return Stream.of(chain, network, services)
                .flatMap(List::stream)
                .map(PluginResource::spec)
                .toList();
    }

    private static @Nullable Exclusion exclusion(PluginResource resource, Workload workload) {
        Attachment attachment = resource.model().attachment();
        if (!workload.anyScope()) {
            String namespace = resource.spec().namespace();
            if (!namespace.equals(workload.namespace()) && !namespace.equals(workload.rootNamespace())) {
                return new Exclusion(
                        resource,
                        Reason.NAMESPACE,
                        "namespace " + namespace + " (expected: " + workload.namespace() + " or "
                                + workload.rootNamespace() + ")");
            }
            String target = targetMismatch(resource, workload);
            if (target != null) {
                return new Exclusion(resource, Reason.TARGET, target);
            }
            String label = labelMismatch(attachment.selector(), workload.labels());
            if (label != null) {
                return new Exclusion(resource, Reason.SELECTOR, label);
            }
        }
        if (!matches(attachment.match(), workload)) {
            return new Exclusion(resource, Reason.MATCH, "no match fits " + traffic(workload));
        }
        if (resource.pending()) {
            return new Exclusion(
                    resource,
                    Reason.PENDING,
                    "spec.phase is not set, and " + Manifest.FILE + " of its image not known");
        }
        return null;
    }

    private static @Nullable String targetMismatch(PluginResource resource, Workload workload) {
        List<TargetReference> targets = resource.model().attachment().targetRefs();
        if (targets.isEmpty()) {
            return null;
        }
        String gateway = workload.gatewayName();
        if (gateway == null) {
            return "targetRefs are set, and the workload belongs to no Kubernetes Gateway";
        }
        boolean sameNamespace = resource.spec().namespace().equals(workload.namespace());
        for (TargetReference target : targets) {
            if (target.kind().equals("Gateway") && target.name().equals(gateway) && sameNamespace) {
                return null;
            }
        }
        return "no target is Gateway " + gateway + " in namespace " + workload.namespace() + " (targets: " + targets
                + " in namespace " + resource.spec().namespace() + ")";
    }

    private static @Nullable String labelMismatch(@Nullable Map<String, String> selector, Map<String, String> labels) {
        if (selector == null) {
            return null;
        }
        for (Map.Entry<String, String> wanted : selector.entrySet()) {
            String found = labels.get(wanted.getKey());
            if (!wanted.getValue().equals(found)) {
                return "label " + wanted.getKey() + (found == null ? " is missing" : " is " + Words.quote(found))
                        + " (expected: " + Words.quote(wanted.getValue()) + ")";
            }
        }
        return null;
    }

    private static boolean matches(List<TrafficMatch> matches, Workload workload) {
        boolean listsAll = workload.side() == Workload.Side.UNDEFINED && workload.port() == 0;
        if (matches.isEmpty() || listsAll) {
            return true;
        }
        boolean anyPort = workload.anyScope() && workload.port() == 0;
        for (TrafficMatch match : matches) {
            boolean port = anyPort || match.ports().isEmpty() || match.ports().contains(workload.port());
            if (port && fits(match.mode(), workload.side())) {
                return true;
            }
        }
        return false;
    }

    private static boolean fits(Mode mode, Workload.Side side) {
        return switch (side) {
            case GATEWAY -> mode != Mode.SERVER;
            case SIDECAR_OUTBOUND -> mode != Mode.SERVER && mode != Mode.GATEWAY_AND_SERVER;
            case SIDECAR_INBOUND -> mode != Mode.CLIENT;
            case UNDEFINED -> true;
        };
    }

    private static String traffic(Workload workload) {
        return workload.side() + (workload.port() == 0 ? " without a known port" : " on port " + workload.port());
    }

    private static void warn(PluginResource resource, Workload workload, List<Problem> warnings) {
        if (!workload.anyScope()) {
            return;
        }
        Attachment attachment = resource.model().attachment();
        Map<String, String> selector = attachment.selector();
        if (selector != null && !selector.isEmpty()) {
            warnings.add(ignored(resource, "spec.selector", "is ignored: the labels of this host are not set"));
        }
        if (!attachment.targetRefs().isEmpty()) {
            warnings.add(ignored(resource, "spec.targetRefs", "is ignored: the gateway of this host is not set"));
        }
        if (workload.port() == 0
                && workload.side() != Workload.Side.UNDEFINED
                && attachment.match().stream().anyMatch(match -> !match.ports().isEmpty())) {
            warnings.add(
                    ignored(resource, "spec.match", "has ports, which are ignored: the port of this host is not set"));
        }
    }

    private static void warnOfTime(PluginResource resource, List<Problem> warnings) {
        String timestamp = resource.model().metadata().creationTimestamp();
        if (timestamp != null && TieBreaking.created(timestamp) == null) {
            warnings.add(new Problem(
                    Problem.Severity.WARNING,
                    "selection",
                    resource.position(),
                    "metadata.creationTimestamp",
                    "is no time, and counts as none",
                    Words.quote(timestamp),
                    "such as 2024-01-31T10:00:00Z"));
        }
    }

    private static Problem ignored(PluginResource resource, String field, String message) {
        return new Problem(Problem.Severity.WARNING, "selection", resource.position(), field, message, null, null);
    }
}
