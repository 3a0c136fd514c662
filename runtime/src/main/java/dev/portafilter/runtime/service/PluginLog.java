package dev.portafilter.runtime.service;

import dev.portafilter.abi.LogLevel;

/** Takes the log lines of plugins, from any thread; must not block. */
public interface PluginLog {
    /** Whether lines of this level are kept. */
    boolean enabled(LogLevel level);

    /**
     * Whether lines of this level are kept for one plugin, where levels differ by plugin.
     *
     * @param plugin {@code namespace.name}
     */
    default boolean enabled(LogLevel level, String plugin) {
        return enabled(level);
    }

    /**
     * Takes a line.
     *
     * @param plugin {@code namespace.name}
     * @param contextId the context whose callback wrote it; 0 for the VM
     * @param message as the guest wrote it: any characters, several lines included
     */
    void log(LogLevel level, String plugin, int contextId, String message);

    /**
     * Takes a line that the host writes about what a plugin did wrong, at level WARN. Counts as one of the plugin's lines
     * unless an implementation tells them apart.
     *
     * @param plugin {@code namespace.name}
     * @param contextId the context whose callback did it; 0 for the VM
     */
    default void warn(String plugin, int contextId, String message) {
        log(LogLevel.WARN, plugin, contextId, message);
    }

    /**
     * The log through slf4j: loggers {@code dev.portafilter.plugin.NAMESPACE.NAME}, lines as {@link PluginLogText#line}
     * makes them, CRITICAL as error.
     */
    static PluginLog slf4j() {
        return new Slf4jPluginLog();
    }
}
