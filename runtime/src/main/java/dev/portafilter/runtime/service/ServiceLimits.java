package dev.portafilter.runtime.service;

/**
 * What plugins may keep in the stores that they share, and what a foreign function may answer. Values out of range are
 * refused when the record is made. Beyond each limit the host call answers INTERNAL_FAILURE, and the host logs it once.
 *
 * @param sharedDataBytes most bytes of shared data per VM id, 64 added for each entry; default 64 MiB, far above what
 *     filters share: a Rust filter panics when it is refused
 * @param queueCount most shared queues per VM id; default 1024: filters have a handful
 * @param queueItems most items in the queues of a VM id; default 1000000: a receiver that is this far behind does not catch
 *     up
 * @param queueBytes most bytes of names and items in the queues of a VM id, 64 added for each; default 64 MiB, far above
 *     what filters queue
 * @param metricCount most metrics of plugins, all VMs together; default 10000: each is a time series for whoever scrapes
 *     them
 * @param uncompressedBytes most bytes that the foreign function {@code uncompress} answers; default 16 MiB, 16 times a body
 *     that is held: 1 KiB can stand for 1 MiB
 */
public record ServiceLimits(
        long sharedDataBytes, int queueCount, int queueItems, long queueBytes, int metricCount, int uncompressedBytes) {
    /** The defaults. */
    public static final ServiceLimits DEFAULT = new ServiceLimits(
            SharedDataStore.DEFAULT_MAX_BYTES_PER_VM_ID,
            SharedQueueStore.Limits.DEFAULT.queueCount(),
            SharedQueueStore.Limits.DEFAULT.itemCount(),
            SharedQueueStore.Limits.DEFAULT.bytes(),
            MetricStore.DEFAULT_MAX_METRICS,
            BuiltInForeignFunctions.MAX_UNCOMPRESSED_BYTES);

    /** Checks the ranges. */
    public ServiceLimits {
        check("sharedDataBytes", sharedDataBytes);
        check("queueCount", queueCount);
        check("queueItems", queueItems);
        check("queueBytes", queueBytes);
        check("metricCount", metricCount);
        check("uncompressedBytes", uncompressedBytes);
    }

    private static void check(String name, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + ": " + value + " is negative (expected: 0 or more)");
        }
    }
}
