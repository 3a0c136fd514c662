package dev.portafilter.runtime;

import dev.portafilter.runtime.plugin.PluginSpec;

/**
 * How a plugin is doing.
 *
 * @param spec what was asked for
 * @param position place in the chain of its type, from 0; -1 for a service
 * @param reason why it stands there, or why it failed, in words
 * @param state what it is
 * @param digest SHA-256 of the code, 64 hex digits; empty when the code could not be read
 * @param abiVersion such as {@code 0.2.1}; empty when unknown
 * @param vmCount live VMs of it, over all workers
 * @param memoryBytes linear memory of these VMs
 */
public record PluginStatus(
        PluginSpec spec,
        int position,
        String reason,
        State state,
        String digest,
        String abiVersion,
        int vmCount,
        long memoryBytes) {
    /** What a plugin can be. */
    public enum State {
        /** Running. */
        LOADED,
        /** Its code could not be loaded or started; requests go by its failure policy. */
        FAILED
    }
}
