package dev.portafilter.runtime.stream;

import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.vm.VmModule;
import org.jspecify.annotations.Nullable;

/**
 * A plugin whose code has been fetched and compiled, or has turned out not to work. Plugins with equal VM keys share a
 * VM on each worker.
 *
 * @param id distinguishes instances: a change that keeps the id keeps what runs, and one that brings another id starts anew
 * @param module null when the code cannot be used
 * @param error why not; null when it can
 * @param vmKey what distinguishes VMs (ABI reference, section 2.1)
 */
public record LoadedPlugin(
        long id,
        PluginSpec spec,
        @Nullable VmModule module,
        @Nullable String error,
        String vmKey) {
    /** The same instance in another place of the chain. */
    public LoadedPlugin at(PluginSpec place) {
        return new LoadedPlugin(id, place, module, error, vmKey);
    }
}
