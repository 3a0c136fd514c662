package dev.portafilter.runtime.stream;

import dev.portafilter.abi.BufferType;
import dev.portafilter.abi.Callback;

/** The side of a TCP connection that bytes come from. */
enum TcpSide {
    /** The client; its bytes pass the plugins in chain order. */
    DOWNSTREAM(Callback.ON_DOWNSTREAM_DATA, BufferType.DOWNSTREAM_DATA),
    /** The upstream; its bytes pass the plugins in the opposite order. */
    UPSTREAM(Callback.ON_UPSTREAM_DATA, BufferType.UPSTREAM_DATA);

    final Callback onData;
    final BufferType buffer;

    TcpSide(Callback onData, BufferType buffer) {
        this.onData = onData;
        this.buffer = buffer;
    }
}
