package dev.portafilter.test.compare;

/** What stands behind the name of a cluster that plugins call. */
public enum ClusterKind {
    /** A server that speaks HTTP/1.1. */
    HTTP,
    /** An address where nobody listens. */
    REFUSED
}
