package dev.portafilter.resources;

import dev.portafilter.runtime.plugin.PluginSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was read: the resources that are valid, in the order they were found, and all problems of all resources.
 *
 * @param resources the valid resources
 * @param secrets the Secrets that stand beside them; of types that no registry knows only what they are called
 * @param problems errors and warnings, by place
 * @param skipped objects of kinds that are none of ours
 * @param refused the resources that have errors
 * @param unclear files of which it cannot be said what resources stand in them
 */
public record ResourceSet(
        List<PluginResource> resources,
        List<PullSecret> secrets,
        List<Problem> problems,
        List<SkippedObject> skipped,
        List<RefusedResource> refused,
        Set<String> unclear) {
    /**
     * An object of a kind that is none of ours.
     *
     * @param position where it begins
     * @param apiVersion its API version
     * @param kind its kind
     */
    public record SkippedObject(SourcePosition position, String apiVersion, String kind) {}

    /**
     * A resource that has errors.
     *
     * @param kind its kind
     * @param identity {@code namespace/name}
     * @param position where it begins
     * @param errors what is wrong with it
     */
    public record RefusedResource(String kind, String identity, SourcePosition position, List<Problem> errors) {}

    /**
     * Makes a set; the lists are copied. Resources of different kinds may have one namespace and name; then the plugins of
     * the newer kinds are called {@code namespace.name/kind} by the host, and {@code plugin_name} stays what it is.
     */
    public ResourceSet {
        resources = distinct(resources);
        secrets = List.copyOf(secrets);
        problems = List.copyOf(problems);
        skipped = List.copyOf(skipped);
        refused = List.copyOf(refused);
        unclear = Set.copyOf(unclear);
    }

    private static List<PluginResource> distinct(List<PluginResource> resources) {
        Map<String, Kind> oldest = new HashMap<>();
        for (PluginResource resource : resources) {
            Kind kind = Kind.of(resource.kind());
            if (kind != null) {
                oldest.merge(resource.identity(), kind, (a, b) -> a.compareTo(b) < 0 ? a : b);
            }
        }
        return resources.stream()
                .map(resource -> {
                    PluginSpec spec = resource.spec();
                    String name = spec.namespace() + "." + spec.name();
                    boolean first = Kind.of(resource.kind()) == oldest.get(resource.identity());
                    String distinct = first ? name : name + "/" + resource.kind();
                    return spec.qualifiedName().equals(distinct)
                            ? resource
                            : resource.withSpec(
                                    spec.toBuilder().qualifiedName(distinct).build());
                })
                .toList();
    }

    /** The problems for which a resource was refused. */
    public List<Problem> errors() {
        return problems.stream().filter(Problem::isError).toList();
    }

    /** The other problems. */
    public List<Problem> warnings() {
        return problems.stream().filter(problem -> !problem.isError()).toList();
    }

    /** Whether a resource, or a file, was refused. */
    public boolean hasErrors() {
        return problems.stream().anyMatch(Problem::isError);
    }

    /** The plugin of every valid resource, in the order they were found; see {@link Selection} for those of a workload. */
    public List<PluginSpec> plugins() {
        return resources.stream().map(PluginResource::spec).toList();
    }
}
