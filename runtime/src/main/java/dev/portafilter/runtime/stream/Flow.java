package dev.portafilter.runtime.stream;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.stream.FlowState.Event;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One direction of a stream: carries headers, body and trailers from plugin to plugin and, past the last one, to the
 * exchange. Each plugin's {@link Slot} holds what the plugin has stopped; nothing is held anywhere else.
 *
 * <p>Positions count plugins in the order of this direction: 0 is the first that sees an element. After every call into
 * a guest the direction may have ended (a local reply, a reset, a failure), so each step asks again whether it is open.
 * Source: ABI reference, sections 4.2 to 4.4 and 4.7.
 */
final class Flow {
    private static final Logger LOG = LoggerFactory.getLogger(Flow.class);

    private final HttpStream stream;
    private final Direction direction;
    private FlowState state = FlowState.RUNNING;
    private @Nullable HeaderMap headers;
    private @Nullable HeaderMap trailers;
    private boolean headForwarded;
    private boolean bodyChanged;
    private boolean reading = true;
    private int holding;
    /** The content-length that went out with the headers, or -1. */
    private long declaredLength = -1;

    private long forwardedLength;

    Flow(HttpStream stream, Direction direction) {
        this.stream = stream;
        this.direction = direction;
    }

    FlowState state() {
        return state;
    }

    boolean open() {
        return state.open();
    }

    /** Whether headers have entered this direction. */
    boolean started() {
        return headers != null;
    }

    boolean headForwarded() {
        return headForwarded;
    }

    @Nullable HeaderMap headers() {
        return headers;
    }

    @Nullable HeaderMap trailers() {
        return trailers;
    }

    /** Body bytes that have left this direction. */
    long forwardedLength() {
        return forwardedLength;
    }

    /** Notes body bytes that leave. */
    void count(byte[] data) {
        forwardedLength += data.length;
    }

    /** Trailers made by a plugin in the last body callback. */
    HeaderMap createTrailers() {
        if (trailers == null) {
            trailers = new HeaderMap();
        }
        return trailers;
    }

    void event(Event event) {
        state = state.after(event);
    }

    /** Keeps headers that no plugin gets to see but in its log. */
    void note(HeaderMap map) {
        headers = map;
    }

    /** Begins with headers that come from outside or from a local reply. */
    void begin(HeaderMap map, boolean endOfStream) {
        headers = map;
        headers(0, endOfStream);
    }

    /** Puts a reply in the place of whatever was on its way; no plugin sees it any more. */
    void beginAnew(HeaderMap map) {
        for (int position = 0; position < stream.pluginCount(); position++) {
            StreamFilter context = stream.at(direction, position);
            if (context != null) {
                context.slot(direction).drop();
            }
        }
        holding = 0;
        event(Event.RESUME);
        headers = map;
        trailers = null;
        bodyChanged = false;
    }

    /** Shows headers to the plugins from a position on. */
    void headers(int first, boolean endOfStream) {
        HeaderMap map = headers;
        if (map == null) {
            return;
        }
        for (int position = first; position < stream.pluginCount(); position++) {
            StreamFilter context = stream.at(direction, position);
            if (context == null) {
                if (direction == Direction.REQUEST) {
                    stream.fail();
                    return;
                }
                continue;
            }
            if (!context.takes(direction)) {
                continue;
            }
            Slot.Hold hold = context.onHeaders(direction, map, endOfStream);
            if (stream.settled() || !open()) {
                return;
            }
            if (hold != Slot.Hold.NONE) {
                Slot slot = context.slot(direction);
                slot.headersHeld = true;
                slot.headersEnd = endOfStream;
                hold(slot, hold);
                return;
            }
        }
        forwardHead(map, endOfStream);
    }

    /** Shows a chunk to the plugins from a position on. */
    void body(int first, byte[] chunk, boolean endOfStream) {
        byte[] data = chunk;
        for (int position = first; position < stream.pluginCount(); position++) {
            StreamFilter context = stream.at(direction, position);
            if (context == null || !context.takes(direction)) {
                continue;
            }
            Slot slot = context.slot(direction);
            if (slot.stopsAll()) {
                slot.held().append(data);
                slot.bodyEnd |= endOfStream;
                checkLimit(slot, slot.hold == Slot.Hold.ALL_WATERMARK);
                return;
            }
            byte[] passed = bodyAt(context, slot, position, data, endOfStream);
            if (passed == null) {
                return;
            }
            if (endOfStream && trailers != null) {
                body(position + 1, passed, false);
                if (open()) {
                    trailers(position + 1);
                }
                return;
            }
            data = passed;
        }
        // Plugins see a chunk that another one has emptied; the wire does not.
        if (data.length > 0 || endOfStream) {
            forwardBody(data, endOfStream);
        }
    }

    /** Shows trailers to the plugins from a position on. */
    void trailers(int first) {
        HeaderMap map = createTrailers();
        for (int position = first; position < stream.pluginCount(); position++) {
            StreamFilter context = stream.at(direction, position);
            if (context == null || !context.takes(direction)) {
                continue;
            }
            Slot slot = context.slot(direction);
            if (slot.stopsAll()) {
                slot.trailersHeld = true;
                return;
            }
            boolean goesOn = context.onTrailers(direction, map);
            if (stream.settled() || !open()) {
                return;
            }
            if (!goesOn) {
                slot.trailersHeld = true;
                hold(slot, slot.hold == Slot.Hold.NONE ? Slot.Hold.TRAILERS : slot.hold);
                return;
            }
            releaseBefore(slot, position);
            byte[] held = slot.takeHeld();
            if (held.length > 0 && open()) {
                body(position + 1, held, false);
            }
            if (!open()) {
                return;
            }
        }
        forwardTrailers(map);
    }

    /** Lets go what a plugin holds; does nothing when it holds nothing. */
    void resume(StreamFilter context) {
        Slot slot = context.slot(direction);
        if (slot.hold == Slot.Hold.NONE || !open()) {
            return;
        }
        int position = stream.position(direction, context);
        boolean stoppedAll = slot.stopsAll();
        boolean end = slot.bodyEnd;
        boolean trailersWaited = slot.trailersHeld;
        slot.bodyEnd = false;
        slot.trailersHeld = false;
        slot.cumulative = false;
        releaseBefore(slot, position);
        if (!open()) {
            return;
        }
        // Behind a full stop the plugin has not yet seen the rest; otherwise it has, and the next one is due.
        int next = stoppedAll ? position : position + 1;
        byte[] held = slot.takeHeld();
        if (held.length > 0 || end) {
            body(next, held, end);
        }
        if (trailersWaited && open()) {
            trailers(next);
        }
        readAgain();
    }

    /** One plugin's turn on a chunk; gives the bytes that go on, or null when they wait or the direction has ended. */
    private byte @Nullable [] bodyAt(StreamFilter context, Slot slot, int position, byte[] data, boolean endOfStream) {
        BodyBuffer view = slot.cumulative ? slot.held() : new BodyBuffer();
        view.append(data);
        slot.view = view;
        int result = context.onBody(direction, view.size(), endOfStream);
        slot.view = null;
        bodyChanged |= view.takeChanged();
        if (stream.settled() || !open()) {
            return null;
        }
        if (result == 0) {
            if (!slot.cumulative && slot.heldSize() > 0) {
                slot.held().append(view.take());
                view = slot.held();
            }
            slot.cumulative = false;
            releaseBefore(slot, position);
            return open() ? view.take() : null;
        }
        if (!slot.cumulative && result != 3) {
            slot.held().append(view.take());
        }
        slot.cumulative = result == 1;
        slot.bodyEnd |= endOfStream && trailers == null;
        slot.trailersHeld |= endOfStream && trailers != null;
        if (slot.hold != Slot.Hold.HEADERS) {
            hold(slot, Slot.Hold.BODY);
        }
        checkLimit(slot, result == 2);
        return null;
    }

    /** Ends a plugin's hold and sends on the headers that it held, if any. */
    private void releaseBefore(Slot slot, int position) {
        if (slot.hold != Slot.Hold.NONE) {
            slot.hold = Slot.Hold.NONE;
            holding--;
            if (holding == 0) {
                event(Event.RESUME);
            }
        }
        slot.trailersOpen = false;
        if (slot.headersHeld) {
            slot.headersHeld = false;
            slot.headersOpen = false;
            headers(position + 1, slot.headersEnd);
        }
        readAgain();
    }

    private void hold(Slot slot, Slot.Hold hold) {
        if (slot.hold == Slot.Hold.NONE) {
            holding++;
        }
        slot.hold = hold;
        event(Event.PAUSE);
    }

    private void checkLimit(Slot slot, boolean backPressure) {
        if (slot.heldSize() <= stream.bufferLimit()) {
            return;
        }
        if (backPressure) {
            if (reading) {
                reading = false;
                stream.read(direction, false);
            }
        } else if (direction == Direction.REQUEST) {
            stream.reply(LocalReply.of(413, "Payload Too Large", "request_payload_too_large"));
        } else {
            stream.reply(LocalReply.of(500, "Internal Server Error", "response_payload_too_large"));
        }
    }

    private void readAgain() {
        if (!reading && holding == 0) {
            reading = true;
            stream.read(direction, true);
        }
    }

    private void forwardHead(HeaderMap map, boolean endOfStream) {
        LocalReply refusal = WireRules.refusal(direction, map);
        if (refusal != null) {
            stream.reply(refusal);
            return;
        }
        if (bodyChanged) {
            map.remove("content-length");
        }
        headForwarded = true;
        declaredLength = endOfStream ? -1 : WireRules.contentLength(map);
        if (endOfStream) {
            event(Event.FORWARD);
        }
        if (direction == Direction.REQUEST) {
            stream.exchange().forwardRequest(WireRules.onTheWire(direction, map), endOfStream);
        } else {
            stream.forwardResponse(WireRules.onTheWire(direction, map), endOfStream);
        }
        if (endOfStream) {
            stream.forwarded(direction);
        }
    }

    private void forwardBody(byte[] data, boolean endOfStream) {
        count(data);
        if (!framingHolds(endOfStream)) {
            return;
        }
        if (endOfStream) {
            event(Event.FORWARD);
        }
        if (direction == Direction.REQUEST) {
            stream.exchange().forwardRequestBody(data, endOfStream);
        } else {
            stream.exchange().forwardResponseBody(data, endOfStream);
        }
        if (endOfStream) {
            stream.forwarded(direction);
        }
    }

    private void forwardTrailers(HeaderMap map) {
        if (!framingHolds(true)) {
            return;
        }
        event(Event.FORWARD);
        // In trailers, host is a name like any other, as it is in responses.
        HeaderMap wire = WireRules.onTheWire(Direction.RESPONSE, map);
        if (direction == Direction.REQUEST) {
            stream.exchange().forwardRequestTrailers(wire);
        } else {
            stream.exchange().forwardResponseTrailers(wire);
        }
        stream.forwarded(direction);
    }

    /** A body that does not have the length its headers promised must not reach the peer: the stream is reset. */
    private boolean framingHolds(boolean endOfStream) {
        if (declaredLength < 0
                || forwardedLength == declaredLength
                || forwardedLength < declaredLength && !endOfStream) {
            return true;
        }
        LOG.error(
                "{} body of {}: {} bytes{} (expected: content-length {}; a plugin that changes the body must remove"
                        + " content-length in the headers callback)",
                direction,
                stream.plugins(),
                forwardedLength,
                endOfStream ? "" : " so far",
                declaredLength);
        stream.reset("body_length_mismatch");
        return false;
    }
}
