package dev.portafilter.test.guest;

/** One step of a callback. */
@FunctionalInterface
public interface Op {
    /** Adds the step to the code of its callback. */
    void addTo(Code code);
}
