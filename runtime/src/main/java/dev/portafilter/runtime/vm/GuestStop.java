package dev.portafilter.runtime.vm;

import org.jspecify.annotations.Nullable;

/** Ends a guest call from the host's side; becomes the {@link GuestFailure} of the VM at the boundary. */
final class GuestStop extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final GuestFailure.Kind kind;

    GuestStop(GuestFailure.Kind kind, String what) {
        this(kind, what, null);
    }

    GuestStop(GuestFailure.Kind kind, String what, @Nullable Throwable cause) {
        super(what, cause);
        this.kind = kind;
    }

    GuestFailure.Kind kind() {
        return kind;
    }

    String what() {
        return String.valueOf(getMessage());
    }
}
