package dev.portafilter.test.compare;

import dev.portafilter.abi.LogLevel;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads scenario files; the format is in {@code docs/compare.md}. */
final class ScenarioReader {
    /** Between two pieces of a body, so that each arrives by itself. */
    private static final int GAP_MILLIS = 50;

    private static final int MINUTE_MILLIS = 60_000;

    private final String file;
    private final @Nullable Path directory;

    private ScenarioReader(String file, @Nullable Path directory) {
        this.file = file;
        this.directory = directory;
    }

    static Scenario read(Path file) throws IOException {
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new ScenarioException(file + ": no such file", e);
        }
        Path parent = file.toAbsolutePath().getParent();
        return new ScenarioReader(file.toString(), parent).scenario(text);
    }

    static Scenario resource(String name) throws IOException {
        try (InputStream in = ScenarioReader.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new FileNotFoundException(name);
            }
            return new ScenarioReader(name, null).scenario(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private Scenario scenario(String text) {
        Entries entries = Entries.parse(file, text);
        String fileName = file.substring(file.lastIndexOf('/') + 1);
        String name = entries.text("name", fileName.replaceAll("\\.(yaml|yml|json)$", ""));
        LogLevel level = entries.choice("logLevel", LogLevel.INFO, LogLevel.class);
        List<ComparedPlugin> plugins = new ArrayList<>();
        for (Entries plugin : entries.list("plugins")) {
            plugins.add(plugin(plugin));
        }
        ClusterKind upstream = entries.choice("upstream", ClusterKind.HTTP, ClusterKind.class);
        Map<String, ClusterKind> clusters = new LinkedHashMap<>();
        Entries named = entries.inner("clusters");
        if (named != null) {
            for (String cluster : named.names()) {
                clusters.put(cluster, named.choice(cluster, ClusterKind.HTTP, ClusterKind.class));
            }
        }
        List<Exchange> exchanges = new ArrayList<>();
        for (Entries exchange : entries.list("exchanges")) {
            int times = exchange.number("times", 1, 1_000);
            Exchange one = exchange(exchange, clusters);
            for (int i = 0; i < times; i++) {
                exchanges.add(one);
            }
        }
        entries.end();
        return new Scenario(name, plugins, upstream, clusters, exchanges, level);
    }

    private ComparedPlugin plugin(Entries entries) {
        String module = entries.text("module", "");
        if (module.isEmpty()) {
            throw entries.wrong("module", "is missing", "a .wasm file");
        }
        Path path = directory == null ? Path.of(module) : directory.resolve(module);
        ComparedPlugin plugin = new ComparedPlugin(
                entries.text("name", ComparedPlugin.nameOf(path)),
                path,
                entries.text("configuration", ""),
                entries.text("vmConfiguration", ""),
                entries.text("rootId", ""),
                entries.text("vmId", ""),
                entries.yes("failOpen"));
        entries.end();
        return plugin;
    }

    private Exchange exchange(Entries entries, Map<String, ClusterKind> clusters) {
        String request = entries.text("request", "GET /");
        String name = entries.text("name", request);
        int gap = entries.number("gap", GAP_MILLIS, MINUTE_MILLIS);
        List<Step> client = entries.has("client") ? steps(entries.list("client")) : request(request, entries, gap);
        boolean http2 = entries.yes("http2");
        boolean bodiless = entries.yes("bodiless") || request.startsWith("HEAD ");
        Map<String, List<Answer>> answers = new LinkedHashMap<>();
        List<Answer> upstream = answers(entries.list("answer"), gap);
        if (!upstream.isEmpty()) {
            answers.put(Servers.UPSTREAM, upstream);
        }
        Entries calls = entries.inner("calls");
        if (calls != null) {
            for (String cluster : calls.names()) {
                if (clusters.getOrDefault(cluster, ClusterKind.REFUSED) == ClusterKind.REFUSED) {
                    throw calls.wrong(cluster, "is no cluster that answers", "one of clusters, of kind http or http2");
                }
                answers.put(cluster, answers(calls.list(cluster), gap));
            }
        }
        int wait = entries.number("wait", 0, MINUTE_MILLIS);
        Map<Part, String> expected = new EnumMap<>(Part.class);
        Entries differences = entries.inner("differs");
        if (differences != null) {
            for (Part part : Part.values()) {
                String reason = differences.text(part.label(), "");
                if (!reason.isEmpty()) {
                    expected.put(part, reason);
                }
            }
            differences.end();
        }
        entries.end();
        return new Exchange(name, client, http2, bodiless, answers, wait, expected);
    }

    /** A request in its parts, as the client's steps. */
    private static List<Step> request(String request, Entries entries, int gap) {
        boolean http10 = entries.yes("http10");
        List<String> headers = entries.texts("headers");
        StringBuilder head = new StringBuilder(request + (http10 ? " HTTP/1.0\n" : " HTTP/1.1\n"));
        if (headers.stream().noneMatch(header -> header.toLowerCase(Locale.ROOT).startsWith("host:"))) {
            head.append("host: shop.example\n");
        }
        headers.forEach(header -> head.append(header).append('\n'));
        List<Step> steps = message(head, entries, gap);
        if (entries.has("leaves")) {
            steps.add(new Step.Pause(entries.number("leaves", 0, MINUTE_MILLIS)));
            steps.add(new Step.Reset());
        }
        return steps;
    }

    /** A head with the body and trailers that the entries say. */
    private static List<Step> message(StringBuilder head, Entries entries, int gap) {
        List<Step> steps = new ArrayList<>();
        List<String> chunks = entries.texts("chunks");
        List<String> trailers = entries.texts("trailers");
        String body = entries.text("body", "");
        int size = entries.number("bodySize", -1, 64 << 20);
        if (size >= 0) {
            body = "z".repeat(size);
        }
        if (chunks.isEmpty() && trailers.isEmpty()) {
            if (!body.isEmpty() || size == 0) {
                head.append("content-length: ").append(body.length()).append('\n');
            }
            steps.add(new Step.Send(Text.bytes(head + "\n", body)));
            return steps;
        }
        steps.add(new Step.Send(Text.bytes(head + "transfer-encoding: chunked\n\n", "")));
        for (String chunk : chunks) {
            steps.add(new Step.Pause(gap));
            String data = new String(Text.bytes(chunk), StandardCharsets.ISO_8859_1);
            steps.add(new Step.Send(Text.bytes(Integer.toHexString(data.length()) + "\n", data + "\r\n")));
        }
        steps.add(new Step.Pause(gap));
        StringBuilder end = new StringBuilder("0\n");
        trailers.forEach(trailer -> end.append(trailer).append('\n'));
        steps.add(new Step.Send(Text.bytes(end + "\n", "")));
        return steps;
    }

    private static List<Answer> answers(List<Entries> list, int gap) {
        List<Answer> answers = new ArrayList<>();
        for (Entries entries : list) {
            answers.add(answer(entries, gap));
        }
        return answers;
    }

    private static Answer answer(Entries entries, int gap) {
        boolean early = entries.yes("early");
        List<Step> steps = new ArrayList<>();
        int delay = entries.number("delay", 0, MINUTE_MILLIS);
        if (delay > 0) {
            steps.add(new Step.Pause(delay));
        }
        if (entries.has("steps")) {
            steps.addAll(steps(entries.list("steps")));
        } else {
            for (String informational : entries.texts("informational")) {
                steps.add(new Step.Send(Text.bytes("HTTP/1.1 " + informational + "\n\n", "")));
                steps.add(new Step.Pause(gap));
            }
            String status = entries.text("status", "200 OK");
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + "\n");
            List<String> headers = entries.texts("headers");
            headers.forEach(header -> head.append(header).append('\n'));
            boolean bodiless = entries.yes("bodiless") || status.startsWith("204") || status.startsWith("304");
            boolean body =
                    entries.has("body") || entries.has("bodySize") || entries.has("chunks") || entries.has("trailers");
            if (!body && !bodiless) {
                head.append("content-length: 0\n");
            }
            steps.addAll(message(head, entries, gap));
        }
        end(entries, gap, steps);
        entries.end();
        return new Answer(early, steps);
    }

    private static void end(Entries entries, int gap, List<Step> steps) {
        String then = entries.text("then", "keep");
        switch (then) {
            case "keep" -> {}
            case "close" -> steps.add(new Step.Close());
            case "reset" -> {
                steps.add(new Step.Pause(gap));
                steps.add(new Step.Reset());
            }
            case "await-end" -> steps.add(new Step.AwaitEnd());
            default -> throw entries.wrong("then", "\"" + then + "\" is unknown", "keep, close, reset, await-end");
        }
    }

    /** What an end of a connection does, step by step. */
    private static List<Step> steps(List<Entries> list) {
        List<Step> steps = new ArrayList<>();
        for (Entries entries : list) {
            if (entries.has("send")) {
                String text = entries.text("send", "");
                steps.add(new Step.Send(Text.bytes(text, "")));
            } else if (entries.has("pause")) {
                steps.add(new Step.Pause(entries.number("pause", 0, MINUTE_MILLIS)));
            } else {
                String action = entries.text("do", "");
                steps.add(
                        switch (action) {
                            case "read" -> new Step.Response(false);
                            case "read-bodiless" -> new Step.Response(true);
                            case "read-head" -> new Step.Head();
                            case "half-close" -> new Step.HalfClose();
                            case "close" -> new Step.Close();
                            case "reset" -> new Step.Reset();
                            case "await-end" -> new Step.AwaitEnd();
                            default ->
                                throw entries.wrong(
                                        "do",
                                        "\"" + action + "\" is unknown",
                                        "read, read-bodiless, read-head, half-close, close, reset, await-end; or send, pause");
                        });
            }
            entries.end();
        }
        return steps;
    }
}
