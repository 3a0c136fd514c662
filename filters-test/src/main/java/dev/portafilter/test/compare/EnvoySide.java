package dev.portafilter.test.compare;

import dev.portafilter.abi.LogLevel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real Envoy, in a process of its own, with one worker thread. */
final class EnvoySide implements Side {
    private static final long START_MILLIS = 60_000;
    private static final long STOP_SECONDS = 5;
    /** Its main thread answers, and may stand still for long on a busy machine. */
    private static final long ANSWER_SECONDS = 60;

    private static final Pattern LISTENER = Pattern.compile("::127\\.0\\.0\\.1:([0-9]+)");
    private static final Pattern METRIC = Pattern.compile("wasmcustom\\.(.*): ([0-9]+)");
    /** The last bucket has the number of all samples, those of the last interval before it. */
    private static final Pattern HISTOGRAM = Pattern.compile("wasmcustom\\.(.*): B.*\\([0-9]+,([0-9]+)\\)");

    private static final int LEAST_LOOKS = 2;
    private static final int MOST_LOOKS = 20;

    private final Servers servers;
    private final Path directory;
    private final Process process;
    private final EnvoyLog log;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final String admin;
    private final int port;
    private final boolean tcp;

    EnvoySide(EnvoyBinary envoy, Scenario scenario) throws IOException {
        servers = new Servers(scenario.upstream(), scenario.clusters());
        tcp = scenario.tcp();
        directory = Files.createTempDirectory("portafilter-compare");
        Path configuration = directory.resolve("envoy.json");
        Path address = directory.resolve("admin");
        Files.writeString(configuration, EnvoyConfiguration.json(scenario, servers));
        process = new ProcessBuilder(
                        envoy.file().toString(),
                        "-c",
                        configuration.toString(),
                        "--concurrency",
                        "1",
                        "--disable-hot-restart",
                        "--admin-address-path",
                        address.toString(),
                        "-l",
                        "warning",
                        "--component-log-level",
                        "main:info,wasm:" + level(scenario.logLevel()),
                        "--log-format",
                        EnvoyLog.FORMAT)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        log = new EnvoyLog(scenario, process.getErrorStream());
        boolean started = Patience.until(START_MILLIS, () -> log.started() || !process.isAlive());
        if (!started || !process.isAlive()) {
            String reason = String.join("\n  ", log.complaints());
            close();
            throw new ScenarioException("envoy: did not start\n  " + reason);
        }
        admin = "http://" + Files.readString(address).strip();
        Matcher listening = LISTENER.matcher(ask("/listeners"));
        if (!listening.find()) {
            close();
            throw new ScenarioException("envoy: has no listener\n  " + String.join("\n  ", log.complaints()));
        }
        port = Integer.parseInt(listening.group(1));
        awaitMetricsOfTheStart();
    }

    /** What plugins recorded when they started shows up with a later flush; it must not be taken for an exchange's. */
    private void awaitMetricsOfTheStart() throws IOException {
        Map<String, String> before = Map.of();
        Map<String, String> now = metrics();
        for (int look = 0; look < MOST_LOOKS && (look < LEAST_LOOKS || !now.equals(before)); look++) {
            Patience.pause(EnvoyConfiguration.FLUSH_MILLIS * 3 / 2);
            before = now;
            now = metrics();
        }
    }

    private static String level(LogLevel level) {
        return level == LogLevel.WARN ? "warning" : level.name().toLowerCase(Locale.ROOT);
    }

    private String ask(String path) throws IOException {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(admin + path))
                    .timeout(Duration.ofSeconds(ANSWER_SECONDS))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))
                    .body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public String label() {
        return "envoy";
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public boolean tcp() {
        return tcp;
    }

    @Override
    public Servers servers() {
        return servers;
    }

    @Override
    public List<String> log() {
        return log.pluginLines();
    }

    /** Whether the process is still there. */
    boolean alive() {
        return process.isAlive();
    }

    @Override
    public Map<String, String> metrics() throws IOException {
        Map<String, String> metrics = new TreeMap<>();
        for (String line :
                ask("/stats?filter=%5Ewasmcustom&histogram_buckets=cumulative").split("\n")) {
            Matcher metric = METRIC.matcher(line);
            Matcher histogram = HISTOGRAM.matcher(line);
            if (metric.matches()) {
                metrics.put(metric.group(1), metric.group(2));
            } else if (histogram.matches() && !histogram.group(2).equals("0")) {
                metrics.put(histogram.group(1), "histogram of " + histogram.group(2));
            }
        }
        return metrics;
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        servers.close();
        for (String file : List.of("envoy.json", "admin")) {
            Files.deleteIfExists(directory.resolve(file));
        }
        Files.deleteIfExists(directory);
    }
}
