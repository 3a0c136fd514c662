package dev.portafilter.gateway.standalone;

import java.util.Objects;

/**
 * Where TCP connections come from and where they go.
 *
 * @param listen where clients connect
 * @param upstream the server that each of their connections gets one to
 */
public record TcpRoute(Endpoint listen, Endpoint upstream) {
    /** Checks the parts. */
    public TcpRoute {
        Objects.requireNonNull(listen, "listen");
        if (upstream.port() == 0) {
            throw new IllegalArgumentException(upstream + " has port 0 (expected: 1..65535)");
        }
    }
}
