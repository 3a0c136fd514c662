package dev.portafilter.abi;

/** Thrown through the guest's frames when it calls {@code abort}; counts as a trap. */
public final class GuestAbort extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * The end of a guest.
     *
     * @param message what the guest said, already logged
     */
    public GuestAbort(String message) {
        super(message, null, false, false);
    }
}
