package dev.portafilter.abi;

/** The result of a host function; the ordinal is the number that the guest sees. Source: ABI reference, section 0.3. */
public enum Status {
    /** Done as asked. */
    OK,
    /** The named thing does not exist. */
    NOT_FOUND,
    /** An argument has no meaning here. */
    BAD_ARGUMENT,
    /** A value has no serialized form. */
    SERIALIZATION_FAILURE,
    /** Bytes could not be parsed. */
    PARSE_FAILURE,
    /** An expression could not be read; never returned by this host. */
    BAD_EXPRESSION,
    /** An address range lies outside the guest's memory. */
    INVALID_MEMORY_ACCESS,
    /** The queue holds nothing. */
    EMPTY,
    /** The value was changed by somebody else. */
    CAS_MISMATCH,
    /** Not returned by this host. */
    RESULT_MISMATCH,
    /** The host could not do it: a limit, a refused capability, a transport that does not start. */
    INTERNAL_FAILURE,
    /** The peer is gone. */
    BROKEN_CONNECTION,
    /** The function has no meaning for this kind of stream. */
    UNIMPLEMENTED;

    /** The number that the guest sees. */
    public int code() {
        return ordinal();
    }
}
