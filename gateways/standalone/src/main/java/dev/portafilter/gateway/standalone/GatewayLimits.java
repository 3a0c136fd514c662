package dev.portafilter.gateway.standalone;

/**
 * What one client may use, and how long things may take. Values out of range are refused when the record is made.
 *
 * @param headerBytes most bytes of a request's or response's head; default 61440, as Envoy
 * @param headerCount most header lines of a request; default 200: twice what Envoy allows, for plugins that add some
 * @param bodyBytes most bytes of a request's body; 0 for no limit, the default: bodies are streamed, not stored
 * @param requestTimeoutMillis longest time from the end of the request to the end of the response; 0 for no limit;
 *     default 15000, as Envoy
 * @param idleTimeoutMillis longest time in which nothing moves on an exchange or a connection; 0 for no limit; default
 *     300000, as Envoy
 * @param connectTimeoutMillis longest time that a connection to a server may take; default 5000, as Envoy
 * @param drainTimeoutMillis longest time that a stopping gateway waits for exchanges under way; default 30000
 * @param connectionsPerTarget most HTTP/1.1 connections of one worker to one server; default 1024, as Envoy
 * @param callBodyBytes most bytes that are held for one call of a plugin: the answer to an HTTP call, or what waits to
 *     be sent on a gRPC stream; default 16 MiB
 */
public record GatewayLimits(
        int headerBytes,
        int headerCount,
        long bodyBytes,
        long requestTimeoutMillis,
        long idleTimeoutMillis,
        int connectTimeoutMillis,
        long drainTimeoutMillis,
        int connectionsPerTarget,
        int callBodyBytes) {
    /** The defaults. */
    public static final GatewayLimits DEFAULT =
            new GatewayLimits(61_440, 200, 0, 15_000, 300_000, 5_000, 30_000, 1_024, 16 << 20);

    private static final long DAY_MILLIS = 86_400_000;

    /** Checks the ranges. */
    public GatewayLimits {
        check("headerBytes", headerBytes, 1_024, 16 << 20);
        check("headerCount", headerCount, 1, 100_000);
        check("bodyBytes", bodyBytes, 0, Long.MAX_VALUE);
        check("requestTimeoutMillis", requestTimeoutMillis, 0, DAY_MILLIS);
        check("idleTimeoutMillis", idleTimeoutMillis, 0, DAY_MILLIS);
        check("connectTimeoutMillis", connectTimeoutMillis, 1, DAY_MILLIS);
        check("drainTimeoutMillis", drainTimeoutMillis, 0, DAY_MILLIS);
        check("connectionsPerTarget", connectionsPerTarget, 1, 1_000_000);
        check("callBodyBytes", callBodyBytes, 0, Integer.MAX_VALUE);
    }

    private static void check(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + ": " + value + " is out of range (expected: " + least + ".." + most + ")");
        }
    }

    /** These limits with another size and number of headers. */
    public GatewayLimits withHeaders(int bytes, int count) {
        return new GatewayLimits(
                bytes,
                count,
                bodyBytes,
                requestTimeoutMillis,
                idleTimeoutMillis,
                connectTimeoutMillis,
                drainTimeoutMillis,
                connectionsPerTarget,
                callBodyBytes);
    }

    /** These limits with another size of bodies. */
    public GatewayLimits withBodyBytes(long bytes) {
        return new GatewayLimits(
                headerBytes,
                headerCount,
                bytes,
                requestTimeoutMillis,
                idleTimeoutMillis,
                connectTimeoutMillis,
                drainTimeoutMillis,
                connectionsPerTarget,
                callBodyBytes);
    }

    /** These limits with other times for a request and for a silent connection. */
    public GatewayLimits withTimeouts(long requestMillis, long idleMillis) {
        return new GatewayLimits(
                headerBytes,
                headerCount,
                bodyBytes,
                requestMillis,
                idleMillis,
                connectTimeoutMillis,
                drainTimeoutMillis,
                connectionsPerTarget,
                callBodyBytes);
    }

    /** These limits with another time for connecting. */
    public GatewayLimits withConnectTimeoutMillis(int millis) {
        return new GatewayLimits(
                headerBytes,
                headerCount,
                bodyBytes,
                requestTimeoutMillis,
                idleTimeoutMillis,
                millis,
                drainTimeoutMillis,
                connectionsPerTarget,
                callBodyBytes);
    }

    /** These limits with another time for stopping. */
    public GatewayLimits withDrainTimeoutMillis(long millis) {
        return new GatewayLimits(
                headerBytes,
                headerCount,
                bodyBytes,
                requestTimeoutMillis,
                idleTimeoutMillis,
                connectTimeoutMillis,
                millis,
                connectionsPerTarget,
                callBodyBytes);
    }

    /** These limits with another number of connections. */
    public GatewayLimits withConnectionsPerTarget(int count) {
        return new GatewayLimits(
                headerBytes,
                headerCount,
                bodyBytes,
                requestTimeoutMillis,
                idleTimeoutMillis,
                connectTimeoutMillis,
                drainTimeoutMillis,
                count,
                callBodyBytes);
    }

    /** These limits with another size of answers to plugins. */
    public GatewayLimits withCallBodyBytes(int bytes) {
        return new GatewayLimits(
                headerBytes,
                headerCount,
                bodyBytes,
                requestTimeoutMillis,
                idleTimeoutMillis,
                connectTimeoutMillis,
                drainTimeoutMillis,
                connectionsPerTarget,
                bytes);
    }
}
