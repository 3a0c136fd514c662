package dev.portafilter.resources;

import dev.portafilter.resources.Explanation.IstioDifference;
import dev.portafilter.resources.Explanation.IstioDifference.Cause;
import dev.portafilter.runtime.plugin.ChainOrder;
import dev.portafilter.runtime.plugin.Phase;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.plugin.TieBreak;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What Istio's own code makes of a chain, as opposed to its documentation, which has: priority, 0 unless set, then name,
 * then namespace. ServiceMeshExtensions are not Istio's. Source: WasmPlugin reference, sections 1.3 and 1.7 (D-03, D-04,
 * D-07).
 */
final class IstioOrder {
    /** What Istio's names of WasmPlugins end in since it translates them into TrafficExtensions. */
    private static final String SUFFIX = "~istio-translated-wasmplugin";

    private IstioOrder() {}

    /** A resource as Istio sees it, and its places in the three orders. */
    private record Ranked(PluginResource resource, PluginSpec istio, int documented, int here) {}

    /** Where Istio has another order than the documentation; each two are neighbours in Istio's. */
    static List<IstioDifference> differences(List<PluginResource> chain, Workload workload) {
        List<PluginResource> documented = new ArrayList<>(chain.stream()
                .filter(r -> TieBreaking.ofWasmPlugin(r.spec().phase()))
                .toList());
        documented.sort(Comparator.comparing(IstioOrder::documented, ChainOrder.INSTANCE)
                .thenComparing(PluginResource::kind));
        List<Ranked> istio = new ArrayList<>();
        for (int i = 0; i < documented.size(); i++) {
            PluginResource resource = documented.get(i);
            istio.add(new Ranked(resource, asInIstio(resource, workload), i, chain.indexOf(resource)));
        }
        istio.sort(Comparator.comparing(Ranked::istio, ChainOrder.INSTANCE));
        List<IstioDifference> differences = new ArrayList<>();
        for (int i = 1; i < istio.size(); i++) {
            Ranked earlier = istio.get(i - 1);
            Ranked later = istio.get(i);
            if (earlier.documented() > later.documented()) {
                differences.add(difference(earlier, later));
            }
        }
        return differences;
    }

    private static PluginSpec documented(PluginResource resource) {
        PluginSpec spec = resource.spec();
        return PluginSpec.builder(spec.name(), spec.module())
                .namespace(spec.namespace())
                .phase(spec.phase())
                .priority(resource.model().priority() == null ? 0 : spec.priority())
                .build();
    }

    private static PluginSpec asInIstio(PluginResource resource, Workload workload) {
        PluginSpec spec = resource.spec();
        String name = resource.kind().equals(WasmPlugin.KIND) ? spec.name() + SUFFIX : spec.name();
        return spec.toBuilder()
                .priority(resource.model().priority() == null ? Integer.MIN_VALUE : spec.priority())
                .tieBreaks(TieBreaking.istio(resource, workload, name))
                .build();
    }

    private static IstioDifference difference(Ranked earlier, Ranked later) {
        PluginResource first = earlier.resource();
        PluginResource second = later.resource();
        Cause cause = cause(first, second, earlier.istio(), later.istio());
        String why = ChainOrder.reason(earlier.istio(), later.istio());
        String documented = switch (cause) {
            case UNSET_PRIORITY -> "a priority that is not set is below every other there; as documented, it is 0";
            case NAME_SUFFIX -> "names of WasmPlugins get a suffix there before they are compared";
            default -> "as documented, the name decides, then the namespace";
        };
        return new IstioDifference(
                cause,
                List.of(first, second),
                earlier.here() < later.here(),
                "Istio runs " + Explanation.name(first, second) + " before " + Explanation.name(second, first) + ": "
                        + why + " (" + documented + ")");
    }

    private static Cause cause(
            PluginResource first, PluginResource second, PluginSpec istioFirst, PluginSpec istioSecond) {
        boolean unset = first.model().priority() == null || second.model().priority() == null;
        boolean sameThere = istioFirst.priority() == istioSecond.priority();
        boolean sameAsDocumented =
                documented(first).priority() == documented(second).priority();
        if (unset && sameThere != sameAsDocumented || !sameThere) {
            return Cause.UNSET_PRIORITY;
        }
        return decidesByName(istioFirst, istioSecond) ? Cause.NAME_SUFFIX : Cause.TIE_BREAK;
    }

    private static boolean decidesByName(PluginSpec first, PluginSpec second) {
        for (int i = 0; i < first.tieBreaks().size(); i++) {
            TieBreak tie = first.tieBreaks().get(i);
            if (!tie.equals(second.tieBreaks().get(i))) {
                return tie.what().equals("name");
            }
        }
        return false;
    }

    /** What is documented for plugins without phase holds for HTTP; for connections, nothing comes between. */
    static List<IstioDifference> unspecified(List<PluginResource> chain) {
        List<PluginResource> without = chain.stream()
                .filter(resource -> resource.spec().phase() == Phase.UNSPECIFIED)
                .toList();
        if (without.isEmpty()) {
            return List.of();
        }
        String names =
                String.join(", ", without.stream().map(r -> r.spec().name()).toList());
        return List.of(new IstioDifference(
                Cause.UNSPECIFIED_PHASE,
                without,
                false,
                "Istio runs " + names + " right after phase STATS, before its own steps for gRPC, CORS, faults and"
                        + " statistics (as documented, and here, plugins without phase are the last before the"
                        + " router)"));
    }
}
