package dev.portafilter.gateway.standalone;

/** Sizes on the wire. */
final class Wire {
    /** Most bytes of a body that arrive as one chunk over HTTP/1.1: what one read of a socket gives at most. */
    static final int CHUNK_BYTES = 65_536;
    /** What one HTTP/2 stream may send before we have taken it. */
    static final int STREAM_WINDOW_BYTES = 256 * 1_024;
    /** What one HTTP/2 connection may send before we have taken it. */
    static final int CONNECTION_WINDOW_BYTES = 1_024 * 1_024;

    private Wire() {}
}
