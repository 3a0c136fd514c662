package dev.portafilter.runtime;

import dev.portafilter.runtime.plugin.PluginSpec;
import org.jspecify.annotations.Nullable;

/**
 * How an instance of a plugin is doing.
 *
 * @param spec what was asked for
 * @param position place in the chain of its type, from 0; -1 for one that is in no chain
 * @param reason why it stands there, or why it does not run, in words
 * @param state what it is
 * @param digest SHA-256 of the code, 64 hex digits; empty when the code could not be read
 * @param abiVersion such as {@code 0.2.1}; empty when unknown
 * @param vmCount live VMs of it, over all workers
 * @param memoryBytes linear memory of these VMs
 * @param problem why a newer version does not run in its place; null when there is none
 * @param sinceMillis when the state began, in milliseconds since the Unix epoch
 * @param nextTryMillis when what could not be fetched is asked for again, in the same milliseconds; 0 when it is not
 */
public record PluginStatus(
        PluginSpec spec,
        int position,
        String reason,
        State state,
        String digest,
        String abiVersion,
        int vmCount,
        long memoryBytes,
        @Nullable String problem,
        long sinceMillis,
        long nextTryMillis) {
    /** What a plugin can be. */
    public enum State {
        /** Running. */
        LOADED,
        /** Its code is being fetched, compiled or tried. */
        PENDING,
        /** Its code could not be loaded or started; requests go by its failure policy. */
        FAILED,
        /** It has left the chain and waits for its last streams. */
        DRAINING
    }
}
