package dev.portafilter.runtime.service;

/** Something under way that can be stopped. */
@FunctionalInterface
public interface Cancellable {
    /** Stops it; does nothing when it is over already. */
    void cancel();
}
