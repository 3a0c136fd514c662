package dev.portafilter.gateway.standalone;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Future;
import io.vertx.core.http.HttpConnection;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection to an HTTP/1.1 server that says more than it was asked: what is left behind a response would be taken
 * for the answer to the next request, which may be another client's. It sits before Netty's decoder. Event loop only.
 */
final class UnaskedBytes extends ChannelInboundHandlerAdapter {
    private static final long WHEN_IDLE_SECONDS = 30;

    private final HttpConnection connection;
    // Requests whose responses have not ended.
    private int awaited;
    // What the decoder has been given and reads right now.
    private @Nullable ByteBuf reading;
    // Whether the decoder may have kept bytes of an earlier read, a part of a line. It copies what it reads next behind
    // them, and from then on nobody but it knows what is left.
    private boolean mayKeep;

    UnaskedBytes(HttpConnection connection) {
        this.connection = connection;
    }

    /** A request begins. */
    void asked() {
        awaited++;
    }

    /** A response has been read to its end; called before anybody else learns of it. */
    void answered() {
        awaited--;
        ByteBuf bytes = reading;
        if (awaited > 0 || bytes == null) {
            return;
        }
        if (mayKeep || bytes.isReadable()) {
            // It is not handed to another request, and closed when this one has ended on our side too.
            Future<Void> unused = connection.shutdown(WHEN_IDLE_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (awaited == 0) {
            ReferenceCountUtil.release(message);
            Future<Void> unused = connection.close();
            return;
        }
        if (!(message instanceof ByteBuf bytes)) {
            super.channelRead(context, message);
            return;
        }
        reading = bytes.retain();
        try {
            super.channelRead(context, message);
        } finally {
            reading = null;
            mayKeep |= bytes.isReadable();
            bytes.release();
        }
    }
}
