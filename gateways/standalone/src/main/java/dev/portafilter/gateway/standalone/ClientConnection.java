package dev.portafilter.gateway.standalone;

import dev.portafilter.runtime.stream.FilterState;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that a client made. Vert.x neither hands out the trailers of requests nor says whether an HTTP/2 request
 * ends with its head; both can be seen in Netty's pipeline, one step before Vert.x. Event loop only.
 */
final class ClientConnection {
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);
    private static final AttributeKey<ClientConnection> KEY =
            AttributeKey.valueOf(ClientConnection.class, "connection");

    private final long id;
    // HTTP/1.1 only: facts of requests that Vert.x has read and not yet announced, oldest first.
    private final Deque<RequestFacts> read = new ArrayDeque<>(2);
    // HTTP/2 only: facts of the request that is being announced right now.
    private @Nullable RequestFacts announced;
    private final @Nullable Http2Connection http2;
    private final FilterState filterState = new FilterState();
    // HTTP/1.1 only: whether an exchange is under way, and how many there have been.
    private boolean busy;
    private long begun;
    // Whether the last response has been written, or is being written.
    private boolean closing;

    private ClientConnection(long id, @Nullable Http2Connection http2) {
        this.id = id;
        this.http2 = http2;
    }

    /** What plugins have stored for the requests of this connection. */
    FilterState filterState() {
        return filterState;
    }

    /** Begins to watch a new connection. */
    static void watch(HttpConnection connection, long id) {
        // Without it Vert.x logs every client that goes away as an error.
        connection.exceptionHandler(cause -> LOG.debug("client {}: {}", connection.remoteAddress(), cause.toString()));
        Channel channel = ((ConnectionBase) connection).channel();
        Http2ConnectionHandler http2 = channel.pipeline().get(Http2ConnectionHandler.class);
        ClientConnection watched = new ClientConnection(id, http2 == null ? null : http2.connection());
        channel.attr(KEY).set(watched);
        if (http2 != null) {
            Http2FrameListener listener = http2.decoder().frameListener();
            http2.decoder().frameListener(watched.new Frames(listener, http2.connection()));
        } else {
            channel.pipeline().addBefore("handler", "portafilter-chunks", new JoinedChunks());
            channel.pipeline().addBefore("handler", "portafilter", watched.new Messages());
        }
    }

    /** The watched connection behind a Vert.x connection. */
    static ClientConnection of(HttpConnection connection) {
        return ((ConnectionBase) connection).channel().attr(KEY).get();
    }

    /** The number of this connection, unique in the process. */
    long id() {
        return id;
    }

    /** The facts of the request that Vert.x announces; to be asked exactly once in each announcement. */
    RequestFacts nextRequest(HttpServerRequest request) {
        if (http2 != null) {
            RequestFacts facts = announced;
            announced = null;
            return facts == null ? upgraded(request) : facts;
        }
        RequestFacts facts = read.poll();
        return facts == null ? new RequestFacts(false) : facts;
    }

    /** The facts of the request that an upgrade came with: its head is no frame, and its body comes from elsewhere. */
    private static RequestFacts upgraded(HttpServerRequest request) {
        boolean bodiless =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        return new RequestFacts(bodiless && !request.headers().contains("content-length"));
    }

    /** Whether an exchange is under way that the next one has to wait for. */
    boolean busy() {
        return busy;
    }

    /** An exchange is under way. */
    void began() {
        busy = http2 == null;
        begun++;
    }

    /** The exchange is over; what follows from that in its stream is done first. */
    void ended(Vertx vertx) {
        long ended = begun;
        if (busy) {
            // The next one may have begun by then.
            vertx.runOnContext(later -> busy &= begun != ended);
        }
    }

    /** The response that is being written says that it is the last one; what was sent behind its request is not read. */
    void lastResponse() {
        closing = true;
    }

    /** Whether requests that come now are too late. */
    boolean closing() {
        return closing;
    }

    private final class Messages extends ChannelInboundHandlerAdapter {
        private RequestFacts current = new RequestFacts(false);
        // Whether there is a request that this content belongs to.
        private boolean known;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            if (message instanceof HttpRequest request) {
                String length = request.headers().get("content-length");
                boolean empty = length == null || HeaderLines.number(length) == 0;
                current = new RequestFacts(
                        empty && !HttpUtil.isTransferEncodingChunked(request), HttpUtil.isKeepAlive(request));
                read.add(current);
                known = request.decoderResult().isSuccess();
            }
            if (message instanceof HttpContent content
                    && known
                    && content.decoderResult().isFailure()) {
                ReferenceCountUtil.release(content);
                current.setUnreadable();
                return;
            }
            if (message instanceof LastHttpContent last
                    && !last.trailingHeaders().isEmpty()) {
                current.setTrailers(HeaderLines.trailers(last.trailingHeaders()));
            }
            super.channelRead(context, message);
        }
    }

    private final class Frames extends Http2FrameListenerDecorator {
        private final Http2Connection connection;
        private final Http2Connection.PropertyKey key;

        Frames(Http2FrameListener listener, Http2Connection connection) {
            super(listener);
            this.connection = connection;
            this.key = connection.newKey();
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext context, int streamId, Http2Headers headers, int padding, boolean endOfStream)
                throws Http2Exception {
            seen(streamId, headers, endOfStream);
            super.onHeadersRead(context, streamId, headers, padding, endOfStream);
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
            seen(streamId, headers, endOfStream);
            super.onHeadersRead(context, streamId, headers, streamDependency, weight, exclusive, padding, endOfStream);
        }

        private static List<String> pseudoHeaders(Http2Headers headers) {
            List<String> names = new ArrayList<>(4);
            for (Map.Entry<CharSequence, CharSequence> line : headers) {
                if (line.getKey().length() > 0 && line.getKey().charAt(0) == ':') {
                    names.add(line.getKey().toString());
                }
            }
            return names;
        }

        private void seen(int streamId, Http2Headers headers, boolean endOfStream) {
            Http2Stream stream = connection.stream(streamId);
            if (stream == null) {
                return;
            }
            RequestFacts facts = stream.getProperty(key);
            if (facts == null) {
                RequestFacts first = new RequestFacts(endOfStream);
                first.setPseudoHeaders(pseudoHeaders(headers));
                announced = first;
                stream.setProperty(key, first);
            } else {
                facts.setTrailers(HeaderLines.trailers(headers));
            }
        }
    }
}
