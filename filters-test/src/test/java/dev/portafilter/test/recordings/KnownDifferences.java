package dev.portafilter.test.recordings;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Recordings that this host does not follow, and why. */
final class KnownDifferences {
    private static final Map<Pattern, String> REASONS = reasons();

    private KnownDifferences() {}

    private static Map<Pattern, String> reasons() {
        Map<String, String> reasons = new LinkedHashMap<>();
        reasons.put(
                "map-repeat|map-builtin-add|map-inline-.*",
                "Envoy joins repeated values of headers that it knows; here they stay apart");
        reasons.put(
                "map-setpairs-bad|map-odd-values|map-crlf-.*|map-bytes",
                "names and values with CR, LF or NUL are refused");
        reasons.put("map-empty-key", "an empty name is refused, since it cannot be written");
        reasons.put("map-required-(emptymethod|badmethod|badpath)", "what would damage the request line is refused");
        reasons.put("map-read-end", "Envoy adds headers of its own to the response");
        reasons.put("map-maketrailers-early", "trailers behind a fixed length are for the gateway to drop");
        reasons.put("buf-read-stream|buf-read-root|buf-8|buf-http-call", "buffer 8 is empty outside of its callback");
        reasons.put("buf-write-body|bufset-(resp|req)-cl", "a body of another length than promised is not sent");
        reasons.put(
                "ctx-continue-0-request_headers|ctx-continue-1-response_headers|ctx-010",
                "to continue what is not paused does nothing; Envoy sends twice");
        reasons.put("resume-inside.*", "to continue inside the pausing callback continues");
        reasons.put("stopiter-0", "headers that have gone cannot be changed");
        reasons.put("order-expect100", "the gateway's part, before plugins");
        reasons.put("local-code(0|99|100|101|199|1000|70000|-1)", "a status outside of 200 to 999 is refused");
        reasons.put("local-code(204|304)", "a local response of this status has no body from the start");
        reasons.put("local-ct", "connection headers of a local response are dropped before plugins see them");
        reasons.put("local-twice", "the details are those of the response that is sent, the first");
        reasons.put("tick|tick-roots", "the recording misses ticks that came between its steps");
        reasons.put("call-nobody-trailers", "trailers of a request without body are for the transport to drop");
        reasons.put(
                "call-trap|trap-other|trap-other-open|trap-legacyopen-other|reload-paused",
                "no stream is left hanging");
        reasons.put(
                "trap-open-(request|response|context).*|trap-edit|trap-local-open",
                "fail-open holds for the stream that traps too");
        reasons.put("malloc-trap|malloc-hostcall|malloc-trap-after", "a callback ends when its allocator fails");
        reasons.put("malloc-both", "proxy_on_memory_allocate is preferred to malloc");
        reasons.put("grow", "memory is limited to 128 MiB, not to 1 GiB");
        reasons.put("foreign-(names|declare|expr|fs)", "Envoy's own foreign functions are not there");
        reasons.put(
                "prop-(?!noroot).*",
                "properties of Envoy, its node and its clusters are not there; others stay readable for longer");
        Map<Pattern, String> compiled = new LinkedHashMap<>();
        reasons.forEach((ids, reason) -> compiled.put(Pattern.compile(ids), reason));
        return compiled;
    }

    /** Why a recording is not followed; null when it is. */
    static @Nullable String reason(Recording recording) {
        for (Map.Entry<Pattern, String> each : REASONS.entrySet()) {
            if (each.getKey().matcher(recording.id()).matches()) {
                return each.getValue();
            }
        }
        return null;
    }
}
