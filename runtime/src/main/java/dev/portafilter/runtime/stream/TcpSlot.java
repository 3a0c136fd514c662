package dev.portafilter.runtime.stream;

import dev.portafilter.abi.GuestBuffer;

/** What one plugin holds of the bytes of one side of a TCP connection. */
final class TcpSlot {
    /** The bytes that the plugin sees and may change: those that it held, and those that have come since. */
    private final BodyBuffer bytes = new BodyBuffer();

    private boolean end;
    /** The plugin is in its data callback. */
    private boolean shown;
    /** The bytes wait here until the plugin lets them go, or is shown more. */
    private boolean paused;
    /** The plugin asked to go on inside the callback that runs now. */
    private boolean resumed;

    /** Bytes have come, to be shown to the plugin. */
    void show(byte[] data, boolean endOfStream) {
        bytes.append(data);
        end |= endOfStream;
        shown = true;
        resumed = false;
    }

    /** The plugin's callback has returned; gives whether the bytes go on. */
    boolean decide(boolean goesOn) {
        shown = false;
        paused = !goesOn && !resumed;
        return !paused;
    }

    void resumeAfterCallback() {
        resumed = true;
    }

    boolean paused() {
        return paused;
    }

    /** Whether the bytes here are the last ones. */
    boolean end() {
        return end;
    }

    int size() {
        return bytes.size();
    }

    /** Takes the bytes out, to pass them on. */
    byte[] take() {
        shown = false;
        paused = false;
        return bytes.take();
    }

    /** Takes the bytes out, with more behind them. */
    byte[] takeWith(byte[] data) {
        if (bytes.size() == 0) {
            return data;
        }
        bytes.append(data);
        return take();
    }

    /** What the plugin can read and change now. */
    GuestBuffer buffer() {
        return shown || paused ? bytes : BytesView.EMPTY;
    }

    /** A copy of what the plugin can see, for tracing. */
    byte[] snapshot() {
        byte[] copy = new byte[bytes.size()];
        bytes.copyTo(0, copy.length, copy, 0);
        return copy;
    }
}
