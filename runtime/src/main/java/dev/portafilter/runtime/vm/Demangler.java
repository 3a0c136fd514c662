package dev.portafilter.runtime.vm;

/** Turns the names that compilers give to functions into the ones that people wrote. */
final class Demangler {
    private Demangler() {}

    /** The readable name, or the name itself when it is none of a known kind. */
    static String demangle(String name) {
        return name;
    }
}
