package dev.portafilter.cli;

import dev.portafilter.resources.Explanation;
import dev.portafilter.resources.Explanation.HostStep;
import dev.portafilter.resources.Explanation.IstioDifference;
import dev.portafilter.resources.Explanation.Place;
import dev.portafilter.resources.Explanation.Step;
import dev.portafilter.resources.PluginResource;
import dev.portafilter.resources.Problem;
import dev.portafilter.resources.ResourceSet.RefusedResource;
import dev.portafilter.resources.ResourceSet.SkippedObject;
import dev.portafilter.resources.Selection;
import dev.portafilter.resources.TieBreaking;
import dev.portafilter.resources.Workload;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** An explanation for people. */
final class ExplainText {
    private final Paint paint;
    private final PrintWriter out;

    ExplainText(Paint paint, PrintWriter out) {
        this.paint = paint;
        this.out = out;
    }

    void write(Explanation explanation) {
        out.println("For " + workload(explanation.workload()) + order(explanation.tieBreaking()) + ".");
        if (!Explanation.plugins(explanation.http()).isEmpty()
                || Explanation.plugins(explanation.network()).isEmpty()) {
            chain("HTTP", "requests", "responses", explanation.http());
        }
        if (!Explanation.plugins(explanation.network()).isEmpty()) {
            chain("Connections", "from client", "from server", explanation.network());
        }
        services(explanation.services());
        excluded(explanation.excluded());
        refused(explanation.refused());
        problems(explanation);
        skipped(explanation.skipped());
        lines("Notes", explanation.notes());
        istio(explanation.istio());
    }

    static String workload(Workload workload) {
        StringBuilder text = new StringBuilder();
        text.append(
                switch (workload.side()) {
                    case GATEWAY -> "a gateway";
                    case SIDECAR_INBOUND -> "a sidecar, inbound";
                    case SIDECAR_OUTBOUND -> "a sidecar, outbound";
                    case UNDEFINED -> "a workload of unknown class";
                });
        if (workload.anyScope()) {
            text.append(" in no mesh (namespaces, selectors and targetRefs do not count)");
        } else {
            text.append(" in namespace ").append(workload.namespace());
            text.append(" (root namespace ").append(workload.rootNamespace()).append(')');
            Map<String, String> labels = new TreeMap<>(workload.labels());
            if (!labels.isEmpty()) {
                text.append(", labels ");
                text.append(labels.entrySet().stream().map(Object::toString).collect(Collectors.joining(",")));
            }
            if (workload.gatewayName() != null) {
                text.append(", Kubernetes Gateway ").append(workload.gatewayName());
            }
        }
        return text.append(workload.port() == 0 ? ", port not known" : ", port " + workload.port())
                .toString();
    }

    private static String order(TieBreaking tieBreaking) {
        return tieBreaking == TieBreaking.ISTIO ? ", ordered as in Istio" : "";
    }

    private void chain(String title, String forth, String back, List<Step> chain) {
        title(title);
        for (Step step : chain) {
            if (step instanceof Place place) {
                place(place);
            } else if (step instanceof HostStep host) {
                out.println("     " + paint.faint(host.last() ? host.name() : "[" + host.name() + "]"));
            }
        }
        int width = Math.max(forth.length(), back.length());
        out.println();
        out.printf("  %-" + width + "s  %s%n", forth, way(chain));
        out.printf("  %-" + width + "s  %s%n", back, way(Explanation.response(chain)));
    }

    private void place(Place place) {
        PluginResource resource = place.resource();
        Long written = resource.model().priority();
        out.printf(
                "  %2d %s  %s, priority %d%s  %s%n",
                place.position(),
                paint.good(resource.identity()),
                resource.spec().phase(),
                resource.spec().priority(),
                written == null ? " (not set)" : "",
                paint.faint(origin(resource)));
        out.println("       " + place.reason());
    }

    private static String way(List<Step> chain) {
        List<Place> places = Explanation.plugins(chain);
        boolean unique = places.stream()
                        .map(place -> place.resource().spec().name())
                        .distinct()
                        .count()
                == places.size();
        return chain.stream().map(step -> name(step, unique)).collect(Collectors.joining(" → "));
    }

    private static String name(Step step, boolean unique) {
        if (step instanceof HostStep host) {
            return host.last() ? host.name() : "[" + host.name() + "]";
        }
        PluginResource plugin = ((Place) step).resource();
        return unique ? plugin.spec().name() : plugin.identity();
    }

    private static String origin(PluginResource resource) {
        return resource.kind() + " at " + resource.position();
    }

    private void services(List<Place> services) {
        if (!services.isEmpty()) {
            title("Services");
            for (Place service : services) {
                out.println("  " + paint.good(service.resource().identity()) + "  "
                        + paint.faint(origin(service.resource())));
                out.println("       " + service.reason());
            }
        }
    }

    private void excluded(List<Selection.Exclusion> excluded) {
        if (!excluded.isEmpty()) {
            title("Does not apply");
            for (Selection.Exclusion exclusion : excluded) {
                out.println("  " + paint.odd(exclusion.resource().identity()) + "  "
                        + paint.faint(origin(exclusion.resource())));
                out.println("       " + exclusion.detail());
            }
        }
    }

    private void refused(List<RefusedResource> refused) {
        if (!refused.isEmpty()) {
            title("Not valid");
            for (RefusedResource resource : refused) {
                String identity = resource.identity().isEmpty() ? "(no name)" : resource.identity();
                out.println("  " + paint.bad(identity) + "  "
                        + paint.faint(resource.kind() + " at " + resource.position()));
                resource.errors().forEach(error -> out.println("       " + error));
                if (resource.errors().isEmpty()) {
                    out.println("       its document has errors, see below");
                }
            }
        }
    }

    private void problems(Explanation explanation) {
        Set<Problem> told = explanation.refused().stream()
                .flatMap(resource -> resource.errors().stream())
                .collect(Collectors.toSet());
        lines(
                "Errors",
                explanation.problems().stream()
                        .filter(problem -> problem.isError() && !told.contains(problem))
                        .map(Problem::toString)
                        .toList());
        lines(
                "Warnings",
                explanation.problems().stream()
                        .filter(problem -> !problem.isError())
                        .map(Problem::toString)
                        .toList());
    }

    private void skipped(List<SkippedObject> skipped) {
        lines(
                "Left alone",
                skipped.stream()
                        .map(object -> object.kind() + " (" + object.apiVersion() + ") at " + object.position())
                        .toList());
    }

    private void istio(List<IstioDifference> differences) {
        lines(
                "Istio itself, as opposed to its documentation",
                differences.stream()
                        .map(difference -> difference.detail() + (difference.followed() ? "; so does this chain" : ""))
                        .toList());
    }

    private void lines(String title, List<String> lines) {
        if (!lines.isEmpty()) {
            title(title);
            lines.forEach(line -> out.println("  " + line));
        }
    }

    private void title(String title) {
        out.println();
        out.println(paint.bold(title));
    }
}
