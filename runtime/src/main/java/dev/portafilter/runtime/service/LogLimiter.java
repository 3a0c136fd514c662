package dev.portafilter.runtime.service;

import dev.portafilter.abi.LogLevel;

/**
 * Lets a plugin write only so many log lines per second; the rest is dropped and counted, and the count written as a line
 * of its own. Belongs to one worker; its thread only. Source: ABI reference, section 6.3.
 */
public final class LogLimiter {
    private static final long WINDOW_NANOS = 1_000_000_000L;

    private final PluginLog log;
    private final HostClock clock;
    private final String plugin;
    private final int linesPerSecond;
    private long windowStartNanos;
    private int lineCount;
    private long droppedCount;

    /**
     * A limiter for one plugin.
     *
     * @param plugin {@code namespace.name}
     * @param linesPerSecond lines that pass within a second; 0 for none
     */
    public LogLimiter(PluginLog log, HostClock clock, String plugin, int linesPerSecond) {
        this.log = log;
        this.clock = clock;
        this.plugin = plugin;
        this.linesPerSecond = linesPerSecond;
        this.windowStartNanos = clock.monotonicNanos();
    }

    /** Whether lines of this level are kept at all. */
    public boolean enabled(LogLevel level) {
        return log.enabled(level, plugin);
    }

    /**
     * Passes a line on or drops it. After a second with dropped lines, a line {@code N lines dropped (limit: M per
     * second)} at level WARN comes first.
     */
    public void log(LogLevel level, int contextId, String message) {
        if (passes()) {
            log.log(level, plugin, contextId, message);
        }
    }

    /** Passes a line of the host about what the plugin did wrong on, or drops it; it counts like one of the plugin's. */
    public void warn(int contextId, String message) {
        if (passes()) {
            log.warn(plugin, contextId, message);
        }
    }

    private boolean passes() {
        long now = clock.monotonicNanos();
        if (now - windowStartNanos >= WINDOW_NANOS) {
            flush();
            windowStartNanos = now;
            lineCount = 0;
        }
        if (lineCount < linesPerSecond) {
            lineCount++;
            return true;
        }
        droppedCount++;
        return false;
    }

    /** Writes the count of lines dropped so far, if any; for the end of a worker, when no further line may come. */
    public void flush() {
        if (droppedCount > 0) {
            String message = droppedCount + " lines dropped (limit: " + linesPerSecond + " per second)";
            droppedCount = 0;
            log.warn(plugin, 0, message);
        }
    }
}
