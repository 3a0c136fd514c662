package dev.portafilter.test.compare;

import java.util.Locale;

/** What is compared of an exchange. */
public enum Part {
    /** What the client received. */
    CLIENT,
    /** What the upstream received. */
    UPSTREAM,
    /** What the servers received that plugins called. */
    CALLS,
    /** What the plugins logged. */
    LOG,
    /** What changed of the plugins' metrics. */
    METRICS;

    /** The name in lower case, as in files and reports. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
