package dev.portafilter.test.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log of an Envoy as it is written: which lines are plugins', and which are its own. Thread-safe.
 *
 * <p>Envoy also starts every plugin on its main thread, for a look; what is logged there is left out.
 */
final class EnvoyLog {
    private static final String MARK = "\u0001";
    /** Thread, level, logger, message. */
    static final String FORMAT = MARK + "%t" + MARK + "%l" + MARK + "%n" + MARK + "%v";

    private static final String READY = "starting main dispatch loop";
    private static final String PLUGIN_LINE = "wasm log";

    private record Entry(String thread, String level, String logger, StringBuilder text) {}

    private final Scenario scenario;
    private final List<Entry> entries = new ArrayList<>();
    private @Nullable String mainThread;
    private volatile boolean started;

    EnvoyLog(Scenario scenario, InputStream stream) {
        this.scenario = scenario;
        Thread reader = new Thread(() -> read(stream), "compare-envoy-log");
        reader.setDaemon(true);
        reader.start();
    }

    private void read(InputStream stream) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                add(line);
            }
        } catch (IOException e) {
            // The process has ended.
            started = false;
        }
    }

    private synchronized void add(String line) {
        if (!line.startsWith(MARK)) {
            if (!entries.isEmpty()) {
                entries.get(entries.size() - 1).text().append('\n').append(line);
            }
            return;
        }
        String[] parts = line.split(MARK, 5);
        if (parts.length < 5) {
            return;
        }
        if (mainThread == null) {
            mainThread = parts[1];
        }
        entries.add(new Entry(parts[1], parts[2], parts[3], new StringBuilder(parts[4])));
        if (line.contains(READY)) {
            started = true;
        }
    }

    /** Whether Envoy listens. */
    boolean started() {
        return started;
    }

    /** The warnings and errors of Envoy's own. */
    synchronized List<String> complaints() {
        return entries.stream()
                .filter(entry -> entry.level().matches("error|critical|warning"))
                .map(entry -> entry.level() + ": " + entry.text())
                .toList();
    }

    /** What plugins have logged on the worker thread. */
    synchronized List<String> pluginLines() {
        List<String> lines = new ArrayList<>();
        for (Entry entry : entries) {
            String text = entry.text().toString();
            if (!entry.thread().equals(mainThread) && entry.logger().equals("wasm") && text.startsWith(PLUGIN_LINE)) {
                int colon = text.indexOf(": ");
                String who = text.substring(PLUGIN_LINE.length(), Math.max(colon, PLUGIN_LINE.length()));
                String level = entry.level().equals("warning") ? "warn" : entry.level();
                lines.add(name(who.strip()) + " " + level + ": " + (colon < 0 ? "" : text.substring(colon + 2)));
            }
        }
        return lines;
    }

    /** Lines of streams begin with the plugin's name, those of root contexts with the root id, and then the VM id. */
    private String name(String who) {
        if (who.isEmpty() && scenario.plugins().size() == 1) {
            // What goes through WASI while the VM starts.
            return scenario.logName(scenario.plugins().get(0));
        }
        for (ComparedPlugin plugin : scenario.plugins()) {
            String root = (plugin.rootId() + " " + Scenario.vmId(plugin)).strip();
            if (who.equals(root) || who.startsWith("default." + plugin.name() + " ")) {
                return scenario.logName(plugin);
            }
        }
        return who;
    }
}
