package dev.portafilter.abi;

import org.jspecify.annotations.Nullable;

/** A buffer that host functions read and write. The ordinal is the number on the wire. Source: ABI reference, section 0.3. */
public enum BufferType {
    /** Bytes of the request body that are held or passing. */
    HTTP_REQUEST_BODY,
    /** Bytes of the response body that are held or passing. */
    HTTP_RESPONSE_BODY,
    /** Bytes from the client of a TCP connection. */
    DOWNSTREAM_DATA,
    /** Bytes from the upstream of a TCP connection. */
    UPSTREAM_DATA,
    /** The body of the HTTP call that is being answered. */
    HTTP_CALL_RESPONSE_BODY,
    /** The gRPC message that is being received. */
    GRPC_RECEIVE_BUFFER,
    /** The configuration of the VM. */
    VM_CONFIGURATION,
    /** The configuration of the plugin. */
    PLUGIN_CONFIGURATION,
    /** The arguments of a foreign function call into the guest. */
    CALL_DATA;

    private static final BufferType[] VALUES = values();

    /**
     * The constant with this number.
     *
     * @return the constant, or null when the number (read as unsigned) is out of range
     */
    public static @Nullable BufferType of(int number) {
        return number >= 0 && number < VALUES.length ? VALUES[number] : null;
    }
}
