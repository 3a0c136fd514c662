package dev.portafilter.gateway.standalone;

import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Joins the parts of an HTTP/1.1 body that arrived in one read, so that plugins get as many body callbacks as in Envoy,
 * however the sender cut its chunks. Event loop only.
 */
final class JoinedChunks extends ChannelInboundHandlerAdapter {
    // Beyond it parts would be copied together, which is never meant to happen.
    private static final int MOST_PARTS = Wire.CHUNK_BYTES;

    private @Nullable HttpContent first;
    private @Nullable CompositeByteBuf joined;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof HttpContent content
                && !(message instanceof LastHttpContent)
                && content.decoderResult().isSuccess()) {
            add(context, content);
            // Vert.x counts messages, not bytes, when it holds them for a slow reader.
            if (first != null && first.content().readableBytes() >= Wire.CHUNK_BYTES) {
                pass(context);
            }
            return;
        }
        if (first != null
                && message instanceof LastHttpContent last
                && last.content().isReadable()) {
            // Its bytes belong to the same read; an empty end follows, as it does behind chunks.
            add(context, new DefaultHttpContent(last.content()));
            pass(context);
            super.channelRead(context, last.replace(Unpooled.EMPTY_BUFFER));
            return;
        }
        pass(context);
        super.channelRead(context, message);
    }

    private void add(ChannelHandlerContext context, HttpContent content) {
        if (first == null) {
            first = content;
            return;
        }
        if (joined == null) {
            joined = context.alloc().compositeBuffer(MOST_PARTS);
            joined.addComponent(true, first.content());
            first = new DefaultHttpContent(joined);
        }
        joined.addComponent(true, content.content());
    }

    private void pass(ChannelHandlerContext context) {
        HttpContent passed = first;
        if (passed != null) {
            first = null;
            joined = null;
            context.fireChannelRead(passed);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        pass(context);
        super.channelReadComplete(context);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        pass(context);
        super.channelInactive(context);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        HttpContent left = first;
        first = null;
        joined = null;
        ReferenceCountUtil.release(left);
    }
}
