package dev.portafilter.test.recordings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.test.Forwarded;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.RecordingPluginLog;
import dev.portafilter.test.ScriptedHttpCalls;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Plays what a real Envoy was asked, and compares what guests, clients and upstreams see. */
class EnvoyRecordingsTest {
    /** Headers that belong to the proxy and not to plugins. */
    private static final Set<String> PROXY_HEADERS =
            Set.of("server", "date", "connection", "transfer-encoding", "host", "x-forwarded-proto", "x-route", "te");

    private static final List<byte[]> MODULES = Recording.modules();

    @TestFactory
    Stream<DynamicTest> recordings() {
        return Recording.all().stream()
                .map(recording ->
                        DynamicTest.dynamicTest(recording.id() + ": " + recording.title(), () -> check(recording)));
    }

    private static void check(Recording recording) {
        List<String> differences = new ArrayList<>();
        String reason = KnownDifferences.reason(recording);
        List<String> expected = new ArrayList<>(recording.startup());
        List<String> got = new ArrayList<>();
        try (Replay replay = new Replay(recording, MODULES)) {
            RecordedLines lines = new RecordedLines(recording);
            replay.sleep(recording.id().startsWith("reload-") ? 5 : 0.15);
            got.addAll(lines.read(take(replay)));
            // When a tick comes is a matter of time, so only the whole is compared where there are some.
            boolean ticking = recording.hasTicks();
            if (!ticking) {
                compare("startup", recording.plugins().size() > 1, expected, got, differences);
            }
            int number = 0;
            for (Recording.Step step : recording.steps()) {
                if (step.crashed()) {
                    break;
                }
                String where = "step " + number++;
                List<InMemoryExchange> exchanges = List.of();
                boolean sleeps = step.kind().equals("sleep");
                if (sleeps) {
                    replay.sleep(step.seconds());
                } else {
                    exchanges = replay.play(step);
                }
                List<String> log = lines.read(take(replay));
                expected.addAll(step.log());
                got.addAll(log);
                if (!ticking) {
                    compare(where, recording.unordered(), step.log(), log, differences);
                }
                for (int i = 0; i < exchanges.size(); i++) {
                    client(where, step.results().get(i), exchanges.get(i), differences);
                }
                if (!sleeps) {
                    upstream(where, step, exchanges, replay.calls(), differences);
                }
            }
            if (ticking) {
                compare("all steps", true, distinct(expected), distinct(got), differences);
            }
            replay.host().worker().exchanges().forEach(exchange -> differences.addAll(exchange.faults()));
        }
        if (reason == null) {
            assertThat(differences).isEmpty();
        } else {
            assertThat(differences)
                    .as("differences, though there should be: " + reason)
                    .isNotEmpty();
        }
    }

    private static List<String> distinct(List<String> lines) {
        return RecordedLines.withoutIdleTicks(lines).stream().distinct().toList();
    }

    private static List<RecordingPluginLog.Line> take(Replay replay) {
        List<RecordingPluginLog.Line> lines = replay.host().log().lines();
        replay.host().log().take();
        return lines;
    }

    private static void compare(
            String where, boolean anyOrder, List<String> recorded, List<String> actual, List<String> differences) {
        List<String> expected = new ArrayList<>(RecordedLines.withoutIdleTicks(recorded));
        List<String> got = new ArrayList<>(actual);
        if (where.equals("startup") && got.stream().anyMatch(line -> line.contains("|"))) {
            // VMs start in another order there, and lines of those with one VM id cannot be told apart.
            expected.replaceAll(line -> line.substring(line.indexOf('|') + 1));
            got.replaceAll(line -> line.substring(line.indexOf('|') + 1));
        }
        if (anyOrder) {
            expected.sort(null);
            got.sort(null);
        }
        for (int i = 0; i < Math.max(expected.size(), got.size()); i++) {
            String want = i < expected.size() ? expected.get(i) : "(nothing)";
            String have = i < got.size() ? got.get(i) : "(nothing)";
            boolean varies = want.endsWith(" ?") && have.startsWith(want.substring(0, want.length() - 2));
            if (!want.equals(have) && !varies && !readsMore(want, have)) {
                differences.add(where + " line " + i + ": " + have + " (Envoy: " + want + ")");
            }
        }
    }

    /** Headers stay readable here once they have gone on, where Envoy has them no more. */
    private static boolean readsMore(String want, String have) {
        for (String map : List.of("(0)", "(1)", "(2)", "(3)")) {
            String value = "@ proxy_get_header_map_value" + map;
            String pairs = "@ proxy_get_header_map_pairs" + map;
            if (want.endsWith(value + " 2 -") && (have.contains(value + " 0 ") || have.endsWith(value + " 1 -"))
                    || want.endsWith(value + " 1 -") && have.contains(value + " 0 ")
                    || want.endsWith(pairs + " 0 null") && have.contains(pairs + " 0 {")) {
                return true;
            }
        }
        return false;
    }

    private static void client(
            String where, Map<String, Object> recorded, InMemoryExchange exchange, List<String> differences) {
        Forwarded client = exchange.client();
        if (!(recorded.get("status") instanceof Number status)) {
            if (client.headers() != null) {
                differences.add(where + " client: " + client.headers() + " (Envoy: " + recorded + ")");
            }
            return;
        }
        if (client.status() != status.intValue()) {
            differences.add(where + " client: status " + client.status() + " (Envoy: " + status + ")");
            return;
        }
        List<String> headers = headers(client.headers());
        List<String> expected = recordedHeaders(Recording.list(recorded, "headers"));
        if (!headers.equals(expected)) {
            differences.add(where + " client: headers " + headers + " (Envoy: " + expected + ")");
        }
        boolean whole = !recorded.containsKey("truncated")
                && !recorded.containsKey("body_timeout")
                && !recorded.containsKey("body_error");
        if (client.ended() != whole) {
            differences.add(where + " client: whole " + client.ended() + " (Envoy: " + recorded + ")");
        }
        if (recorded.get("body") instanceof String body
                && !body.startsWith("upstream connect error")
                && !body.equals(client.bodyText())) {
            differences.add(where + " client: body " + client.bodyText() + " (Envoy: " + body + ")");
        }
        List<String> trailers = client.trailers() == null ? List.of() : headers(client.trailers());
        if (!trailers.equals(Recording.list(recorded, "trailers"))) {
            differences.add(where + " client: trailers " + trailers + " (Envoy: " + recorded.get("trailers") + ")");
        }
    }

    private static void upstream(
            String where,
            Recording.Step step,
            List<InMemoryExchange> exchanges,
            List<ScriptedHttpCalls.Call> calls,
            List<String> differences) {
        List<String> expected = new ArrayList<>();
        for (Map<String, Object> request : step.upstream()) {
            if (!request.containsKey("body_error") && !request.containsKey("body_short")) {
                expected.add(request.get("request") + " " + recordedHeaders(Recording.list(request, "headers")) + " "
                        + request.getOrDefault("body", request.containsKey("body_bytes") ? "~" : "") + " "
                        + request.getOrDefault("trailers", List.of()));
            }
        }
        List<String> got = new ArrayList<>();
        for (InMemoryExchange exchange : exchanges) {
            Forwarded message = exchange.upstream();
            if (message.ended() && !String.valueOf(message.header(":path")).startsWith("/refused")) {
                got.add(request(message.headers(), message.body(), message.trailers()));
            }
        }
        for (ScriptedHttpCalls.Call call : calls) {
            if (call.request().upstream().equals("callout")) {
                HeaderMap trailers = call.request().trailers();
                boolean fixedLength = call.request().headers().contains("content-length");
                got.add(request(
                        call.request().headers(), call.request().body(), fixedLength ? new HeaderMap() : trailers));
            }
        }
        expected.sort(null);
        got.sort(null);
        dropPartial(expected, got, exchanges);
        if (!expected.equals(got)) {
            differences.add(where + " upstream: " + got + " (Envoy: " + expected + ")");
        }
    }

    /** The upstream of the recordings also noted requests that broke off. */
    private static void dropPartial(List<String> expected, List<String> got, List<InMemoryExchange> exchanges) {
        for (InMemoryExchange exchange : exchanges) {
            HeaderMap head = exchange.upstream().headers();
            if (head != null && !exchange.upstream().ended()) {
                String begin = head.get(":method") + " " + head.get(":path") + " ";
                expected.stream()
                        .filter(line -> line.startsWith(begin) && !got.contains(line))
                        .findFirst()
                        .ifPresent(expected::remove);
            }
        }
    }

    private static String request(HeaderMap headers, byte[] body, HeaderMap trailers) {
        String text = body.length > 300 ? "~" : new String(body, StandardCharsets.ISO_8859_1);
        return headers.get(":method") + " " + headers.get(":path") + " " + headers(headers) + " " + text + " "
                + (trailers == null ? List.of() : headers(trailers));
    }

    private static List<String> headers(HeaderMap map) {
        List<String> headers = new ArrayList<>();
        for (int i = 0; i < map.count(); i++) {
            String name = map.nameText(i);
            if (!name.startsWith(":")
                    && !name.startsWith("x-envoy-")
                    && !PROXY_HEADERS.contains(name)
                    && !isEmptyLength(name + ": " + map.valueText(i))) {
                headers.add(name + ": " + map.valueText(i));
            }
        }
        return headers;
    }

    /** A codec says so where a message has no body; plugins do not see it. */
    private static boolean isEmptyLength(String line) {
        return line.equals("content-length: 0");
    }

    private static List<String> recordedHeaders(List<String> lines) {
        return lines.stream()
                .filter(line -> {
                    String name = line.substring(0, Math.max(0, line.indexOf(':')));
                    return !name.startsWith("x-envoy-") && !PROXY_HEADERS.contains(name) && !isEmptyLength(line);
                })
                .toList();
    }
}
