package dev.portafilter.resources.live;

import dev.portafilter.resources.PluginResource;
import dev.portafilter.resources.Problem;
import dev.portafilter.resources.PullSecret;
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
import java.util.function.Consumer;
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
    private final Consumer<Collection<PullSecret>> toldSecrets;
    private final HostClock clock;

    // Guarded by this object.
    private final InForce<PluginResource> resources = new InForce<>(LiveConfiguration::key, PluginResource::position);
    private final InForce<PullSecret> secrets = new InForce<>(LiveConfiguration::key, PullSecret::position);
    private Map<String, Fault> faults = new TreeMap<>();
    private Selection selected;
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

    /** What is wrong with a resource, and whether a good version of it is in force. */
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
        this(host, files, selection, read, selected, secrets -> {});
    }

    /**
     * The same, with the Secrets that stand beside the resources.
     *
     * @param toldSecrets hears of all that are in force at each change, before the plugins that name them are loaded; knows
     *     those of {@code read}
     */
    public LiveConfiguration(
            ProxyWasmHost host,
            Supplier<ResourceSet> files,
            Function<Collection<PluginResource>, Selection> selection,
            ResourceSet read,
            Selection selected,
            Consumer<Collection<PullSecret>> toldSecrets) {
        this.host = Objects.requireNonNull(host, "host");
        this.files = Objects.requireNonNull(files, "files");
        this.selection = Objects.requireNonNull(selection, "selection");
        this.toldSecrets = Objects.requireNonNull(toldSecrets, "toldSecrets");
        this.clock = host.services().clock();
        this.selected = selected;
        resources.read(read.resources(), List.of(), Set.of());
        secrets.read(read.secrets(), List.of(), Set.of());
        noteFaults(read.refused());
    }

    private static String key(PluginResource resource) {
        return resource.kind() + " " + resource.identity();
    }

    private static String key(PullSecret secret) {
        return PullSecret.KIND + " " + secret.identity();
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
        List<String> wrong = read.refused().stream().map(LiveConfiguration::key).toList();
        List<String> keptLastGood = new ArrayList<>(resources.read(read.resources(), wrong, read.unclear()));
        keptLastGood.addAll(secrets.read(read.secrets(), wrong, read.unclear()));
        noteFaults(read.refused());
        return change(read.errors(), keptLastGood);
    }

    /**
     * Adds resources that are in no file, or replaces them.
     *
     * @param read from text; what is wrong with one leaves its last good version in place
     */
    public synchronized CompletionStage<ReloadResult> apply(ResourceSet read) {
        List<String> keptLastGood = new ArrayList<>();
        read.resources().forEach(resource -> {
            resources.apply(resource);
            faults.remove(key(resource));
        });
        read.secrets().forEach(secret -> {
            secrets.apply(secret);
            faults.remove(key(secret));
        });
        for (RefusedResource refused : read.refused()) {
            String key = key(refused);
            if (isInForce(key)) {
                keptLastGood.add(key);
            }
            faults.put(key, fault(refused));
        }
        return change(read.errors(), keptLastGood);
    }

    /**
     * Takes a resource away that {@link #apply} has brought; one from a file is there again.
     *
     * @param kind such as {@code WasmPlugin} or {@code Secret}
     */
    public synchronized CompletionStage<ReloadResult> delete(String kind, String namespace, String name) {
        String key = kind + " " + namespace + "/" + name;
        resources.delete(key);
        secrets.delete(key);
        if (!resources.isInFile(key) && !secrets.isInFile(key)) {
            faults.remove(key);
        }
        return change(List.of(), List.of());
    }

    private boolean isInForce(String key) {
        return resources.contains(key) || secrets.contains(key);
    }

    private void noteFaults(List<RefusedResource> refused) {
        Map<String, Fault> now = new TreeMap<>();
        refused.forEach(resource -> now.putIfAbsent(key(resource), fault(resource)));
        faults.forEach((key, fault) -> {
            if (resources.isApplied(key) || secrets.isApplied(key)) {
                now.putIfAbsent(key, fault);
            }
        });
        faults = now;
    }

    private Fault fault(RefusedResource refused) {
        String key = key(refused);
        Fault before = faults.get(key);
        boolean same = before != null && before.refused().errors().equals(refused.errors());
        return new Fault(refused, isInForce(key), same && before != null ? before.sinceMillis() : nowMillis());
    }

    private long nowMillis() {
        return clock.wallNanos() / NANOS_PER_MILLI;
    }

    private CompletionStage<ReloadResult> change(List<Problem> errors, List<String> keptLastGood) {
        toldSecrets.accept(secrets.all());
        ResourceSet distinct = new ResourceSet(resources.all(), List.of(), List.of(), List.of(), List.of(), Set.of());
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
            // What is wrong with a plugin that runs stands beside it.
            faults.values().stream()
                    .filter(fault -> !fault.runs() || fault.refused().kind().equals(PullSecret.KIND))
                    .forEach(fault -> all.add(status(fault)));
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
                fault.runs()
                        ? "has errors, and is used in its last good version"
                        : "has errors, and there was no good version before",
                fault.sinceMillis(),
                fault.refused().position(),
                fault.refused().errors().stream().map(Problem::toString).toList(),
                null);
    }
}
