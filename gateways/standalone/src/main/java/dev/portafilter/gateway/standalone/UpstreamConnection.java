package dev.portafilter.gateway.standalone;

import dev.portafilter.abi.HeaderMap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to a server. Vert.x cannot send trailers with a request, does not say whether an HTTP/2 response ends with
 * its head, writes bytes above 0x7f of an HTTP/1.1 request's header values as question marks, and waits for the rest of what a
 * server says unasked; all of it is put right in Netty's pipeline, below Vert.x. Event loop only.
 */
final class UpstreamConnection {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamConnection.class);
    // Checked already: by the runtime, and by Vert.x.
    private static final HttpHeadersFactory UNCHECKED =
            DefaultHttpHeadersFactory.trailersFactory().withValidation(false);
    private static final AttributeKey<UpstreamConnection> KEY =
            AttributeKey.valueOf(UpstreamConnection.class, "connection");

    private final Channel channel;
    private final @Nullable Http2ConnectionHandler http2;
    // HTTP/1.1 only: what the next last chunk on this connection carries.
    private @Nullable HeaderMap trailers;
    // HTTP/2 only: whether the head that is being announced right now ends its stream.
    private boolean headEndsStream;

    private UpstreamConnection(Channel channel) {
        this.channel = channel;
        this.http2 = channel.pipeline().get(Http2ConnectionHandler.class);
    }

    /** Begins to watch a new connection. */
    static void watch(HttpConnection connection) {
        connection.exceptionHandler(cause -> LOG.debug("server {}: {}", connection.remoteAddress(), cause.toString()));
        Channel channel = ((ConnectionBase) connection).channel();
        UpstreamConnection watched = new UpstreamConnection(channel);
        channel.attr(KEY).set(watched);
        Http2ConnectionHandler http2 = watched.http2;
        if (http2 != null) {
            Http2FrameListener listener = http2.decoder().frameListener();
            http2.decoder().frameListener(watched.new Frames(listener));
        } else {
            channel.pipeline().addBefore("handler", "portafilter-chunks", new JoinedChunks());
            UnaskedBytes unasked = new UnaskedBytes(connection);
            channel.pipeline().addBefore("handler", "portafilter", watched.new Messages(unasked));
            String codec = channel.pipeline().context(HttpClientCodec.class).name();
            channel.pipeline().addBefore(codec, "portafilter-unasked", unasked);
        }
    }

    /** The watched connection behind a Vert.x connection. */
    static UpstreamConnection of(HttpConnection connection) {
        return ((ConnectionBase) connection).channel().attr(KEY).get();
    }

    /** Whether the head that Vert.x announces is certain to be the whole message. */
    boolean headEndsStream() {
        return headEndsStream;
    }

    /**
     * Ends a request with trailers.
     *
     * @param written the last thing that was written for the request
     */
    void end(HttpClientRequest request, HeaderMap lines, Future<Void> written) {
        if (http2 == null) {
            trailers = lines;
            request.end().onComplete(sent -> {});
            return;
        }
        // Trailers pass Vert.x by, so they wait until it has let go of all that comes before them. What it then sends
        // as
        // the end meets a stream that is closed on our side and is dropped there.
        written.onComplete(done -> {
            if (done.succeeded()) {
                Http2Headers frame = new DefaultHttp2Headers(false);
                for (int i = 0; i < lines.count(); i++) {
                    frame.add(new AsciiString(lines.name(i), false), new AsciiString(lines.value(i), false));
                }
                ChannelHandlerContext context = channel.pipeline().context(http2);
                int streamId = (int) request.streamId();
                ChannelFuture unused =
                        http2.encoder().writeHeaders(context, streamId, frame, 0, true, channel.newPromise());
                channel.flush();
                request.end().onComplete(dropped -> {});
            }
        });
    }

    private final class Messages extends ChannelDuplexHandler {
        // Whether what comes belongs to an informational response that nobody waits for.
        private boolean skipping;
        private final UnaskedBytes unasked;
        // Whether what comes belongs to the response that ends its exchange.
        private boolean last;

        Messages(UnaskedBytes unasked) {
            this.unasked = unasked;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            if (message instanceof HttpResponse response
                    && response.decoderResult().isSuccess()) {
                int status = response.status().code();
                // Vert.x takes these for final ones; 100 and 103 it knows, and 101 is none.
                skipping = status / 100 == 1 && status > 101 && status != 103;
                last = status / 100 != 1;
            }
            if (skipping) {
                skipping = !(message instanceof LastHttpContent);
                ReferenceCountUtil.release(message);
                return;
            }
            if (last && message instanceof LastHttpContent) {
                last = false;
                unasked.answered();
            }
            super.channelRead(context, message);
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
            Object written = message;
            if (message instanceof HttpRequest request) {
                unasked.asked();
                keepBytes(request.headers());
            }
            HeaderMap lines = trailers;
            if (lines != null && message instanceof LastHttpContent last) {
                trailers = null;
                DefaultLastHttpContent replaced = new DefaultLastHttpContent(last.content(), UNCHECKED);
                for (int i = 0; i < lines.count(); i++) {
                    replaced.trailingHeaders().add(new AsciiString(lines.name(i), false), ascii(lines.value(i)));
                }
                written = replaced;
            }
            super.write(context, written, promise);
        }

        private static AsciiString ascii(byte[] bytes) {
            return new AsciiString(bytes, false);
        }

        private static void keepBytes(HttpHeaders headers) {
            boolean beyond = false;
            for (Map.Entry<String, String> line : headers) {
                String value = line.getValue();
                for (int i = 0; i < value.length() && !beyond; i++) {
                    beyond = value.charAt(i) > 0x7f;
                }
            }
            if (!beyond) {
                return;
            }
            HttpHeaders copy = UNCHECKED.newHeaders();
            for (Map.Entry<String, String> line : headers) {
                copy.add(line.getKey(), ascii(line.getValue().getBytes(StandardCharsets.ISO_8859_1)));
            }
            headers.set(copy);
        }
    }

    private final class Frames extends Http2FrameListenerDecorator {
        Frames(Http2FrameListener listener) {
            super(listener);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext context, int streamId, Http2Headers headers, int padding, boolean endOfStream)
                throws Http2Exception {
            headEndsStream = endOfStream;
            super.onHeadersRead(context, streamId, headers, padding, endOfStream);
            headEndsStream = false;
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext context,
                int streamId,
                Http2Headers headers,
                int streamDependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean endOfStream)
                throws Http2Exception {
            headEndsStream = endOfStream;
            super.onHeadersRead(context, streamId, headers, streamDependency, weight, exclusive, padding, endOfStream);
            headEndsStream = false;
        }
    }
}
