package dev.portafilter.resources;

import dev.portafilter.resources.Explanation.HostStep;
import dev.portafilter.resources.Explanation.Place;
import dev.portafilter.resources.Explanation.Step;
import dev.portafilter.runtime.plugin.Phase;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The slots of a chain, and the host's own steps in it. Source: WasmPlugin reference, sections 2.6 and 2.7. */
final class ChainSlots {
    private static final HostStep AUTHENTICATION = new HostStep(3, "authn", false);
    private static final HostStep AUTHORIZATION = new HostStep(7, "authz", false);
    private static final HostStep STATISTICS = new HostStep(11, "stats", false);
    private static final HostStep ROUTER = new HostStep(14, "router", true);
    /** For connections, statistics are the last step before the proxy. */
    private static final HostStep CONNECTION_STATISTICS = new HostStep(14, "stats", false);

    private static final HostStep TCP_PROXY = new HostStep(15, "tcp proxy", true);

    private ChainSlots() {}

    static int of(Phase phase) {
        return switch (phase) {
            case AUTHN -> 1;
            case PRE_AUTHN -> 2;
            case POST_AUTHN -> 4;
            case AUTHZ -> 5;
            case PRE_AUTHZ -> 6;
            case POST_AUTHZ -> 8;
            case STATS -> 9;
            case PRE_STATS -> 10;
            case POST_STATS -> 12;
            case UNSPECIFIED -> 13;
        };
    }

    /** What a request passes. Nobody is authenticated on the way out of a sidecar. */
    static List<Step> http(List<Place> places, Workload workload) {
        return workload.side() == Workload.Side.SIDECAR_OUTBOUND
                ? merged(places, List.of(STATISTICS, ROUTER))
                : merged(places, List.of(AUTHENTICATION, AUTHORIZATION, STATISTICS, ROUTER));
    }

    /** What a connection passes. */
    static List<Step> network(List<Place> places) {
        return merged(places, List.of(AUTHORIZATION, CONNECTION_STATISTICS, TCP_PROXY));
    }

    private static List<Step> merged(List<Place> places, List<HostStep> steps) {
        List<Step> all = new ArrayList<>(places);
        all.addAll(steps);
        all.sort(Comparator.comparingInt(Step::slot));
        return List.copyOf(all);
    }
}
