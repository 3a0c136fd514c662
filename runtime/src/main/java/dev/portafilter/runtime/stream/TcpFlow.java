package dev.portafilter.runtime.stream;

import org.jspecify.annotations.Nullable;

/**
 * One direction of a TCP connection: carries bytes from plugin to plugin and, past the last one, to the exchange. Each
 * plugin's {@link TcpSlot} holds what the plugin has stopped; what comes before the upstream is connected waits here.
 *
 * <p>Positions count plugins in the order of this direction. After every call into a guest the connection may be over, so
 * each step asks again. Source: ABI reference, section 4.5.
 */
final class TcpFlow {
    /** Bytes of a client that may wait for the upstream to be connected: as much as a socket takes at once. */
    private static final int EARLY_BYTES = 64 * 1024;

    private final TcpStream stream;
    private final TcpSide side;
    private @Nullable BodyBuffer early;
    private boolean started;
    private boolean ended;
    private boolean endForwarded;
    private boolean reading = true;
    private long byteCount;

    TcpFlow(TcpStream stream, TcpSide side) {
        this.stream = stream;
        this.side = side;
    }

    /** Whether the side has sent its end. */
    boolean ended() {
        return ended;
    }

    boolean endForwarded() {
        return endForwarded;
    }

    /** The number of bytes that have come. */
    long byteCount() {
        return byteCount;
    }

    /** Bytes have come from outside. */
    void arrived(byte[] data, boolean endOfStream) {
        byteCount += data.length;
        ended |= endOfStream;
        if (started) {
            pass(0, data, endOfStream);
        } else {
            early().append(data);
            adjustReading();
        }
    }

    /** The upstream is connected: what has waited for that goes on its way. */
    void start() {
        started = true;
        byte[] waited = early().take();
        if (waited.length > 0 || ended) {
            pass(0, waited, ended);
        }
        adjustReading();
    }

    /** Lets go what a plugin holds; does nothing when it holds nothing. */
    void resume(TcpContext context) {
        TcpSlot slot = context.slot(side);
        if (!slot.paused() || stream.finished()) {
            return;
        }
        byte[] held = slot.take();
        if (held.length > 0 || slot.end()) {
            pass(stream.position(side, context) + 1, held, slot.end());
        }
        adjustReading();
    }

    /** Shows bytes to the plugins from a position on. */
    private void pass(int first, byte[] chunk, boolean endOfStream) {
        byte[] data = chunk;
        for (int position = first; position < stream.pluginCount(); position++) {
            TcpContext context = stream.at(side, position);
            if (context == null) {
                continue;
            }
            TcpSlot slot = context.slot(side);
            if (!context.takesData()) {
                // Passed by since it failed: what it still holds goes first.
                data = slot.takeWith(data);
                continue;
            }
            boolean goesOn = context.onData(side, data, endOfStream);
            if (stream.settled()) {
                return;
            }
            if (!goesOn) {
                adjustReading();
                return;
            }
            data = slot.take();
            if (data.length == 0 && !endOfStream) {
                adjustReading();
                return;
            }
        }
        forward(data, endOfStream);
        adjustReading();
    }

    private void forward(byte[] data, boolean endOfStream) {
        endForwarded |= endOfStream;
        if (side == TcpSide.DOWNSTREAM) {
            stream.exchange().forwardDownstreamData(data, endOfStream);
        } else {
            stream.exchange().forwardUpstreamData(data, endOfStream);
        }
        if (endOfStream) {
            stream.endForwarded(side);
        }
    }

    /** Reads as long as no more waits than may; behind the end there is nothing to be read. */
    private void adjustReading() {
        boolean wanted = heldSize() <= (started ? stream.bufferLimit() : EARLY_BYTES);
        if (wanted != reading && !ended && !stream.finished()) {
            reading = wanted;
            if (side == TcpSide.DOWNSTREAM) {
                stream.exchange().readDownstream(wanted);
            } else {
                stream.exchange().readUpstream(wanted);
            }
        }
    }

    private int heldSize() {
        int size = early == null ? 0 : early.size();
        for (int position = 0; position < stream.pluginCount(); position++) {
            TcpContext context = stream.at(side, position);
            if (context != null) {
                size += context.slot(side).size();
            }
        }
        return size;
    }

    private BodyBuffer early() {
        if (early == null) {
            early = new BodyBuffer();
        }
        return early;
    }
}
