package dev.portafilter.abi;

import java.nio.charset.StandardCharsets;

/** A buffer of text. */
final class FakeBuffer implements GuestBuffer {
    private final boolean writable;
    private String content;

    FakeBuffer(String content, boolean writable) {
        this.content = content;
        this.writable = writable;
    }

    String content() {
        return content;
    }

    @Override
    public int size() {
        return content.length();
    }

    @Override
    public void copyTo(int start, int length, byte[] destination, int destinationOffset) {
        byte[] bytes = content.substring(start, start + length).getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, destination, destinationOffset, length);
    }

    @Override
    public boolean writable() {
        return writable;
    }

    @Override
    public void splice(int start, int length, byte[] data) {
        content = content.substring(0, start)
                + new String(data, StandardCharsets.ISO_8859_1)
                + content.substring(start + length);
    }
}
