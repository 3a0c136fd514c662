package dev.portafilter.gateway.standalone;

import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/**
 * Tells of the last part of an HTTP/2 body that it is the last: there the end comes with data, but Vert.x tells of it
 * afterwards. So a part waits until the event loop has done what it is at. Event loop only.
 */
final class LastPart {
    /** Takes the parts. */
    interface Parts {
        /** A part; nothing follows the last one. */
        void part(byte[] data, boolean last);
    }

    private final Vertx vertx;
    private final Parts parts;
    private byte @Nullable [] held;

    LastPart(Vertx vertx, Parts parts) {
        this.vertx = vertx;
        this.parts = parts;
    }

    /** A part has come, and may be the last one. */
    void add(byte[] data) {
        flush();
        held = data;
        vertx.runOnContext(later -> {
            if (held == data) {
                flush();
            }
        });
    }

    /** The end has come, without trailers; false when no part waits for it. */
    boolean end() {
        byte[] data = held;
        held = null;
        if (data == null) {
            return false;
        }
        parts.part(data, true);
        return true;
    }

    /** What waits is not the last part. */
    void flush() {
        byte[] data = held;
        held = null;
        if (data != null) {
            parts.part(data, false);
        }
    }
}
