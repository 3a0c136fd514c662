package dev.portafilter.test.guest;

/** Something that stands for one or two arguments of a host call. */
@FunctionalInterface
public interface Arg {
    /** Adds the arguments to a call. */
    void addTo(HostCallCode call);
}
