package dev.portafilter.runtime.stream;

import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;

/**
 * One TCP connection of a client and the one to the upstream that goes with it, as a gateway carries them; a gateway
 * adapter implements this and feeds a {@link TcpStream} with what arrives.
 *
 * <p>All methods are called on the worker's thread and must not block. Arrays that are passed are owned by the adapter
 * afterwards. Once both directions have been forwarded to their end, both connections are to be closed.
 */
public interface TcpExchange {
    /**
     * Every plugin has let the connection pass: connect to the upstream, and tell the stream when that is done. Called
     * once at most; nothing is forwarded before.
     */
    void connectUpstream();

    /**
     * Sends bytes of the client to the upstream.
     *
     * @param data empty only with {@code endOfStream}
     * @param endOfStream whether the connection to the upstream is to be half-closed behind these bytes
     */
    void forwardDownstreamData(byte[] data, boolean endOfStream);

    /**
     * Sends bytes of the upstream to the client.
     *
     * @param data empty only with {@code endOfStream}
     * @param endOfStream whether the client's connection is to be half-closed behind these bytes
     */
    void forwardUpstreamData(byte[] data, boolean endOfStream);

    /** Stops or restarts reading from the client; the host holds as much as it may. */
    void readDownstream(boolean wanted);

    /** Stops or restarts reading from the upstream; the host holds as much as it may. */
    void readUpstream(boolean wanted);

    /**
     * Closes both connections properly, once what was forwarded before has been written.
     *
     * @param details why, for logs
     */
    void close(String details);

    /**
     * Breaks both connections off.
     *
     * @param details why, for logs
     */
    void reset(String details);

    /**
     * Reads a property that only the gateway knows, such as {@code source.address} or {@code upstream.address}, in the
     * encodings of the ABI reference, section 3.12.
     *
     * @return OK with the value set, or NOT_FOUND
     */
    Status property(PropertyPath path, ResultBytes value);
}
