package dev.portafilter.runtime.stream;

import dev.portafilter.abi.GuestBuffer;

/** A buffer that a plugin can only read: a configuration, the body of an answer, or nothing. */
final class BytesView implements GuestBuffer {
    /** A buffer without bytes. */
    static final BytesView EMPTY = new BytesView(BodyBuffer.EMPTY);

    private final byte[] bytes;

    BytesView(byte[] bytes) {
        this.bytes = bytes;
    }

    byte[] bytes() {
        return bytes;
    }

    @Override
    public int size() {
        return bytes.length;
    }

    @Override
    public void copyTo(int start, int length, byte[] destination, int destinationOffset) {
        System.arraycopy(bytes, start, destination, destinationOffset, length);
    }

    @Override
    public boolean writable() {
        return false;
    }

    @Override
    public void splice(int start, int length, byte[] data) {
        throw new IllegalStateException("splice: this buffer is read-only (expected: a check of writable)");
    }
}
