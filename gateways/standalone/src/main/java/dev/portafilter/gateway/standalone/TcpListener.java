package dev.portafilter.gateway.standalone;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.vertx.core.internal.VertxInternal;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts TCP connections and deals them out to the event loops in turn. */
final class TcpListener {
    private static final Logger LOG = LoggerFactory.getLogger(TcpListener.class);
    private static final int BACKLOG = 1_024;

    private final Channel channel;
    private final Endpoint endpoint;

    private TcpListener(Channel channel, Endpoint wanted) {
        this.channel = channel;
        this.endpoint = wanted.withPort(((InetSocketAddress) channel.localAddress()).getPort());
    }

    /**
     * Listens; blocks until it does.
     *
     * @throws GatewayException when it cannot
     */
    static TcpListener listen(VertxInternal vertx, Endpoint wanted, List<TcpLoop> loops) {
        Channel created = vertx.transport().serverChannelFactory(false).newChannel();
        created.config().setOption(ChannelOption.SO_BACKLOG, BACKLOG);
        created.config().setOption(ChannelOption.SO_REUSEADDR, true);
        created.pipeline().addLast(new Acceptor(loops));
        Future<?> bound = vertx.acceptorEventLoopGroup().register(created).awaitUninterruptibly();
        if (bound.isSuccess()) {
            bound = created.bind(new InetSocketAddress(wanted.host(), wanted.port()))
                    .awaitUninterruptibly();
        }
        if (!bound.isSuccess()) {
            created.close().awaitUninterruptibly();
            throw new GatewayException(
                    "tcp-listen: " + wanted + " is not possible (" + bound.cause() + ")", bound.cause());
        }
        return new TcpListener(created, wanted);
    }

    /** Where clients connect; the port is the real one. */
    Endpoint endpoint() {
        return endpoint;
    }

    /** Accepts no more; blocks until that is so. */
    void close() {
        channel.close().awaitUninterruptibly();
    }

    private static final class Acceptor extends ChannelInboundHandlerAdapter {
        private static final long PAUSE_MILLIS = 1_000;

        private final List<TcpLoop> loops;
        private int next;

        Acceptor(List<TcpLoop> loops) {
            this.loops = List.copyOf(loops);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            Channel accepted = (Channel) message;
            accepted.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            accepted.config().setOption(ChannelOption.TCP_NODELAY, true);
            loops.get(next).accept(accepted);
            next = (next + 1) % loops.size();
        }

        /** Accepting fails when there are no files left, and would fail again at once. */
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            Channel listener = context.channel();
            LOG.warn(
                    "tcp-listen: a connection could not be accepted ({}); the next try is in {} ms",
                    cause,
                    PAUSE_MILLIS);
            listener.config().setAutoRead(false);
            EventLoop loop = listener.eventLoop();
            Future<?> unused =
                    loop.schedule(() -> listener.config().setAutoRead(true), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
