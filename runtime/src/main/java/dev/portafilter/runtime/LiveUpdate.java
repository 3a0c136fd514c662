package dev.portafilter.runtime;

import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.service.HostServices;
import dev.portafilter.runtime.stream.LoadedPlugin;
import dev.portafilter.runtime.stream.Trial;
import dev.portafilter.runtime.stream.WorkerOptions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One change of a host's plugins, worked out away from the requests: what is fetched, compiled and tried, what goes on as
 * it is, and what stays in place because its successor is no good. Source: WasmPlugin reference, section 7.6. Loader thread
 * only.
 */
final class LiveUpdate {
    private static final Logger LOG = LoggerFactory.getLogger(LiveUpdate.class);

    private final PluginLoader loader;
    private final PluginStates states;
    private final HostServices services;
    private final WorkerOptions options;
    private final boolean keepLastGood;
    private final Lineup before;
    private final Map<String, String> known;

    private final List<LoadedPlugin> plugins = new ArrayList<>();
    private final List<String> started = new ArrayList<>();
    private final List<String> kept = new ArrayList<>();
    private final Map<String, String> failures = new LinkedHashMap<>();
    private final Set<String> mayComeBack = new LinkedHashSet<>();

    /**
     * @param keepLastGood whether what runs goes on when its successor is no good
     * @param before what runs now
     * @param known failures that have been told already, by the plugin's name
     */
    LiveUpdate(
            PluginLoader loader,
            PluginStates states,
            HostServices services,
            WorkerOptions options,
            boolean keepLastGood,
            Lineup before,
            Map<String, String> known) {
        this.loader = loader;
        this.states = states;
        this.services = services;
        this.options = options;
        this.keepLastGood = keepLastGood;
        this.before = before;
        this.known = known;
    }

    /**
     * Works out the next line-up.
     *
     * @param wanted every plugin that is to run
     * @param fresh names of those to be loaded anew; the others go on as they are
     */
    Lineup next(Collection<PluginSpec> wanted, Set<String> fresh) {
        for (PluginSpec spec : wanted) {
            String name = spec.qualifiedName();
            LoadedPlugin running = before.get(name);
            if (fresh.contains(name)) {
                take(spec, running);
            } else if (running != null) {
                kept.add(name);
                plugins.add(running);
            }
        }
        return Lineup.of(plugins);
    }

    private void take(PluginSpec spec, @Nullable LoadedPlugin running) {
        String name = spec.qualifiedName();
        states.pending(spec);
        PluginLoader.Outcome outcome = loader.load(spec);
        LoadedPlugin loaded = outcome.plugin();
        if (running != null && same(running, loaded)) {
            kept.add(name);
            plugins.add(running.at(loaded.spec()));
            noteFailureAgain(spec, outcome);
            return;
        }
        boolean replaces = running != null && running.module() != null && states.healthy(running.id());
        String error = outcome.failed() ? outcome.error() : replaces ? Trial.failure(loaded, services, options) : null;
        if (error == null) {
            started.add(name);
            plugins.add(loaded);
            if (running != null || known.containsKey(name)) {
                states.updated(name, true);
            }
            return;
        }
        fail(spec, outcome, error);
        if (running != null && replaces && keepLastGood) {
            plugins.add(running);
        } else if (spec.joinsWhenReady() && outcome.failed()) {
            states.leftOut(spec, error);
        } else {
            plugins.add(outcome.failed() ? loaded : failed(loaded, error));
        }
    }

    private static LoadedPlugin failed(LoadedPlugin loaded, String error) {
        return new LoadedPlugin(loaded.id(), loaded.spec(), null, error, "");
    }

    /** Whether an instance can go on in place of a new one: nothing that it sees has changed, or both have no code. */
    private static boolean same(LoadedPlugin running, LoadedPlugin loaded) {
        if (!running.spec().runsAs(loaded.spec())) {
            return false;
        }
        if (running.module() == null || loaded.module() == null) {
            return running.module() == null
                    && loaded.module() == null
                    && String.valueOf(running.error()).equals(loaded.error());
        }
        return running.module().digest().equals(loaded.module().digest());
    }

    private void fail(PluginSpec spec, PluginLoader.Outcome outcome, String error) {
        String name = spec.qualifiedName();
        failures.put(name, error);
        if (outcome.mayComeBack()) {
            mayComeBack.add(name);
        }
        if (!error.equals(known.get(name))) {
            states.updated(name, false);
            LOG.error("plugin \"{}\": {}", name, error);
        }
    }

    private void noteFailureAgain(PluginSpec spec, PluginLoader.Outcome outcome) {
        if (outcome.failed()) {
            failures.put(spec.qualifiedName(), outcome.error());
            if (outcome.mayComeBack()) {
                mayComeBack.add(spec.qualifiedName());
            }
        }
    }

    /** Why plugins could not be had, by name. */
    Map<String, String> failures() {
        return failures;
    }

    /** Those of the failed plugins whose code may be there later. */
    Set<String> mayComeBack() {
        return mayComeBack;
    }

    /** What the change came to. */
    UpdateResult result(Lineup after) {
        List<String> removed = before.all()
                .map(plugin -> plugin.spec().qualifiedName())
                .filter(name -> after.get(name) == null)
                .toList();
        return new UpdateResult(started, kept, removed, failures);
    }
}
