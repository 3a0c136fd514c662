package dev.portafilter.test;

import dev.portafilter.abi.LogLevel;
import dev.portafilter.runtime.service.PluginLog;
import java.util.ArrayList;
import java.util.List;

/** Keeps the log lines of plugins for a test to look at. Thread-safe. */
public final class RecordingPluginLog implements PluginLog {
    /**
     * A line.
     *
     * @param plugin {@code namespace.name}
     * @param contextId the context whose callback wrote it; 0 for the VM
     * @param message as the guest wrote it
     */
    public record Line(LogLevel level, String plugin, int contextId, String message) {}

    private final List<Line> lines = new ArrayList<>();
    private LogLevel threshold;

    /** A log that keeps lines of this level and above. */
    public RecordingPluginLog(LogLevel threshold) {
        this.threshold = threshold;
    }

    /** Changes which lines are kept from now on. */
    public synchronized void threshold(LogLevel level) {
        threshold = level;
    }

    @Override
    public synchronized boolean enabled(LogLevel level) {
        return level.compareTo(threshold) >= 0;
    }

    @Override
    public synchronized void log(LogLevel level, String plugin, int contextId, String message) {
        lines.add(new Line(level, plugin, contextId, message));
    }

    /** All lines so far, in order; a copy. */
    public synchronized List<Line> lines() {
        return List.copyOf(lines);
    }

    /** The texts of all lines so far, in order. */
    public List<String> messages() {
        return lines().stream().map(Line::message).toList();
    }

    /** The texts of the lines so far, which are forgotten. */
    public synchronized List<String> take() {
        List<String> taken = messages();
        lines.clear();
        return taken;
    }
}
