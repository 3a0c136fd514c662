package dev.portafilter.abi;

/** Thrown through the guest's frames when it calls {@code proc_exit}; whoever runs the guest decides what it means. */
public final class GuestExit extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;

    /**
     * The end of a guest.
     *
     * @param code as the guest gave it
     */
    public GuestExit(int code) {
        super("the guest called proc_exit(" + code + ")", null, false, false);
        this.code = code;
    }

    /** The exit code as the guest gave it. */
    public int code() {
        return code;
    }
}
