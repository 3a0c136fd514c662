package dev.portafilter.test.recordings;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.LogLevel;
import dev.portafilter.runtime.PluginStatus;
import dev.portafilter.runtime.plugin.FailurePolicy;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginLimits;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.plugin.PluginType;
import dev.portafilter.runtime.service.MetricStore;
import dev.portafilter.runtime.service.NodeInfo;
import dev.portafilter.runtime.service.PluginLog;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.ScriptedGrpcCalls;
import dev.portafilter.test.ScriptedHttpCalls;
import dev.portafilter.test.TestHost;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/** Plays a recording on a host: the same modules, the same requests at the same times, an upstream that answers alike. */
final class Replay implements AutoCloseable {
    private static final int STEP_MILLIS = 10;
    private static final int SETTLE_MILLIS = 120;
    private static final int PARALLEL_MILLIS = 150;

    private record Event(long millis, int number, Runnable action) {}

    private final TestHost host;
    private final MetricStore metrics = new MetricStore();
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::millis).thenComparingInt(Event::number));
    private final Map<InMemoryExchange, String> unanswered = new LinkedHashMap<>();
    private final List<ScriptedHttpCalls.Call> seenCalls = new ArrayList<>();
    private final List<ScriptedHttpCalls.Call> stepCalls = new ArrayList<>();
    private final Set<ScriptedGrpcCalls.Call> seenGrpcCalls = new HashSet<>();
    private final List<ScriptedGrpcCalls.Call> stepGrpcCalls = new ArrayList<>();
    private final StubGrpcServer grpcServer = new StubGrpcServer();
    private long now;
    private int count;

    Replay(Recording recording, List<byte[]> modules) {
        TestHost.Builder builder = TestHost.builder()
                .services(services -> services.metrics(metrics).node(node()));
        for (String cluster : List.of("upstream", "callout", "refused", "empty", "noendpoints", "grpc", "tcp")) {
            builder.cluster(cluster);
        }
        String level = (String) recording.json().getOrDefault("level", "info");
        if (level.equals("off")) {
            builder.services(services -> services.log(new SilentLog()));
        } else {
            builder.logLevel(
                    level.equals("warning") ? LogLevel.WARN : LogLevel.valueOf(level.toUpperCase(Locale.ROOT)));
        }
        int priority = recording.plugins().size();
        for (Map<String, Object> plugin : recording.plugins()) {
            builder.plugin(spec(recording, plugin, modules, priority--));
        }
        host = builder.build();
        // A cluster without endpoints, to which no call can start.
        host.httpCalls().refuse(recording.id().equals("call-noendpoint"));
        host.grpcCalls().refuse(Set.of("grpc-call-empty", "grpc-target-unset").contains(recording.id()));
    }

    /** What the Envoy of the recordings is called. */
    private static NodeInfo node() {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("k", "v");
        metadata.put("num", 1.5);
        metadata.put("flag", true);
        metadata.put("nested", Map.of("a", "b"));
        metadata.put("list", List.of("x", "y"));
        return new NodeInfo("node-id", "node-cluster", metadata, "r1", "", "");
    }

    /** Takes nothing. */
    private static final class SilentLog implements PluginLog {
        @Override
        public boolean enabled(LogLevel level) {
            return false;
        }

        @Override
        public void log(LogLevel level, String plugin, int contextId, String message) {}
    }

    private static PluginSpec spec(
            Recording recording, Map<String, Object> plugin, List<byte[]> modules, int priority) {
        byte[] code = modules.get(((Number) plugin.get("module")).intValue());
        String qualified = qualifiedName((String) plugin.get("name"));
        int dot = qualified.lastIndexOf('.');
        PluginSpec.Builder spec = PluginSpec.builder(qualified.substring(dot + 1), ModuleSource.of(code))
                .namespace(qualified.substring(0, dot))
                .priority(priority)
                .vmId((String) plugin.get("vm_id"))
                .rootId((String) plugin.getOrDefault("root_id", ""))
                .configuration(bytes((String) plugin.getOrDefault("config", "")))
                .vmConfiguration(bytes((String) plugin.getOrDefault("vm_config", "")))
                .allowOnHeadersStopIteration(plugin.containsKey("allow_on_headers_stop_iteration"));
        if (plugin.containsKey("fail_open")) {
            spec.failurePolicy(FailurePolicy.FAIL_OPEN);
        } else if (plugin.get("failure_policy") instanceof String policy) {
            spec.failurePolicy(FailurePolicy.valueOf(policy));
        }
        spec.environment(environment(plugin));
        spec.allowedCapabilities(Set.copyOf(Recording.<String>list(plugin, "capabilities")));
        if ("tcp".equals(recording.json().get("kind"))) {
            spec.type(PluginType.NETWORK);
        }
        PluginLimits limits = PluginLimits.DEFAULT;
        if (recording.json().get("limit") instanceof Number limit) {
            limits = limits.withBufferBytes(limit.intValue());
        }
        return spec.limits(limits).build();
    }

    /** The variables of a plugin: those of the proxy's own process, then its own. */
    @SuppressWarnings("unchecked")
    private static Map<String, String> environment(Map<String, Object> plugin) {
        Map<String, Object> env = (Map<String, Object>) plugin.getOrDefault("env", Map.of());
        Map<String, String> environment = new LinkedHashMap<>();
        for (String name : Recording.<String>list(env, "host_env_keys")) {
            if (name.equals("PROBE_HOST_ENV")) {
                environment.put(name, "from-host");
            }
        }
        environment.putAll((Map<String, String>) env.getOrDefault("key_values", Map.of()));
        return environment;
    }

    /** Names of the recordings that have no dot get a namespace; the others are namespace and name already. */
    static String qualifiedName(String name) {
        return name.contains(".") ? name : "default." + name;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    TestHost host() {
        return host;
    }

    List<String> statistics(Recording.Step step) {
        return Statistics.now(
                step,
                metrics,
                host.host().plugins().stream().map(PluginStatus::spec).toList());
    }

    /** The calls of plugins in the last step. */
    List<ScriptedHttpCalls.Call> calls() {
        return stepCalls;
    }

    void sleep(double seconds) {
        runUntil(now + Math.round(seconds * 1000) + SETTLE_MILLIS);
    }

    /** Plays the connection of a step to its end. */
    TcpPlay playTcp(Recording.Step step) {
        stepCalls.clear();
        TcpPlay play = new TcpPlay(host.openConnection(), step.script(), Math.round(step.seconds() * 1000));
        long end = now + 60_000;
        while (now < end && !play.over()) {
            play.react(now);
            runUntil(now + STEP_MILLIS);
        }
        long settled = now + 2 * SETTLE_MILLIS;
        while (now < settled) {
            play.react(now);
            runUntil(now + STEP_MILLIS);
        }
        return play;
    }

    /** The gRPC calls of plugins in the last step. */
    List<ScriptedGrpcCalls.Call> grpcCalls() {
        return stepGrpcCalls;
    }

    /** Plays the requests of a step, each a while after the one before, to their ends. */
    List<InMemoryExchange> play(Recording.Step step) {
        stepCalls.clear();
        stepGrpcCalls.clear();
        List<InMemoryExchange> exchanges = new ArrayList<>();
        long begin = now;
        int index = 0;
        for (Map<String, Object> request : step.requests()) {
            at(begin + (long) PARALLEL_MILLIS * index++, () -> exchanges.add(send(request)));
        }
        long end = begin + 60_000;
        while (now < end
                && (exchanges.size() < step.requests().size()
                        || !exchanges.stream().allMatch(InMemoryExchange::finished))) {
            runUntil(now + STEP_MILLIS);
        }
        double wait = step.requests().stream()
                .mapToDouble(request -> ((Number) request.getOrDefault("wait", 0)).doubleValue())
                .max()
                .orElse(0);
        runUntil(now + Math.round(wait * 1000) + SETTLE_MILLIS);
        return exchanges;
    }

    private InMemoryExchange send(Map<String, Object> request) {
        long begin = now;
        InMemoryExchange exchange = host.open();
        ProxyProperties.tell(exchange, request);
        List<String> chunks = request.containsKey("chunks") ? Recording.list(request, "chunks") : null;
        String body = (String) request.get("body");
        boolean whole = chunks == null && (body == null || body.isEmpty());
        if (refused(request)) {
            // Envoy has the head of those that it could read.
            String path = String.valueOf(request.get("path"));
            boolean upgrade = request.toString().contains("websocket");
            boolean readable = path.contains("#");
            byte[] text = bytes(upgrade || readable ? "" : "Bad Request");
            HeaderMap head = readable ? head(request, null) : new HeaderMap();
            exchange.stream().refuse(head, upgrade ? 403 : 400, text, "by the gateway");
            host.runAll();
            return exchange;
        }
        unanswered.put(exchange, (String) request.get("path"));
        exchange.requestHeaders(head(request, chunks == null ? body : null), whole);
        long gap = millis(request, "gap");
        if (chunks != null) {
            long time = begin;
            for (String chunk : chunks) {
                time += gap;
                at(time, () -> whenRead(exchange, () -> exchange.requestBody(chunk, false)));
            }
            String[] trailers = names(Recording.list(request, "trailers"));
            at(
                    time + gap,
                    () -> whenRead(exchange, () -> {
                        if (trailers.length > 0) {
                            exchange.requestTrailers(trailers);
                        } else {
                            exchange.requestBody("", true);
                        }
                    }));
        } else if (!whole) {
            at(
                    request.containsKey("bodygap") ? begin + gap : begin,
                    () -> exchange.requestBody(body, false).requestBody("", true));
        }
        if (request.get("abort") != null) {
            at(begin + millis(request, "abort"), exchange::clientReset);
        } else {
            at(begin + millis(request, "timeout"), exchange::clientReset);
        }
        return exchange;
    }

    /** Whether it is a gateway's part to answer this request, before plugins see it. */
    private static boolean refused(Map<String, Object> request) {
        HeaderMap sent = HeaderMap.of(names(Recording.list(request, "headers")));
        String path = String.valueOf(request.get("path"));
        return path.equals("*")
                || path.contains("#")
                || sent.contains("upgrade")
                || "x".equals(sent.get("content-length"));
    }

    /** What follows the head waits in the client while the host does not read. */
    private void whenRead(InMemoryExchange exchange, Runnable send) {
        if (exchange.readsRequest()) {
            send.run();
        } else if (!exchange.finished()) {
            at(now + STEP_MILLIS, () -> whenRead(exchange, send));
        }
    }

    private static long millis(Map<String, Object> request, String name) {
        return Math.round(((Number) request.get(name)).doubleValue() * 1000);
    }

    private static String[] names(List<List<String>> pairs) {
        return pairs.stream().flatMap(List::stream).toArray(String[]::new);
    }

    /** The request's head as the proxy of the recordings shows it to plugins. */
    private static HeaderMap head(Map<String, Object> request, String body) {
        HeaderMap sent = HeaderMap.of(names(Recording.list(request, "headers")));
        String host = sent.get("host");
        HeaderMap head = HeaderMap.of(
                ":authority",
                host == null ? "example.com" : host,
                ":path",
                (String) request.get("path"),
                ":method",
                (String) request.get("method"),
                ":scheme",
                "http");
        for (int i = 0; i < sent.count(); i++) {
            String name = sent.nameText(i);
            // A proxy answers "100 Continue" by itself.
            if (!Set.of("host", "connection", "transfer-encoding", "expect").contains(name)) {
                head.add(sent.name(i), sent.value(i));
            }
        }
        if (body != null && !sent.contains("content-length")) {
            head.add("content-length", Integer.toString(body.length()));
        }
        head.add("x-forwarded-proto", "http");
        return head;
    }

    private void at(long millis, Runnable action) {
        events.add(new Event(millis, count++, action));
    }

    private void runUntil(long end) {
        while (now < end) {
            Event next = events.peek();
            long stop = Math.min(Math.min(end, now + STEP_MILLIS), next == null ? end : Math.max(now, next.millis()));
            host.advanceMillis(stop - now);
            now = stop;
            while (!events.isEmpty() && events.peek().millis() <= now) {
                events.poll().action().run();
                react();
            }
            react();
        }
    }

    /** What servers do about what they have got by now. */
    private void react() {
        for (InMemoryExchange exchange : List.copyOf(unanswered.keySet())) {
            HeaderMap head = exchange.upstream().headers();
            if (exchange.finished() || exchange.upstreamCancelled()) {
                unanswered.remove(exchange);
            } else if (head != null) {
                String path = String.valueOf(head.get(":path"));
                if (path.startsWith("/refused")) {
                    unanswered.remove(exchange);
                    exchange.upstreamReset("remote connection failure");
                } else if (exchange.upstream().ended() || path.startsWith("/early")) {
                    unanswered.remove(exchange);
                    answer(exchange, StubResponse.of(String.valueOf(head.get(":method")), path));
                }
            }
        }
        for (ScriptedGrpcCalls.Call call : host.grpcCalls().calls()) {
            if (seenGrpcCalls.add(call)) {
                stepGrpcCalls.add(call);
                if (call.request().timeoutMillis() > 0) {
                    at(now + call.request().timeoutMillis(), call::timeOut);
                }
            }
            grpcServer.react(call);
        }
        host.runAll();
        for (ScriptedHttpCalls.Call call : host.httpCalls().calls()) {
            if (!seenCalls.contains(call)) {
                seenCalls.add(call);
                stepCalls.add(call);
                answer(call);
            }
        }
    }

    private void answer(InMemoryExchange exchange, StubResponse response) {
        if (response == null) {
            return;
        }
        HeaderMap headers = response.headers();
        if (headers == null) {
            exchange.upstreamReset("connection termination");
            return;
        }
        addRoute(exchange, headers);
        boolean bodiless = response.chunks().isEmpty() && response.ended();
        long time = now + response.delayMillis();
        at(time, () -> exchange.responseHeaders(headers, bodiless));
        for (byte[] chunk : response.chunks()) {
            time += response.chunkMillis();
            at(time, () -> exchange.responseBody(chunk, false));
        }
        time += response.ended() ? response.chunkMillis() : 200;
        at(time, () -> {
            if (!response.ended()) {
                exchange.upstreamReset("connection termination");
            } else if (response.trailers() != null) {
                exchange.stream().responseTrailers(response.trailers().copy());
                host.runAll();
            } else if (!bodiless) {
                exchange.responseBody("", true);
            }
        });
    }

    /** Routes of the recordings that tell which they are. */
    private static void addRoute(InMemoryExchange exchange, HeaderMap headers) {
        if ("x-canary".equals(exchange.upstream().header(":authority"))) {
            headers.add("x-route", "canary");
        } else if (String.valueOf(exchange.upstream().header(":path")).startsWith("/new")) {
            headers.add("x-route", "new");
        }
    }

    private void answer(ScriptedHttpCalls.Call call) {
        HeaderMap asked = call.request().headers();
        int timeout = call.request().timeoutMillis();
        if (timeout > 0) {
            at(now + timeout, () -> {
                call.timeOut();
                host.runAll();
            });
        }
        switch (call.request().upstream()) {
            case "callout", "upstream" -> {
                StubResponse response =
                        StubResponse.of(String.valueOf(asked.get(":method")), String.valueOf(asked.get(":path")));
                if (response != null) {
                    long time = now
                            + 1
                            + response.delayMillis()
                            + (long) response.chunkMillis() * response.chunks().size();
                    at(time, () -> answered(call, response));
                }
            }
            case "refused" ->
                at(now + 1, () -> {
                    call.unreachable("remote connection failure");
                    host.runAll();
                });
            default ->
                at(now + 1, () -> {
                    call.unreachable("no healthy upstream");
                    host.runAll();
                });
        }
    }

    private void answered(ScriptedHttpCalls.Call call, StubResponse response) {
        if (response.headers() == null) {
            call.unreachable("connection termination");
        } else if (!response.ended()) {
            call.breakOff("connection termination");
        } else {
            HeaderMap headers = response.headers().copy();
            // The proxy of the recordings adds it, and it counts.
            headers.add("x-envoy-upstream-service-time", "VARIES");
            call.answer(headers, response.body(), response.trailers() == null ? new HeaderMap() : response.trailers());
        }
        host.runAll();
    }

    @Override
    public void close() {
        host.close();
    }
}
