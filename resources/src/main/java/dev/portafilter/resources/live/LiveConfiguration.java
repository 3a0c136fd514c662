package dev.portafilter.resources.live;

import dev.portafilter.resources.PluginResource;
import dev.portafilter.resources.Problem;
import dev.portafilter.resources.ResourceSet;
import dev.portafilter.resources.ResourceSet.RefusedResource;
import dev.portafilter.resources.Selection;
import dev.portafilter.resources.SourcePosition;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.ProxyWasmHost;
import dev.portafilter.runtime.UpdateResult;
import dev.portafilter.runtime.service.HostClock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resources that a host follows. {@link #reload} reads the files again; {@link #apply} and {@link #delete} change single
 * resources that are in no file. Whatever is wrong with a resource, the others are applied, and it goes on in its last good
 * version. Thread-safe; changes happen one after the other. Source: WasmPlugin reference, section 7.6.
 */
public final class LiveConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(LiveConfiguration.class);
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final ProxyWasmHost host;
    private final Supplier<ResourceSet> files;
    private final Function<Collection<PluginResource>, Selection> selection;
    private final HostClock clock;

    // Guarded by this object; by kind and identity.
    private final Map<String, PluginResource> fromFiles = new TreeMap<>();
    private final Map<String, PluginResource> applied = new TreeMap<>();
    private Map<String, Fault> faults = new TreeMap<>();
    private Selection selected;
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

    /** What is wrong with a resource. */
    private record Fault(RefusedResource refused, boolean runs, long sinceMillis) {}

    /**
     * Follows resources from now on.
     *
     * @param host runs the plugins of {@code selected} already
     * @param files reads the resources; on the thread of whoever reloads
     * @param selection chooses and orders those that apply
     * @param read what was read when the host was made
     * @param selected what was chosen of it
     */
    public LiveConfiguration(
            ProxyWasmHost host,
            Supplier<ResourceSet> files,
            Function<Collection<PluginResource>, Selection> selection,
            ResourceSet read,
            Selection selected) {
        this.host = Objects.requireNonNull(host, "host");
        this.files = Objects.requireNonNull(files, "files");
        this.selection = Objects.requireNonNull(selection, "selection");
        this.clock = host.services().clock();
        this.selected = selected;
        read.resources().forEach(resource -> fromFiles.put(key(resource), resource));
        noteFaults(read.refused());
    }

    private static String key(PluginResource resource) {
        return resource.kind() + " " + resource.identity();
    }

    private static String key(RefusedResource resource) {
        return resource.kind() + " " + resource.identity();
    }

    /**
     * Reads the files again and applies what they say. Reads on the caller's thread; does not wait for the host.
     *
     * @return completes once every worker runs it; fails only when the host is closed
     */
    public synchronized CompletionStage<ReloadResult> reload() {
        return take(files.get());
    }

    /**
     * Reads the files again, and applies what they say unless they have changed meanwhile: then what was read may be half of
     * a change, and whoever watches them will ask again.
     *
     * @param unchanged tells, after the reading, whether the files are what they were before
     */
    public synchronized void reloadWhile(BooleanSupplier unchanged) {
        ResourceSet read = files.get();
        if (unchanged.getAsBoolean()) {
            take(read);
        } else {
            LOG.debug("files have changed while they were read, and are read again");
        }
    }

    private CompletionStage<ReloadResult> take(ResourceSet read) {
        List<String> keptLastGood = new ArrayList<>();
        Map<String, PluginResource> before = new TreeMap<>(fromFiles);
        fromFiles.clear();
        read.resources().forEach(resource -> fromFiles.put(key(resource), resource));
        List<String> wrong = read.refused().stream().map(LiveConfiguration::key).toList();
        before.forEach((key, resource) -> {
            boolean unknown = read.unclear().contains(resource.position().file());
            if (!fromFiles.containsKey(key) && (unknown || wrong.contains(key))) {
                fromFiles.put(key, resource);
                keptLastGood.add(key);
            }
        });
        noteFaults(read.refused());
        return change(read.errors(), keptLastGood);
    }

    /**
     * Adds resources that are in no file, or replaces them.
     *
     * @param resources read from text; what is wrong with one leaves its last good version in place
     */
    public synchronized CompletionStage<ReloadResult> apply(ResourceSet resources) {
        List<String> keptLastGood = new ArrayList<>();
        resources.resources().forEach(resource -> {
            applied.put(key(resource), resource);
            faults.remove(key(resource));
        });
        for (RefusedResource refused : resources.refused()) {
            String key = key(refused);
            if (all().containsKey(key)) {
                keptLastGood.add(key);
            }
            faults.put(key, fault(refused));
        }
        return change(resources.errors(), keptLastGood);
    }

    /**
     * Takes a resource away that {@link #apply} has brought; one from a file is there again.
     *
     * @param kind such as {@code WasmPlugin}
     */
    public synchronized CompletionStage<ReloadResult> delete(String kind, String namespace, String name) {
        String key = kind + " " + namespace + "/" + name;
        applied.remove(key);
        if (!fromFiles.containsKey(key)) {
            faults.remove(key);
        }
        return change(List.of(), List.of());
    }

    /** The resources in force: those that were applied win over those in files. */
    private Map<String, PluginResource> all() {
        Map<String, PluginResource> all = new TreeMap<>(fromFiles);
        all.putAll(applied);
        return all;
    }

    private void noteFaults(List<RefusedResource> refused) {
        Map<String, Fault> now = new TreeMap<>();
        refused.forEach(resource -> now.putIfAbsent(key(resource), fault(resource)));
        faults.forEach((key, fault) -> {
            if (applied.containsKey(key)) {
                now.putIfAbsent(key, fault);
            }
        });
        faults = now;
    }

    private Fault fault(RefusedResource refused) {
        String key = key(refused);
        Fault before = faults.get(key);
        boolean same = before != null && before.refused().errors().equals(refused.errors());
        return new Fault(refused, all().containsKey(key), same && before != null ? before.sinceMillis() : nowMillis());
    }

    private long nowMillis() {
        return clock.wallNanos() / NANOS_PER_MILLI;
    }

    private CompletionStage<ReloadResult> change(List<Problem> errors, List<String> keptLastGood) {
        ResourceSet distinct = new ResourceSet(List.copyOf(all().values()), List.of(), List.of(), List.of(), Set.of());
        Selection next = selection.apply(distinct.resources());
        selected = next;
        List<String> lines = errors.stream().map(Problem::toString).toList();
        lines.forEach(line -> LOG.error("{}", line));
        keptLastGood.forEach(key -> LOG.warn("{} runs in its last good version", key));
        CompletableFuture<ReloadResult> done = host.apply(next.plugins())
                .thenApply(result -> {
                    report(result);
                    count(lines.isEmpty() && result.failures().isEmpty());
                    return new ReloadResult(result, lines, keptLastGood);
                })
                .toCompletableFuture();
        last = done;
        return done.minimalCompletionStage();
    }

    private void count(boolean clean) {
        host.services()
                .metrics()
                .hostCounter("portafilter_configuration_reloads_total", "result", clean ? "success" : "failure")
                .increment();
    }

    private static void report(UpdateResult result) {
        if (!result.started().isEmpty() || !result.removed().isEmpty()) {
            LOG.info("plugins: {} started, {} kept, {} removed", result.started(), result.kept(), result.removed());
        }
    }

    /** Completes once the last change so far is in place. */
    public synchronized CompletionStage<Void> settled() {
        return last.handle((result, error) -> (Void) null).minimalCompletionStage();
    }

    /** The paths of module files that the resources in force name, for a watch. */
    public synchronized List<Path> moduleFiles() {
        return selected.plugins().stream()
                .flatMap(spec -> spec.module().files().stream())
                .toList();
    }

    /** Every resource as it is now: those in the chain in order, then those that drain, then the others. */
    public List<ResourceStatus> statuses() {
        List<PluginStatus> plugins = host.plugins();
        synchronized (this) {
            Map<String, PluginResource> byPlugin = new LinkedHashMap<>();
            Selection now = selected;
            List.of(now.chain(), now.network(), now.services())
                    .forEach(part -> part.forEach(
                            resource -> byPlugin.put(resource.spec().qualifiedName(), resource)));
            List<ResourceStatus> all = new ArrayList<>();
            for (PluginStatus plugin : plugins) {
                all.add(status(plugin, byPlugin.get(plugin.spec().qualifiedName())));
            }
            for (Selection.Exclusion excluded : now.excluded()) {
                all.add(status(excluded));
            }
            faults.values().stream().filter(fault -> !fault.runs()).forEach(fault -> all.add(status(fault)));
            return all;
        }
    }

    private ResourceStatus status(PluginStatus plugin, @Nullable PluginResource resource) {
        boolean draining = plugin.state() == PluginStatus.State.DRAINING;
        Fault fault = resource == null || draining ? null : faults.get(key(resource));
        List<String> problems = new ArrayList<>();
        if (fault != null) {
            fault.refused().errors().forEach(error -> problems.add(error.toString()));
        }
        if (plugin.problem() != null) {
            problems.add(plugin.problem());
        }
        return new ResourceStatus(
                resource == null ? "" : resource.kind(),
                plugin.spec().namespace(),
                plugin.spec().name(),
                fault != null
                        ? ResourceStatus.State.INVALID
                        : ResourceStatus.State.valueOf(plugin.state().name()),
                plugin.reason(),
                fault != null ? fault.sinceMillis() : plugin.sinceMillis(),
                resource == null ? new SourcePosition("", 0, 0) : resource.position(),
                problems,
                plugin);
    }

    private ResourceStatus status(Selection.Exclusion excluded) {
        PluginResource resource = excluded.resource();
        boolean unsupported = excluded.reason() == Selection.Reason.UNSUPPORTED;
        return new ResourceStatus(
                resource.kind(),
                resource.spec().namespace(),
                resource.spec().name(),
                unsupported ? ResourceStatus.State.UNSUPPORTED : ResourceStatus.State.NOT_APPLIED,
                excluded.detail(),
                0,
                resource.position(),
                List.of(),
                null);
    }

    private static ResourceStatus status(Fault fault) {
        String identity = fault.refused().identity();
        int slash = identity.indexOf('/');
        return new ResourceStatus(
                fault.refused().kind(),
                identity.substring(0, slash),
                identity.substring(slash + 1),
                ResourceStatus.State.INVALID,
                "has errors, and there was no good version before",
                fault.sinceMillis(),
                fault.refused().position(),
                fault.refused().errors().stream().map(Problem::toString).toList(),
                null);
    }
}
