package dev.portafilter.benchmarks;

/** How the other host is set up, from the best way that its API has down; see {@code PeerHost}. */
public enum PeerSetUp {
    /** Compiled once; an instance for each thread, kept. */
    PER_THREAD,
    /** Compiled once; one instance for all threads, behind its lock. */
    SHARED,
    /** Compiled once; an instance for each request. */
    PER_REQUEST,
    /** Nothing set: interpreted, an instance for each request. */
    DEFAULT
}
