package dev.portafilter.runtime.stream;

/** What Envoy says in place of a response that never began, to clients and to plugins that made a call. */
final class UpstreamReset {
    private static final String NO_HTTP = "protocol error";

    private UpstreamReset() {}

    static int status(String reason) {
        return reason.equals(NO_HTTP) ? 502 : 503;
    }

    static String body(String reason) {
        return "upstream connect error or disconnect/reset before headers. reset reason: " + reason;
    }

    static String details(String reason) {
        return "upstream_reset_before_response_started{" + reason.replace(' ', '_') + "}";
    }
}
