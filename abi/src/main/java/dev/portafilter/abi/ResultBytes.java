package dev.portafilter.abi;

/** Takes the bytes that a host function answers beside its status. Reused; belongs to one VM. */
public final class ResultBytes {
    private static final byte[] EMPTY = new byte[0];

    private byte[] bytes = EMPTY;

    /** For the owner of a VM and for tests. */
    public ResultBytes() {}

    /** Sets the answer; the array is not copied and must not be changed afterwards. */
    public void set(byte[] answer) {
        bytes = answer;
    }

    /** The answer, empty when none was set. */
    public byte[] bytes() {
        return bytes;
    }

    /** Forgets the answer. */
    public void clear() {
        bytes = EMPTY;
    }
}
