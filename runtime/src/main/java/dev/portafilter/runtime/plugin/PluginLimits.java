package dev.portafilter.runtime.plugin;

import java.util.function.Consumer;

/**
 * What one plugin may use. Values out of range are refused when the record is made.
 *
 * @param memoryPages largest linear memory in pages of 64 KiB; 1..32767; default 2048 (128 MiB): filters need a few
 *     MiB, and a runaway one must not take the process with it
 * @param deadlineMillis longest time that one callback may run; 1..; default 5000: far above what a filter needs, far
 *     below what a client waits
 * @param startDeadlineMillis longest time that start-up of a VM may run; default 30000: start-up runs uncompiled code
 * @param bufferBytes most body bytes held for one direction of one stream while paused; default 1048576, as Envoy
 * @param httpCalls most HTTP calls in flight per VM; default 10000: each holds a socket
 * @param grpcCalls most gRPC calls and streams under way per VM; default 10000, as for HTTP
 * @param grpcMessageBytes largest message of a gRPC call, either way; default 4194304, as gRPC servers take by default
 * @param propertyBytes most bytes of properties that plugins set on one stream or for one connection; default 1048576, as
 *     much as a body that is held: filters set a few short ones
 * @param logLinesPerSecond most log lines kept per plugin and worker; default 10000, with a count of the dropped ones
 */
public record PluginLimits(
        int memoryPages,
        long deadlineMillis,
        long startDeadlineMillis,
        int bufferBytes,
        int httpCalls,
        int grpcCalls,
        int grpcMessageBytes,
        int propertyBytes,
        int logLinesPerSecond) {
    /** The defaults. */
    public static final PluginLimits DEFAULT =
            new PluginLimits(2048, 5_000, 30_000, 1 << 20, 10_000, 10_000, 4 << 20, 1 << 20, 10_000);

    /** Checks the ranges. */
    public PluginLimits {
        check("memoryPages", memoryPages, 1, 32_767);
        check("deadlineMillis", deadlineMillis, 1, Integer.MAX_VALUE);
        check("startDeadlineMillis", startDeadlineMillis, 1, Integer.MAX_VALUE);
        check("bufferBytes", bufferBytes, 0, Integer.MAX_VALUE);
        check("httpCalls", httpCalls, 0, Integer.MAX_VALUE);
        check("grpcCalls", grpcCalls, 0, Integer.MAX_VALUE);
        check("grpcMessageBytes", grpcMessageBytes, 0, 1 << 30);
        check("propertyBytes", propertyBytes, 0, Integer.MAX_VALUE);
        check("logLinesPerSecond", logLinesPerSecond, 0, Integer.MAX_VALUE);
    }

    private static void check(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + ": " + value + " is out of range (expected: " + least + ".." + most + ")");
        }
    }

    /** These limits with another memory size. */
    public PluginLimits withMemoryPages(int pages) {
        return with(parts -> parts.memoryPages = pages);
    }

    /** These limits with another deadline for callbacks. */
    public PluginLimits withDeadlineMillis(long millis) {
        return with(parts -> parts.deadlineMillis = millis);
    }

    /** These limits with another deadline for start-up. */
    public PluginLimits withStartDeadlineMillis(long millis) {
        return with(parts -> parts.startDeadlineMillis = millis);
    }

    /** These limits with another body buffer size. */
    public PluginLimits withBufferBytes(int bytes) {
        return with(parts -> parts.bufferBytes = bytes);
    }

    /** These limits with another number of HTTP calls in flight. */
    public PluginLimits withHttpCalls(int count) {
        return with(parts -> parts.httpCalls = count);
    }

    /** These limits with other ones for gRPC calls. */
    public PluginLimits withGrpc(int calls, int messageBytes) {
        return with(parts -> {
            parts.grpcCalls = calls;
            parts.grpcMessageBytes = messageBytes;
        });
    }

    /** These limits with another size of properties. */
    public PluginLimits withPropertyBytes(int bytes) {
        return with(parts -> parts.propertyBytes = bytes);
    }

    /** These limits with another log rate. */
    public PluginLimits withLogLinesPerSecond(int lines) {
        return with(parts -> parts.logLinesPerSecond = lines);
    }

    private PluginLimits with(Consumer<Parts> change) {
        Parts parts = new Parts(this);
        change.accept(parts);
        return new PluginLimits(
                parts.memoryPages,
                parts.deadlineMillis,
                parts.startDeadlineMillis,
                parts.bufferBytes,
                parts.httpCalls,
                parts.grpcCalls,
                parts.grpcMessageBytes,
                parts.propertyBytes,
                parts.logLinesPerSecond);
    }

    /** The limits while one of them is changed. */
    private static final class Parts {
        private int memoryPages;
        private long deadlineMillis;
        private long startDeadlineMillis;
        private int bufferBytes;
        private int httpCalls;
        private int grpcCalls;
        private int grpcMessageBytes;
        private int propertyBytes;
        private int logLinesPerSecond;

        Parts(PluginLimits limits) {
            memoryPages = limits.memoryPages;
            deadlineMillis = limits.deadlineMillis;
            startDeadlineMillis = limits.startDeadlineMillis;
            bufferBytes = limits.bufferBytes;
            httpCalls = limits.httpCalls;
            grpcCalls = limits.grpcCalls;
            grpcMessageBytes = limits.grpcMessageBytes;
            propertyBytes = limits.propertyBytes;
            logLinesPerSecond = limits.logLinesPerSecond;
        }
    }
}
