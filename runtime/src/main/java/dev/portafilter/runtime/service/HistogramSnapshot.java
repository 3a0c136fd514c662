package dev.portafilter.runtime.service;

/**
 * The samples of a histogram at one moment, counted in buckets whose upper bounds are the powers of two from 1 to 2^40,
 * and one without bound: whatever unit a plugin counts in, from bytes to nanoseconds, is told apart within a factor of
 * two. Immutable.
 */
public final class HistogramSnapshot {
    static final int BUCKET_COUNT = 42;

    private final long[] counts;
    private final long sum;

    HistogramSnapshot(long[] counts, long sum) {
        this.counts = counts;
        this.sum = sum;
    }

    /** The bucket of a sample, read as unsigned. */
    static int bucketOf(long value) {
        return value == 0 ? 0 : Math.min(BUCKET_COUNT - 1, Long.SIZE - Long.numberOfLeadingZeros(value - 1));
    }

    /** The number of buckets, the last one without bound. */
    public int bucketCount() {
        return BUCKET_COUNT;
    }

    /** The largest sample that bucket {@code index} takes; {@link Long#MAX_VALUE} for the last one, which takes any. */
    public long upperBound(int index) {
        return index == BUCKET_COUNT - 1 ? Long.MAX_VALUE : 1L << index;
    }

    /** The number of samples in bucket {@code index} alone. */
    public long countIn(int index) {
        return counts[index];
    }

    /** The number of all samples. */
    public long count() {
        long count = 0;
        for (long inBucket : counts) {
            count += inBucket;
        }
        return count;
    }

    /** The sum of all samples; wraps beyond 64 bits. */
    public long sum() {
        return sum;
    }

    @Override
    public String toString() {
        return count() + " samples, sum " + sum;
    }
}
