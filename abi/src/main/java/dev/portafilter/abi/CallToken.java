package dev.portafilter.abi;

/** Takes the token of a callout that was started. Reused; belongs to one VM. */
public final class CallToken {
    private int value;

    /** For the owner of a VM and for tests. */
    public CallToken() {}

    /** The token, unsigned; 0 when no call was started. */
    public int value() {
        return value;
    }

    /** Sets the token. */
    public void set(int token) {
        value = token;
    }
}
