package dev.portafilter.test.compare;

import dev.portafilter.abi.LogLevel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Plugins in their order, and the exchanges that are played through them, one after the other. Immutable. */
public final class Scenario {
    private final String name;
    private final List<ComparedPlugin> plugins;
    private final ClusterKind upstream;
    private final Map<String, ClusterKind> clusters;
    private final List<Exchange> exchanges;
    private final LogLevel logLevel;

    Scenario(
            String name,
            List<ComparedPlugin> plugins,
            ClusterKind upstream,
            Map<String, ClusterKind> clusters,
            List<Exchange> exchanges,
            LogLevel logLevel) {
        this.name = name;
        this.plugins = List.copyOf(plugins);
        this.upstream = upstream;
        this.clusters = Map.copyOf(clusters);
        this.exchanges = List.copyOf(exchanges);
        this.logLevel = logLevel;
    }

    /**
     * Reads a file; its format is described in {@code docs/compare.md}. Paths in it start at the file.
     *
     * @throws ScenarioException when something in it is wrong
     */
    public static Scenario read(Path file) throws IOException {
        return ScenarioReader.read(file);
    }

    /** A handful of plain requests, for a plugin that nobody has written any for. */
    public static Scenario plain() throws IOException {
        return ScenarioReader.resource("plain.yaml");
    }

    /** This scenario with other plugins. */
    public Scenario withPlugins(List<ComparedPlugin> others) {
        return new Scenario(name, others, upstream, clusters, exchanges, logLevel);
    }

    /** This scenario, and then another one with the same plugins. */
    public Scenario then(Scenario other) {
        Map<String, ClusterKind> allClusters = new LinkedHashMap<>(clusters);
        allClusters.putAll(other.clusters);
        List<Exchange> all = new ArrayList<>(exchanges);
        all.addAll(other.exchanges);
        LogLevel lower = logLevel.compareTo(other.logLevel) <= 0 ? logLevel : other.logLevel;
        return new Scenario(name, plugins, upstream, allClusters, all, lower);
    }

    /** What it is called. */
    public String name() {
        return name;
    }

    /** The plugins, in the order in which requests meet them. */
    public List<ComparedPlugin> plugins() {
        return plugins;
    }

    /** How many exchanges there are. */
    public int exchangeCount() {
        return exchanges.size();
    }

    /** What the upstream speaks. */
    ClusterKind upstream() {
        return upstream;
    }

    /** Whether the plugins are filters for TCP. */
    boolean tcp() {
        return upstream == ClusterKind.TCP;
    }

    Map<String, ClusterKind> clusters() {
        return clusters;
    }

    List<Exchange> exchanges() {
        return exchanges;
    }

    LogLevel logLevel() {
        return logLevel;
    }

    /** What log lines call a plugin: Envoy does not name plugins that share a VM and a root id. */
    String logName(ComparedPlugin plugin) {
        boolean shared = plugins.stream()
                        .filter(other -> vmId(other).equals(vmId(plugin))
                                && other.rootId().equals(plugin.rootId()))
                        .count()
                > 1;
        return shared ? vmId(plugin) : plugin.name();
    }

    /** The VM id of a plugin, by which log lines of root contexts are told apart. */
    static String vmId(ComparedPlugin plugin) {
        return plugin.vmId().isEmpty() ? plugin.name() : plugin.vmId();
    }
}
