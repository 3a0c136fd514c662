package dev.portafilter.resources.live;

/**
 * Tells when something that changes has come to rest: once it has looked the same for a while after a change, however many
 * steps the change had; but not later than a longest wait, for what never rests. Not thread-safe.
 */
final class Settling<T> {
    private final long quietMillis;
    private final long longestMillis;
    private T seen;
    private T told;
    private long firstChangeMillis;
    private long lastChangeMillis;

    /**
     * @param quietMillis how long it must look the same
     * @param longestMillis how long a change may go on before it is told all the same
     * @param now how it looks now, which is no change
     */
    Settling(long quietMillis, long longestMillis, T now) {
        this.quietMillis = quietMillis;
        this.longestMillis = longestMillis;
        this.seen = now;
        this.told = now;
    }

    /** Whether it has changed since it was told last, and is not told yet. */
    boolean moving() {
        return !seen.equals(told);
    }

    /** Looks again; true when a change is to be told now. */
    boolean look(T now, long nowMillis) {
        if (!now.equals(seen)) {
            if (!moving()) {
                firstChangeMillis = nowMillis;
            }
            seen = now;
            lastChangeMillis = nowMillis;
        }
        if (!moving()) {
            return false;
        }
        boolean rests = nowMillis - lastChangeMillis >= quietMillis;
        boolean waitedLong = nowMillis - firstChangeMillis >= longestMillis;
        if (rests || waitedLong) {
            told = seen;
            return true;
        }
        return false;
    }
}
