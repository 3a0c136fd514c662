package dev.portafilter.resources;

import dev.portafilter.resources.ResourceSet.RefusedResource;
import dev.portafilter.resources.ResourceSet.SkippedObject;
import dev.portafilter.runtime.plugin.ChainOrder;
import dev.portafilter.runtime.plugin.PluginSpec;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * What runs for a workload, in which place, and why; and of everything else, why it does not. Nothing is loaded for it: a
 * module is only looked for when it is a file. Source: WasmPlugin reference, section 2.
 *
 * @param workload for whom, as plugins for HTTP see it
 * @param tieBreaking what decides among plugins of equal phase and priority
 * @param http what a request passes, in this order; a response passes it {@linkplain #response backwards}
 * @param network the same for connections
 * @param services what runs once, in no chain
 * @param excluded valid resources that do not apply
 * @param refused resources that are not valid
 * @param problems everything that is wrong or odd, errors and warnings
 * @param skipped objects of kinds that are none of ours
 * @param notes what the operator may want to know besides
 * @param istio where Istio's order is another one than that of the documentation
 */
public record Explanation(
        Workload workload,
        TieBreaking tieBreaking,
        List<Step> http,
        List<Step> network,
        List<Place> services,
        List<Selection.Exclusion> excluded,
        List<RefusedResource> refused,
        List<Problem> problems,
        List<SkippedObject> skipped,
        List<String> notes,
        List<IstioDifference> istio) {
    /** Something that a request or connection passes. */
    public sealed interface Step permits Place, HostStep {
        /** The slot of section 2.7, from 1. */
        int slot();
    }

    /**
     * The place of a plugin.
     *
     * @param slot the slot; 0 for a service
     * @param position the place among the plugins of the chain, from 1; 0 for a service
     * @param resource the plugin
     * @param reason what decides, such as {@code before acl-check: same phase AUTHZ, priority 1000 > 10}
     */
    public record Place(int slot, int position, PluginResource resource, String reason) implements Step {}

    /**
     * A step of the host's own.
     *
     * @param slot the slot; for connections, statistics and proxy stand behind those of all plugins
     * @param name what it is called: {@code authn}, {@code authz}, {@code stats}, {@code router} or {@code tcp proxy}
     * @param last whether the chain ends here
     */
    public record HostStep(int slot, String name, boolean last) implements Step {}

    /**
     * Istio's order where it is not that of the documentation.
     *
     * @param cause what makes the difference
     * @param order the resources concerned, as Istio orders them
     * @param followed whether this chain has them in Istio's order too
     * @param detail in words
     */
    public record IstioDifference(Cause cause, List<PluginResource> order, boolean followed, String detail) {
        /** What makes a difference. */
        public enum Cause {
            /** A priority that is not set is below every other. */
            UNSET_PRIORITY,
            /** The namespace and the age decide before the name. */
            TIE_BREAK,
            /** Names are compared with a suffix. */
            NAME_SUFFIX,
            /** Plugins without phase run earlier. */
            UNSPECIFIED_PHASE
        }
    }

    /**
     * Explains what was read.
     *
     * @param set the resources
     * @param workload for whom
     * @param connections the same workload as plugins for connections see it
     * @param tieBreaking what decides among plugins of equal phase and priority
     */
    public static Explanation of(ResourceSet set, Workload workload, Workload connections, TieBreaking tieBreaking) {
        Selection selection = Selection.of(set.resources(), workload, connections, tieBreaking);
        List<IstioDifference> istio = new ArrayList<>(IstioOrder.differences(selection.chain(), workload));
        istio.addAll(IstioOrder.unspecified(selection.chain()));
        istio.addAll(IstioOrder.differences(selection.network(), connections));
        return new Explanation(
                workload,
                tieBreaking,
                ChainSlots.http(places(selection.chain()), workload),
                ChainSlots.network(places(selection.network())),
                selection.services().stream()
                        .map(service -> new Place(0, 0, service, "is a service: it runs once, in no chain"))
                        .toList(),
                selection.excluded(),
                set.refused(),
                Stream.concat(set.problems().stream(), selection.warnings().stream())
                        .toList(),
                set.skipped(),
                notes(selection),
                List.copyOf(istio));
    }

    /** What a response, or what the server sends, passes. */
    public static List<Step> response(List<Step> request) {
        List<Step> back = new ArrayList<>(request);
        Collections.reverse(back);
        return List.copyOf(back);
    }

    /** The plugins of a chain, in its order. */
    public static List<Place> plugins(List<Step> chain) {
        return chain.stream()
                .filter(Place.class::isInstance)
                .map(Place.class::cast)
                .toList();
    }

    private static List<Place> places(List<PluginResource> chain) {
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < chain.size(); i++) {
            PluginResource resource = chain.get(i);
            places.add(new Place(ChainSlots.of(resource.spec().phase()), i + 1, resource, reason(chain, i)));
        }
        return places;
    }

    private static String reason(List<PluginResource> chain, int index) {
        if (chain.size() == 1) {
            return "the only plugin";
        }
        PluginResource self = chain.get(index);
        if (index < chain.size() - 1) {
            PluginResource next = chain.get(index + 1);
            return "before " + name(next, self) + ": " + why(self, next);
        }
        PluginResource previous = chain.get(index - 1);
        return "after " + name(previous, self) + ": " + why(previous, self);
    }

    /** What a resource is called beside another one. */
    static String name(PluginResource resource, PluginResource beside) {
        if (resource.identity().equals(beside.identity())) {
            return resource.kind() + " " + resource.identity();
        }
        String name = resource.spec().name();
        boolean sameNamespace = resource.spec().namespace().equals(beside.spec().namespace());
        return sameNamespace && !name.equals(beside.spec().name()) ? name : resource.identity();
    }

    private static String why(PluginResource earlier, PluginResource later) {
        PluginSpec first = earlier.spec();
        PluginSpec second = later.spec();
        String why = ChainOrder.reason(first, second);
        boolean unset = earlier.model().priority() == null;
        if (first.phase() != second.phase() || unset == (later.model().priority() == null)) {
            return why;
        }
        PluginResource without = unset ? earlier : later;
        return why + " (" + name(without, unset ? later : earlier) + " sets no priority, which counts as "
                + without.spec().priority() + ")";
    }

    private static List<String> notes(Selection selection) {
        List<String> notes = new ArrayList<>();
        for (List<PluginResource> resources : List.of(selection.chain(), selection.network(), selection.services())) {
            for (PluginResource resource : resources) {
                PluginSpec spec = resource.spec();
                if (spec.module() instanceof FileModule module && !Files.isRegularFile(module.file())) {
                    notes.add(resource.identity() + ": " + module.file()
                            + " is no file yet (until it is one, the plugin fails, and its failStrategy decides)");
                }
            }
        }
        return List.copyOf(notes);
    }
}
