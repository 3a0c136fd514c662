package dev.portafilter.runtime.plugin;

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
        int propertyBytes,
        int logLinesPerSecond) {
    /** The defaults. */
    public static final PluginLimits DEFAULT = new PluginLimits(2048, 5_000, 30_000, 1 << 20, 10_000, 1 << 20, 10_000);

    /** Checks the ranges. */
    public PluginLimits {
        check("memoryPages", memoryPages, 1, 32_767);
        check("deadlineMillis", deadlineMillis, 1, Integer.MAX_VALUE);
        check("startDeadlineMillis", startDeadlineMillis, 1, Integer.MAX_VALUE);
        check("bufferBytes", bufferBytes, 0, Integer.MAX_VALUE);
        check("httpCalls", httpCalls, 0, Integer.MAX_VALUE);
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
        return new PluginLimits(
                pages, deadlineMillis, startDeadlineMillis, bufferBytes, httpCalls, propertyBytes, logLinesPerSecond);
    }

    /** These limits with another deadline for callbacks. */
    public PluginLimits withDeadlineMillis(long millis) {
        return new PluginLimits(
                memoryPages, millis, startDeadlineMillis, bufferBytes, httpCalls, propertyBytes, logLinesPerSecond);
    }

    /** These limits with another deadline for start-up. */
    public PluginLimits withStartDeadlineMillis(long millis) {
        return new PluginLimits(
                memoryPages, deadlineMillis, millis, bufferBytes, httpCalls, propertyBytes, logLinesPerSecond);
    }

    /** These limits with another body buffer size. */
    public PluginLimits withBufferBytes(int bytes) {
        return new PluginLimits(
                memoryPages, deadlineMillis, startDeadlineMillis, bytes, httpCalls, propertyBytes, logLinesPerSecond);
    }

    /** These limits with another number of calls in flight. */
    public PluginLimits withHttpCalls(int count) {
        return new PluginLimits(
                memoryPages, deadlineMillis, startDeadlineMillis, bufferBytes, count, propertyBytes, logLinesPerSecond);
    }

    /** These limits with another size of properties. */
    public PluginLimits withPropertyBytes(int bytes) {
        return new PluginLimits(
                memoryPages, deadlineMillis, startDeadlineMillis, bufferBytes, httpCalls, bytes, logLinesPerSecond);
    }

    /** These limits with another log rate. */
    public PluginLimits withLogLinesPerSecond(int lines) {
        return new PluginLimits(
                memoryPages, deadlineMillis, startDeadlineMillis, bufferBytes, httpCalls, propertyBytes, lines);
    }
}
