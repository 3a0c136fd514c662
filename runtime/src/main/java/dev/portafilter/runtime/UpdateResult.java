package dev.portafilter.runtime;

import dev.portafilter.runtime.plugin.PluginSpec;
import java.util.List;
import java.util.Map;

/**
 * What a change of plugins came to. Plugins are named as in {@link PluginSpec#qualifiedName}.
 *
 * @param started new instances, of new plugins and of changed ones
 * @param kept plugins that go on as they were, if in another place
 * @param removed plugins that have left the chain and end after their last streams
 * @param failures plugins that could not be had in the version asked for, and why; of each, an earlier version runs on if
 *     there was one
 */
public record UpdateResult(
        List<String> started, List<String> kept, List<String> removed, Map<String, String> failures) {
    /** Copies the parts. */
    public UpdateResult {
        started = List.copyOf(started);
        kept = List.copyOf(kept);
        removed = List.copyOf(removed);
        failures = Map.copyOf(failures);
    }
}
