package dev.portafilter.cli;

import dev.portafilter.runtime.service.NodeInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * What the settings file says: the flags of {@code serve} under their own names, and what has no flag. Keys may be nested
 * or joined by dots. A flag on the command line wins over its setting. All problems are collected before any is told.
 */
final class Settings {
    /** The settings without a flag, with what they are. */
    static final Map<String, String> WITHOUT_FLAG = withoutFlag();

    private static final Set<String> FLAGS = Set.of(
            "config",
            "upstream",
            "listen",
            "tcp-listen",
            "tcp-upstream",
            "admin",
            "tls-cert",
            "tls-key",
            "client-ca",
            "ca",
            "workers",
            "log-format",
            "log-level",
            "cache-dir");
    private static final String CLUSTERS = "clusters.";
    private static final String NODE_METADATA = "node.metadata";

    private final String file;
    private final Map<String, String> values = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();
    private Map<?, ?> nodeMetadata = Map.of();

    private Settings(String file) {
        this.file = file;
    }

    /** No settings. */
    static Settings none() {
        return new Settings("");
    }

    /** Reads a file; what is wrong with it is among the {@link #problems}. */
    static Settings read(Path path) {
        Settings settings = new Settings(path.toString());
        try {
            String text = Files.readString(path);
            Object root =
                    new Load(LoadSettings.builder().setLabel(path.toString()).build()).loadFromString(text);
            if (root instanceof Map<?, ?> map) {
                settings.add("", map);
            } else if (root != null) {
                settings.problem("", "is not a map (expected: keys and values)");
            }
        } catch (IOException e) {
            settings.problem("", "cannot be read: " + e.getMessage() + " (expected: a YAML file in UTF-8)");
        } catch (YamlEngineException e) {
            settings.problem("", "is not YAML: " + e.getMessage());
        }
        return settings;
    }

    private void add(String prefix, Map<?, ?> map) {
        map.forEach((name, value) -> {
            String key = prefix + name;
            if (key.equals(NODE_METADATA) && value instanceof Map<?, ?> metadata) {
                nodeMetadata = metadata;
            } else if (value instanceof Map<?, ?> nested) {
                add(key + ".", nested);
            } else if (value == null || value instanceof Iterable<?>) {
                problem(key, (value == null ? "has no value" : "is a list") + " (expected: one value)");
            } else if (!known(key)) {
                String near = Words.nearest(key, allKeys());
                problem(key, "is unknown (expected: " + (near == null ? "one of " + allKeys() : near) + ")");
            } else {
                values.put(key, String.valueOf(value));
            }
        });
    }

    private static boolean known(String key) {
        return FLAGS.contains(key)
                || WITHOUT_FLAG.containsKey(key)
                || key.startsWith(CLUSTERS) && key.length() > CLUSTERS.length();
    }

    private static List<String> allKeys() {
        List<String> keys = new ArrayList<>(FLAGS);
        keys.addAll(WITHOUT_FLAG.keySet());
        keys.add(CLUSTERS + "NAME");
        keys.sort(null);
        return keys;
    }

    private static Map<String, String> withoutFlag() {
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("limits.memoryPages", "largest memory of a VM, pages of 64 KiB");
        keys.put("limits.deadlineMillis", "longest time of a callback");
        keys.put("limits.startDeadlineMillis", "longest time of a VM's start");
        keys.put("limits.bufferBytes", "most body bytes held while a plugin pauses");
        keys.put("limits.httpCalls", "most HTTP calls in flight per VM");
        keys.put("limits.grpcCalls", "most gRPC calls and streams under way per VM");
        keys.put("limits.grpcMessageBytes", "largest message of a gRPC call");
        keys.put("limits.propertyBytes", "most bytes of properties that plugins set on a stream");
        keys.put("limits.logLinesPerSecond", "most log lines per plugin and worker");
        keys.put("limits.sharedDataBytes", "most bytes of shared data per VM id");
        keys.put("limits.queueCount", "most shared queues per VM id");
        keys.put("limits.queueItems", "most items in the queues of a VM id");
        keys.put("limits.queueBytes", "most bytes in the queues of a VM id");
        keys.put("limits.metricCount", "most metrics of plugins");
        keys.put("limits.uncompressedBytes", "most bytes that the foreign function uncompress answers");
        keys.put("limits.headerBytes", "largest head of a message");
        keys.put("limits.headerCount", "most header lines of a request");
        keys.put("limits.bodyBytes", "largest request body; 0 for any");
        keys.put("limits.connectionsPerTarget", "most HTTP/1.1 connections of a worker to a server");
        keys.put("limits.callBodyBytes", "largest answer to an HTTP call of a plugin");
        keys.put("timeouts.requestMillis", "longest wait for a response; 0 for any");
        keys.put("timeouts.idleMillis", "longest silence of a connection; 0 for any");
        keys.put("timeouts.connectMillis", "longest connect");
        keys.put("timeouts.drainMillis", "longest wait for requests in flight at the end");
        keys.put("timeouts.pluginEndMillis", "longest wait for a plugin that wants time to end");
        keys.put("reload.baseMillis", "FAIL_RELOAD: shortest time between loads of a VM");
        keys.put("reload.spareInFlight", "streams that a failed VM had let pass go on without it");
        keys.put("file.watch", "changes of resources and modules are applied while requests run");
        keys.put("file.quietMillis", "how long files must rest before a change of them is applied");
        keys.put("file.pollMillis", "how often files are looked at without an event");
        keys.put("update.onFailure", "keepLastGood or applyFailStrategy: a plugin whose successor is no good");
        keys.put("vm.isolate", "every plugin has a VM of its own");
        keys.put("resource.strict", "unknown fields of resources are errors");
        keys.put("node.id", "what plugins read as xds.node.id");
        keys.put("node.cluster", "what plugins read as xds.node.cluster");
        keys.put("node.region", "what plugins read as xds.node.locality.region");
        keys.put("node.zone", "what plugins read as xds.node.locality.zone");
        keys.put("node.subZone", "what plugins read as xds.node.locality.sub_zone");
        keys.put(NODE_METADATA, "what plugins read as xds.node.metadata: any map");
        keys.put("namespace", "only plugins of this namespace and of the root namespace apply");
        keys.put("rootNamespace", "the namespace whose plugins apply everywhere");
        return keys;
    }

    private void problem(String key, String text) {
        problems.add(file + (key.isEmpty() ? "" : " " + key) + ": " + text);
    }

    /** What is wrong, a line each. */
    List<String> problems() {
        return problems;
    }

    /** The value of a key, or null. */
    @Nullable String get(String key) {
        return values.get(key);
    }

    /** A whole number, or a fallback when the key is not set; a value that is none is a problem. */
    long number(String key, long fallback) {
        String value = values.get(key);
        if (value == null) {
            return fallback;
        }
        if (!value.matches("-?[0-9]{1,18}")) {
            problem(key, "\"" + value + "\" is no number (expected: digits)");
            return fallback;
        }
        return Long.parseLong(value);
    }

    /** A whole number that fits 32 bits. */
    int smallNumber(String key, int fallback) {
        long number = number(key, fallback);
        if (number != (int) number) {
            problem(key, number + " is out of range (expected: at most " + Integer.MAX_VALUE + ")");
            return fallback;
        }
        return (int) number;
    }

    /** A switch. */
    boolean yes(String key, boolean fallback) {
        String value = values.get(key);
        if (value == null) {
            return fallback;
        }
        if (!value.equals("true") && !value.equals("false")) {
            problem(key, "\"" + value + "\" is no switch (expected: true or false)");
        }
        return value.equals("true");
    }

    /** What the proxy is called in its mesh; null when nothing is said about it. */
    @Nullable NodeInfo node() {
        boolean named = values.keySet().stream().anyMatch(key -> key.startsWith("node."));
        if (values.containsKey(NODE_METADATA)) {
            problem(NODE_METADATA, "is not a map (expected: keys and values)");
        }
        if (!named && nodeMetadata.isEmpty()) {
            return null;
        }
        Map<String, Object> metadata = new LinkedHashMap<>();
        nodeMetadata.forEach((key, value) -> metadata.put(String.valueOf(key), value));
        return new NodeInfo(
                values.getOrDefault("node.id", ""),
                values.getOrDefault("node.cluster", ""),
                metadata,
                values.getOrDefault("node.region", ""),
                values.getOrDefault("node.zone", ""),
                values.getOrDefault("node.subZone", ""));
    }

    /** The clusters, name to URL. */
    Map<String, String> clusters() {
        Map<String, String> clusters = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            if (key.startsWith(CLUSTERS)) {
                clusters.put(key.substring(CLUSTERS.length()), value);
            }
        });
        return clusters;
    }
}
