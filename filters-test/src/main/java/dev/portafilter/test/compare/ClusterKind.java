package dev.portafilter.test.compare;

/** What stands behind the name of a cluster that plugins call. */
public enum ClusterKind {
    /** A server that speaks HTTP/1.1. */
    HTTP,
    /** A server that speaks HTTP/2 in clear text, as those of gRPC do. */
    HTTP2,
    /** A server that takes bytes and gives bytes; an upstream only, of filters for TCP. */
    TCP,
    /** An address where nobody listens. */
    REFUSED
}
