package dev.portafilter.runtime;

import dev.portafilter.runtime.plugin.ChainOrder;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.stream.LoadedPlugin;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The plugins that a host runs, in chain order. Immutable.
 *
 * @param chain those that see requests or connections
 * @param services those that are in no chain
 */
record Lineup(List<LoadedPlugin> chain, List<LoadedPlugin> services) {
    static final Lineup EMPTY = new Lineup(List.of(), List.of());

    static Lineup of(Collection<LoadedPlugin> plugins) {
        List<LoadedPlugin> sorted = plugins.stream()
                .sorted((a, b) -> ChainOrder.INSTANCE.compare(a.spec(), b.spec()))
                .toList();
        return new Lineup(
                sorted.stream().filter(plugin -> !plugin.spec().service()).toList(),
                sorted.stream().filter(plugin -> plugin.spec().service()).toList());
    }

    Stream<LoadedPlugin> all() {
        return Stream.concat(chain.stream(), services.stream());
    }

    /** The instance of a plugin, by {@link PluginSpec#qualifiedName}; null when there is none. */
    @Nullable LoadedPlugin get(String name) {
        return all().filter(plugin -> plugin.spec().qualifiedName().equals(name))
                .findFirst()
                .orElse(null);
    }
}
