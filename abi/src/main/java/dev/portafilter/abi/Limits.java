package dev.portafilter.abi;

/** What one host call may cost the host at most. Source: ABI reference, sections 0.4, 3.3 and 6.3. */
public final class Limits {
    /** Bytes of serialized pairs that are decoded; the reference host's number, more counts as malformed. */
    public static final int PAIRS_SIZE = 1 << 20;

    /** Entries of serialized pairs that are decoded; the reference host's number, more counts as malformed. */
    public static final int PAIRS_COUNT = 1024;

    /** Bytes of all names and values that a header map may reach by a guest's changes; more could not be set as pairs. */
    public static final int HEADER_MAP_SIZE = PAIRS_SIZE;

    /** Entries that a header map may reach by a guest's changes; more could not be set as pairs. */
    public static final int HEADER_MAP_COUNT = PAIRS_COUNT;

    /** Bytes that a buffer may reach by a guest's change: as much as a guest has memory, unless it is given more. */
    public static final int BUFFER_SIZE = 1 << 27;

    /** Bytes of the names of a gRPC call's service and method; servers refuse paths far shorter than this. */
    public static final int GRPC_PATH_SIZE = 1 << 14;

    /** Bytes of one log message that are kept; longer ones are cut, so that a guest cannot fill the log with one call. */
    public static final int LOG_MESSAGE_SIZE = 1 << 20;

    /** Bytes that {@code random_get} gives in one call; the reference host's number, which runtimes know to respect. */
    public static final int RANDOM_SIZE = 1 << 16;

    /** Bytes of each of the two strings that {@code abort} and {@code trace} of AssemblyScript show. */
    public static final int ABORT_TEXT_SIZE = 1 << 14;

    private Limits() {}
}
