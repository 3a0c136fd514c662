package dev.portafilter.gateway.standalone;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.vertx.core.internal.ContextInternal;
import java.io.ByteArrayOutputStream;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One of the two sockets of a {@link TcpConnection}. It stands in Netty's pipeline, since Vert.x' own sockets cannot be
 * half-closed. Both of its directions end on their own; when both have, the socket is closed. Event loop only.
 */
abstract class TcpEnd extends ChannelInboundHandlerAdapter {
    /** How long a socket that was closed here waits for the peer to close it too, so that no data of ours is lost. */
    private static final long LINGER_MILLIS = 1_000;

    private final ContextInternal context;
    private @Nullable Channel channel;
    private @Nullable SocketAddress local;
    private @Nullable SocketAddress remote;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();
    private boolean wanted = true;
    private boolean taken = true;
    private boolean inputEnded;
    private boolean outputEnding;
    private boolean outputEnded;
    // Closed here: what still comes is dropped, and nothing is told any more.
    private boolean lingers;

    TcpEnd(ContextInternal context) {
        this.context = context;
    }

    /** Bytes have come, or the end of them. */
    abstract void received(byte[] data, boolean end);

    /** The socket broke, without having been closed here. */
    abstract void broken(String reason);

    /** Whether more can be sent without piling up. */
    abstract void takes(boolean more);

    /** Something has moved. */
    abstract void moved();

    /** The socket is gone, one way or another. */
    abstract void gone();

    /** Sets the socket, before anything else. */
    final void attach(Channel attached) {
        channel = attached;
        // Reads until nothing is left: an end that is there already is found with the bytes before it.
        attached.config().setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator().respectMaybeMoreData(false));
    }

    @Nullable SocketAddress local() {
        return local;
    }

    @Nullable SocketAddress remote() {
        return remote;
    }

    /** Whether the host wants to be given more. */
    final void setWanted(boolean value) {
        wanted = value;
        adjustReading();
    }

    /** Whether the other socket takes more. */
    final void setTaken(boolean value) {
        taken = value;
        adjustReading();
    }

    private void adjustReading() {
        Channel open = channel;
        if (open != null) {
            open.config().setAutoRead(lingers || wanted && taken);
        }
    }

    /** Sends bytes, perhaps the last ones. */
    final void send(byte[] data, boolean end) {
        Channel open = channel;
        if (open == null || outputEnding) {
            return;
        }
        if (data.length > 0) {
            open.writeAndFlush(Unpooled.wrappedBuffer(data)).addListener(written -> {
                if (written.isSuccess()) {
                    moved();
                }
            });
        }
        if (end) {
            outputEnding = true;
            open.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
                if (written.isSuccess()) {
                    endOutput(open);
                }
            });
        }
    }

    private void endOutput(Channel open) {
        outputEnded = true;
        if (inputEnded) {
            closeNow();
            return;
        }
        ChannelFuture unused = ((DuplexChannel) open).shutdownOutput();
        if (lingers) {
            context.setTimer(LINGER_MILLIS, passed -> closeNow());
        }
    }

    /** Closes the socket once all has been sent; what still comes is dropped. */
    final void closeGently() {
        Channel open = channel;
        if (open == null || lingers) {
            return;
        }
        lingers = true;
        adjustReading();
        if (outputEnded) {
            closeNow();
        } else {
            send(new byte[0], true);
        }
    }

    /** Closes the socket so that the peer sees that it broke. */
    final void reset() {
        Channel open = channel;
        if (open != null) {
            lingers = true;
            if (open.isActive()) {
                open.config().setOption(ChannelOption.SO_LINGER, 0);
            }
            closeNow();
        }
    }

    /** Closes the socket, whatever has not been sent. */
    final void closeNow() {
        Channel open = channel;
        if (open != null) {
            lingers = true;
            ChannelFuture unused = open.close();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        local = active.channel().localAddress();
        remote = active.channel().remoteAddress();
        context.dispatch(this::opened);
        active.fireChannelActive();
    }

    /** The socket is connected. */
    void opened() {}

    @Override
    public void channelRead(ChannelHandlerContext active, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (!lingers) {
                held.writeBytes(ByteBufUtil.getBytes(bytes));
                moved();
            }
        } finally {
            bytes.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext active) {
        if (held.size() > 0) {
            // Behind the end, if it has come with the bytes: then it is told with them, as in Envoy.
            active.executor().execute(this::tellHeld);
        }
        active.fireChannelReadComplete();
    }

    private void tellHeld() {
        if (held.size() > 0) {
            tell(false);
        }
    }

    /** What was read at once is told at once. */
    private void tell(boolean end) {
        byte[] data = held.toByteArray();
        held.reset();
        if (!lingers) {
            context.dispatch(() -> received(data, end));
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext active, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            inputEnded = true;
            moved();
            tell(true);
            if (outputEnded) {
                closeNow();
            }
        }
        active.fireUserEventTriggered(event);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext active) {
        boolean more = active.channel().isWritable();
        context.dispatch(() -> takes(more));
        active.fireChannelWritabilityChanged();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext active, Throwable cause) {
        breakOff(String.valueOf(cause.getMessage()));
        closeNow();
    }

    @Override
    public void channelInactive(ChannelHandlerContext active) {
        breakOff("connection closed");
        context.dispatch(this::gone);
        active.fireChannelInactive();
    }

    private void breakOff(String reason) {
        tellHeld();
        if (!lingers) {
            lingers = true;
            context.dispatch(() -> broken(reason));
        }
    }
}
