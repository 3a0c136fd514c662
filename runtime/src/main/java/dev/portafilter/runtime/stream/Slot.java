package dev.portafilter.runtime.stream;

import org.jspecify.annotations.Nullable;

/** What one plugin holds of one direction of a stream. */
final class Slot {
    /** Why elements wait at a plugin. */
    enum Hold {
        /** Nothing waits. */
        NONE,
        /** Headers wait and nothing is shown to the plugin until it resumes; reading stops above the limit. */
        ALL_WATERMARK,
        /** The same, but more than the limit is an error. */
        ALL_BUFFER,
        /** Headers wait, but body and trailers are shown to the plugin. */
        HEADERS,
        /** Body (and perhaps trailers) waits; headers have passed. */
        BODY,
        /** Only trailers wait. */
        TRAILERS
    }

    Hold hold = Hold.NONE;
    /** The plugin was shown the headers. */
    boolean seen;
    /** The plugin may change the headers: they are in its callback, or held by it. */
    boolean headersOpen;
    /** The plugin was shown the trailers, or made them. */
    boolean trailersSeen;
    /** The plugin may change the trailers. */
    boolean trailersOpen;
    /** The plugin may create trailers: it is in its body callback with the end of the stream. */
    boolean trailersCreatable;
    /** The plugin asked to resume inside the callback that runs now. */
    boolean resumed;
    /** The plugin asked to resume from elsewhere, which will be done once; it may ask a million times. */
    boolean resumeDue;

    boolean headersHeld;
    /** The held headers end the stream. */
    boolean headersEnd;
    /** The last body result was "stop and buffer", so the next call sees all that is held. */
    boolean cumulative;
    /** The held body ends the stream. */
    boolean bodyEnd;

    boolean trailersHeld;
    /** Bytes that wait here. */
    private @Nullable BodyBuffer held;
    /** What the plugin sees as the body now: the held bytes, a single chunk, or null outside. */
    @Nullable BodyBuffer view;

    boolean stopsAll() {
        return hold == Hold.ALL_WATERMARK || hold == Hold.ALL_BUFFER;
    }

    BodyBuffer held() {
        if (held == null) {
            held = new BodyBuffer();
        }
        return held;
    }

    int heldSize() {
        return held == null ? 0 : held.size();
    }

    byte[] takeHeld() {
        return held == null ? BodyBuffer.EMPTY : held.take();
    }

    /** Forgets everything that waits. */
    void drop() {
        hold = Hold.NONE;
        headersHeld = false;
        headersOpen = false;
        trailersOpen = false;
        trailersHeld = false;
        bodyEnd = false;
        cumulative = false;
        held = null;
        view = null;
    }
}
