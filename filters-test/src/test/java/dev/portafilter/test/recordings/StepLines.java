package dev.portafilter.test.recordings;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.test.Forwarded;
import dev.portafilter.test.InMemoryExchange;
import dev.portafilter.test.ScriptedGrpcCalls;
import dev.portafilter.test.ScriptedHttpCalls;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the client and the upstream saw of a step, as lines: once as it was recorded, once as it was played. */
final class StepLines {
    /** Headers that belong to the proxy and not to plugins. */
    private static final Set<String> PROXY_HEADERS =
            Set.of("server", "date", "connection", "transfer-encoding", "host", "x-forwarded-proto", "x-route", "te");

    /** Bodies above this were recorded by their size. */
    private static final int LONG_BODY = 300;

    private StepLines() {}

    /** As Envoy did it. */
    static List<String> recorded(Recording.Step step) {
        if (step.kind().equals("tcp")) {
            return recordedConnection(step);
        }
        List<String> lines = new ArrayList<>(Statistics.recorded(step));
        for (Map<String, Object> result : step.results()) {
            recordedClient(result, lines);
        }
        List<String> upstream = new ArrayList<>();
        for (Map<String, Object> request : step.upstream()) {
            if (!request.containsKey("body_error") && !request.containsKey("body_short") && !isBroken(request)) {
                String body = request.containsKey("body_bytes")
                        ? "~" + ((Number) request.get("body_bytes")).longValue()
                        : (String) request.getOrDefault("body", "");
                upstream.add(upstreamLine(
                        (String) request.get("request"),
                        recordedHeaders(Recording.list(request, "headers")),
                        body,
                        Recording.list(request, "trailers")));
            }
        }
        upstream.sort(null);
        lines.addAll(upstream);
        return lines;
    }

    /** What the gRPC server's library said about streams that ended early. */
    private static boolean isBroken(Map<String, Object> request) {
        return request.get("request").equals("stub error")
                || request.get("body") instanceof String body && body.startsWith("reset by client");
    }

    private static List<String> recordedConnection(Recording.Step step) {
        List<String> lines = new ArrayList<>();
        boolean broken = step.script().contains("RST");
        for (String line : Recording.<String>list(step.results().get(0), "client")) {
            // A client whose connection was closed sees a reset, and no end, when its bytes came too late.
            lines.add("client: " + (line.equals("ConnectionResetError") && !broken ? "eof" : line));
        }
        for (Object line : Recording.list(step.json(), "upstream")) {
            if (line instanceof String text) {
                lines.add("upstream: " + text);
            }
        }
        return lines;
    }

    private static void recordedClient(Map<String, Object> result, List<String> lines) {
        if (!(result.get("status") instanceof Number status)) {
            String response = String.valueOf(result.get("response"));
            lines.add(
                    result.containsKey("client")
                            ? "client: left"
                            : response.startsWith("none within") ? "client: nothing" : "client: closed");
            return;
        }
        lines.add("client: " + status);
        recordedHeaders(Recording.list(result, "headers")).forEach(header -> lines.add("client: " + header));
        if (result.get("body_bytes") instanceof Number size) {
            lines.add("client: body ~" + size);
        } else if (result.get("body") instanceof String body && !body.isEmpty()) {
            lines.add("client: body " + body(body));
        }
        Recording.<String>list(result, "trailers").forEach(trailer -> lines.add("client: trailer " + trailer));
        lines.add(
                result.containsKey("truncated") || result.containsKey("body_error")
                        ? "client: broken off"
                        : result.containsKey("body_timeout") ? "client: unfinished" : "client: end");
    }

    /** As it was played here. */
    static List<String> played(
            Recording.Step step,
            List<InMemoryExchange> exchanges,
            List<ScriptedHttpCalls.Call> calls,
            List<ScriptedGrpcCalls.Call> grpcCalls) {
        List<String> lines = new ArrayList<>();
        List<String> upstream = new ArrayList<>();
        for (int i = 0; i < exchanges.size(); i++) {
            InMemoryExchange exchange = exchanges.get(i);
            if (step.requests().get(i).containsKey("abort")) {
                lines.add("client: left");
            } else {
                playedClient(exchange, lines);
            }
            Forwarded message = exchange.upstream();
            if (noted(message)) {
                upstream.add(request(message.headers(), message.body(), message.trailers()));
            }
        }
        for (ScriptedHttpCalls.Call call : calls) {
            if (call.request().upstream().equals("callout")) {
                byte[] body = call.request().body();
                upstream.add(request(
                        call.request().headers(),
                        body,
                        body.length == 0 ? null : call.request().trailers()));
            }
        }
        upstream.addAll(StubGrpcServer.noted(grpcCalls));
        upstream.sort(null);
        lines.addAll(upstream);
        return lines;
    }

    private static void playedClient(InMemoryExchange exchange, List<String> lines) {
        Forwarded client = exchange.client();
        if (client.headers() == null) {
            lines.add(exchange.isReset() ? "client: closed" : "client: nothing");
            return;
        }
        lines.add("client: " + client.status());
        headers(client.headers()).forEach(header -> lines.add("client: " + header));
        String body = client.bodyText();
        if (!body.isEmpty()) {
            lines.add("client: body " + body(body));
        }
        if (client.trailers() != null && hasTrailers(client.headers())) {
            headers(client.trailers()).forEach(trailer -> lines.add("client: trailer " + trailer));
        }
        lines.add(client.ended() ? "client: end" : exchange.isReset() ? "client: broken off" : "client: unfinished");
    }

    /**
     * Whether the upstream of the recordings took note of a request: it did so at the end, at the head when it answers
     * early, and when a body of unknown length broke off, but not when a body was too short.
     */
    private static boolean noted(Forwarded message) {
        HeaderMap headers = message.headers();
        if (headers == null || String.valueOf(headers.get(":path")).startsWith("/refused")) {
            return false;
        }
        return message.ended() || !headers.contains("content-length");
    }

    static String request(HeaderMap headers, byte[] body, HeaderMap trailers) {
        return upstreamLine(
                headers.get(":method") + " " + headers.get(":path"),
                headers(headers),
                new String(body, StandardCharsets.ISO_8859_1),
                trailers == null || !hasTrailers(headers) ? List.of() : headers(trailers));
    }

    /** Behind a fixed length, HTTP/1 has no place for trailers. */
    private static boolean hasTrailers(HeaderMap headers) {
        return !headers.contains("content-length");
    }

    private static String upstreamLine(String request, List<String> headers, String body, List<String> trailers) {
        return "upstream: " + request + " " + headers + " " + body(body) + (trailers.isEmpty() ? "" : " " + trailers);
    }

    /** The reason in an error of the proxy's own is its own matter. */
    private static String body(String body) {
        if (body.startsWith("upstream connect error")) {
            return "upstream connect error";
        }
        return body.length() > LONG_BODY ? "~" + body.length() : body;
    }

    private static List<String> headers(HeaderMap map) {
        List<String> headers = new ArrayList<>();
        for (int i = 0; i < map.count(); i++) {
            if (!map.nameText(i).startsWith(":")) {
                // White space around a value does not count on the wire.
                headers.add(map.nameText(i) + ": " + map.valueText(i).strip());
            }
        }
        return recordedHeaders(headers);
    }

    private static List<String> recordedHeaders(List<String> lines) {
        return lines.stream()
                .filter(line -> {
                    String name = line.substring(0, Math.max(0, line.indexOf(':')));
                    // A codec says "content-length: 0" where a message has no body; plugins do not see it.
                    return !line.startsWith(":")
                            && !name.startsWith("x-envoy-")
                            && !PROXY_HEADERS.contains(name)
                            && !line.equals("content-length: 0");
                })
                .toList();
    }
}
