package dev.portafilter.runtime.stream;

/** The bits of the property {@code response.flags}: why a response is not the upstream's own, as Envoy numbers it. */
final class ResponseFlags {
    static final int UPSTREAM_TIMEOUT = 0x4;
    static final int CLIENT_GONE = 0x4000;

    private ResponseFlags() {}

    /** The bit for the words that a gateway gives for a failed upstream. */
    static int ofUpstreamReset(String reason) {
        return switch (reason) {
            case "no healthy upstream" -> 0x2;
            case "local reset" -> 0x8;
            case "remote reset" -> 0x10;
            case "remote connection failure", "connection timeout", "local connection failure" -> 0x20;
            case "connection termination" -> 0x40;
            case "overflow" -> 0x80;
            case "protocol error" -> 0x80_0000;
            default -> 0;
        };
    }

    /** The bit for the details of a response that the gateway itself makes. */
    static int ofReply(String details) {
        return switch (details) {
            case "route_not_found" -> 0x100;
            case "stream_idle_timeout" -> 0x1_0000;
            default -> 0;
        };
    }
}
