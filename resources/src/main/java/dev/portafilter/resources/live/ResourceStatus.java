package dev.portafilter.resources.live;

import dev.portafilter.resources.SourcePosition;
import dev.portafilter.runtime.PluginStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a resource is doing.
 *
 * @param kind its kind
 * @param namespace its namespace
 * @param name its name
 * @param state what it is
 * @param reason why, in words; empty when there is nothing to say
 * @param sinceMillis when the state began, in milliseconds since the Unix epoch
 * @param position where the resource stands, as it was last read
 * @param problems what is wrong with the newest version, a line each; an earlier version may run all the same
 * @param plugin the instance that runs or drains; null when there is none
 */
public record ResourceStatus(
        String kind,
        String namespace,
        String name,
        State state,
        String reason,
        long sinceMillis,
        SourcePosition position,
        List<String> problems,
        @Nullable PluginStatus plugin) {
    /** What a resource can be. */
    public enum State {
        /** Its plugin runs. */
        LOADED,
        /** Its plugin is being fetched, compiled or tried. */
        PENDING,
        /** What is written is wrong; the last good version runs, if there was one. */
        INVALID,
        /** Its plugin could not be loaded or started. */
        FAILED,
        /** It asks for what this host does not do. */
        UNSUPPORTED,
        /** It is meant for other workloads or other traffic. */
        NOT_APPLIED,
        /** Its plugin has left the chain and waits for its last streams. */
        DRAINING
    }

    /** Copies the problems. */
    public ResourceStatus {
        problems = List.copyOf(problems);
    }

    /** {@code namespace/name}. */
    public String identity() {
        return namespace + "/" + name;
    }
}
