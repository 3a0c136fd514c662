package dev.portafilter.runtime.stream;

import dev.portafilter.abi.PeerType;
import dev.portafilter.runtime.service.HostClock;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection on its way through a chain of plugins of type NETWORK. The gateway adapter pushes in what arrives
 * from the client and from the upstream; what leaves goes to the {@link TcpExchange}.
 *
 * <p>All methods are for the worker's thread. Arrays that are passed in are owned by the stream afterwards. Events that
 * come too late are ignored, so an adapter need not ask first. The stream ends by itself once both directions have been
 * forwarded to their end, or when either connection breaks; plugins then get {@code on_downstream_connection_close},
 * {@code on_done}, {@code on_log} and {@code on_delete}. Bytes of a client that come before the upstream is connected
 * are shown to plugins only then, as in Envoy. Source: ABI reference, sections 2.3, 2.4, 4.5 and 6.2.
 */
public final class TcpStream {
    private static final String CLOSED_BY_PLUGIN = "wasm_close_stream";
    private static final String PLUGIN_FAILED = "wasm_fail_stream";

    private final Worker worker;
    private final TcpExchange exchange;
    // In configured order; null stands for a plugin that cannot run and fails connections.
    private final @Nullable TcpContext[] contexts;
    private final TcpFlow downstream = new TcpFlow(this, TcpSide.DOWNSTREAM);
    private final TcpFlow upstream = new TcpFlow(this, TcpSide.UPSTREAM);
    private final int bufferLimit;
    private final long startNanos;
    private @Nullable TcpProperties properties;
    private boolean begun;
    private boolean connecting;
    private boolean connected;
    private @Nullable String pendingClose;
    private boolean finished;

    TcpStream(Worker worker, TcpExchange exchange, FilterChain chain) {
        this.worker = worker;
        this.exchange = Objects.requireNonNull(exchange, "exchange");
        this.startNanos = worker.services().clock().monotonicNanos();
        this.contexts = chain.open(this);
        this.bufferLimit = chain.bufferLimit();
    }

    /** A client has connected; once every plugin agrees, the exchange is asked to connect the upstream. */
    public void newConnection() {
        if (begun || finished) {
            return;
        }
        begun = true;
        worker.enter();
        try {
            connection(0);
        } finally {
            worker.leave();
        }
    }

    /** The upstream is connected, so bytes flow. */
    public void upstreamConnected() {
        if (!connecting || connected || finished) {
            return;
        }
        connected = true;
        worker.enter();
        try {
            upstream.start();
            if (!finished) {
                downstream.start();
            }
        } finally {
            worker.leave();
        }
    }

    /**
     * Bytes of the client.
     *
     * @param data empty only with {@code endOfStream}
     * @param endOfStream whether the client has half-closed its connection, so that no more bytes come
     */
    public void downstreamData(byte[] data, boolean endOfStream) {
        arrived(downstream, data, endOfStream);
    }

    /**
     * Bytes of the upstream.
     *
     * @param data empty only with {@code endOfStream}
     * @param endOfStream whether the upstream has half-closed its connection, so that no more bytes come
     */
    public void upstreamData(byte[] data, boolean endOfStream) {
        if (connected) {
            arrived(upstream, data, endOfStream);
        }
    }

    /** The client's connection has broken; the upstream's is broken off. */
    public void downstreamReset() {
        if (!finished) {
            worker.enter();
            try {
                exchange.reset("downstream_remote_disconnect");
                finish(PeerType.REMOTE);
            } finally {
                worker.leave();
            }
        }
    }

    /**
     * The upstream cannot be reached, or its connection has broken: the client's is closed, or broken off too.
     *
     * @param reason in words, for logs
     */
    public void upstreamReset(String reason) {
        if (!finished) {
            worker.enter();
            try {
                if (connected) {
                    exchange.reset(reason);
                } else {
                    exchange.close(reason);
                }
                finish(PeerType.LOCAL);
            } finally {
                worker.leave();
            }
        }
    }

    /**
     * The gateway itself ends the connection: a limit, or its own end.
     *
     * @param details why, for logs
     */
    public void close(String details) {
        if (!finished) {
            worker.enter();
            try {
                closeNow(details);
            } finally {
                worker.leave();
            }
        }
    }

    /** Whether everything is over; nothing is forwarded any more. */
    public boolean finished() {
        return finished;
    }

    private void arrived(TcpFlow flow, byte[] data, boolean endOfStream) {
        if (finished || flow.ended() || data.length == 0 && !endOfStream) {
            return;
        }
        worker.enter();
        try {
            flow.arrived(data, endOfStream);
        } finally {
            worker.leave();
        }
    }

    /** Announces the connection to the plugins from a position on. */
    private void connection(int first) {
        for (int position = first; position < contexts.length; position++) {
            TcpContext context = contexts[position];
            if (context == null) {
                fail();
                return;
            }
            boolean goesOn = context.onNewConnection();
            if (settled() || !goesOn) {
                return;
            }
        }
        connecting = true;
        exchange.connectUpstream();
    }

    /** Lets go the connection or the client's bytes that a plugin holds. */
    void resumeDownstream(TcpContext context) {
        if (finished) {
            return;
        }
        if (context.takeHeldConnection()) {
            connection(position(TcpSide.DOWNSTREAM, context) + 1);
        }
        downstream.resume(context);
    }

    /** Lets go everything that a plugin holds. */
    void resume(TcpContext context) {
        resumeDownstream(context);
        upstream.resume(context);
    }

    TcpExchange exchange() {
        return exchange;
    }

    @Nullable CallbackTrace trace() {
        return worker.trace();
    }

    int bufferLimit() {
        return bufferLimit;
    }

    int pluginCount() {
        return contexts.length;
    }

    /** The plugin at a position of a direction; null for one that cannot run. */
    @Nullable TcpContext at(TcpSide side, int position) {
        return contexts[side == TcpSide.DOWNSTREAM ? position : contexts.length - 1 - position];
    }

    int position(TcpSide side, TcpContext context) {
        for (int position = 0; position < contexts.length; position++) {
            if (at(side, position) == context) {
                return position;
            }
        }
        throw new IllegalStateException("context " + context.id() + " is not of this stream");
    }

    /** A plugin wants the connection closed after its callback. */
    void closePending() {
        pending(CLOSED_BY_PLUGIN);
    }

    /** The running callback has failed the stream, which is closed after it. */
    void failPending() {
        pending(PLUGIN_FAILED);
    }

    private void pending(String details) {
        if (pendingClose == null) {
            worker.afterCall(this::settled);
        }
        pendingClose = details;
    }

    /** Whether the running callback asked for the end of the stream; its result does not count then. */
    boolean endPending() {
        return pendingClose != null;
    }

    /** Does what a callback asked for; true when the stream is over, so the caller must stop. */
    boolean settled() {
        String details = pendingClose;
        if (!finished && details != null) {
            closeNow(details);
        }
        return finished;
    }

    /** Fails the stream by policy, outside its own callbacks. */
    void fail() {
        if (!finished) {
            closeNow(PLUGIN_FAILED);
        }
    }

    private void closeNow(String details) {
        exchange.close(details);
        finish(PeerType.LOCAL);
    }

    /** The end of a direction has been forwarded; with the second one the stream is over, closed by who ended last. */
    void endForwarded(TcpSide side) {
        if (!finished && downstream.endForwarded() && upstream.endForwarded()) {
            finish(side == TcpSide.DOWNSTREAM ? PeerType.REMOTE : PeerType.LOCAL);
        }
    }

    private void finish(PeerType peer) {
        if (finished) {
            return;
        }
        finished = true;
        pendingClose = null;
        for (TcpContext context : contexts) {
            if (context != null) {
                context.end(peer);
            }
        }
        worker.streamEnded();
    }

    TcpProperties properties() {
        if (properties == null) {
            properties = new TcpProperties(this);
        }
        return properties;
    }

    /** When the connection began, since the Unix epoch; asked rarely, so derived from the other clock. */
    long startWallNanos() {
        HostClock clock = worker.services().clock();
        return clock.wallNanos() - (clock.monotonicNanos() - startNanos);
    }

    /** Time since the connection began. */
    long durationNanos() {
        return worker.services().clock().monotonicNanos() - startNanos;
    }

    /** The number of bytes that have come from a side. */
    long byteCount(TcpSide side) {
        return (side == TcpSide.DOWNSTREAM ? downstream : upstream).byteCount();
    }
}
