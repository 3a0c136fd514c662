package dev.portafilter.runtime.stream;

import dev.portafilter.abi.GuestBuffer;
import java.util.Arrays;

/** Body bytes that a plugin sees and may change. A chunk that passes unchanged is neither copied nor wrapped anew. */
final class BodyBuffer implements GuestBuffer {
    static final byte[] EMPTY = new byte[0];

    private byte[] bytes = EMPTY;
    private int size;
    private boolean changed;

    @Override
    public int size() {
        return size;
    }

    @Override
    public void copyTo(int start, int length, byte[] destination, int destinationOffset) {
        System.arraycopy(bytes, start, destination, destinationOffset, length);
    }

    @Override
    public boolean writable() {
        return true;
    }

    @Override
    public void splice(int start, int length, byte[] data) {
        byte[] result = new byte[size - length + data.length];
        System.arraycopy(bytes, 0, result, 0, start);
        System.arraycopy(data, 0, result, start, data.length);
        System.arraycopy(bytes, start + length, result, start + data.length, size - start - length);
        bytes = result;
        size = result.length;
        changed = true;
    }

    /** Appends bytes; the array may be kept. */
    void append(byte[] data) {
        if (size == 0) {
            bytes = data;
        } else if (data.length > 0) {
            if (size + data.length > bytes.length) {
                bytes = Arrays.copyOf(
                        bytes, Math.max(size + data.length, Math.min(2 * bytes.length, size + (1 << 20))));
            }
            System.arraycopy(data, 0, bytes, size, data.length);
        }
        size += data.length;
    }

    /** Takes the bytes out; the buffer is empty afterwards. */
    byte[] take() {
        byte[] taken = bytes.length == size ? bytes : Arrays.copyOf(bytes, size);
        bytes = EMPTY;
        size = 0;
        return taken;
    }

    /** Whether a plugin changed the bytes since this was last asked. */
    boolean takeChanged() {
        boolean was = changed;
        changed = false;
        return was;
    }
}
