package dev.portafilter.gateway.standalone;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The client's or the server's end of clear-text HTTP/2, frame by frame. Frames read as {@code HEADERS {…} end}, {@code
 * DATA text end}, {@code RST 8}.
 */
final class Http2Peer implements AutoCloseable {
    /** One stream. */
    static final class Stream {
        final BlockingQueue<String> frames = new LinkedBlockingQueue<>();
        /** Bytes of data that have left this side. */
        final AtomicLong written = new AtomicLong();

        private Channel channel;

        /** Sends HEADERS, as a head or as trailers: names and values in turn. */
        Stream headers(boolean end, String... lines) {
            Http2Headers headers = new DefaultHttp2Headers();
            for (int i = 0; i < lines.length; i += 2) {
                headers.add(lines[i], lines[i + 1]);
            }
            return write(new DefaultHttp2HeadersFrame(headers, end));
        }

        Stream data(boolean end, String text) {
            byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            ChannelFuture unused = channel.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(bytes), end))
                    .addListener(sent -> written.addAndGet(bytes.length));
            return this;
        }

        Stream reset(long code) {
            return write(new DefaultHttp2ResetFrame(code));
        }

        /** Ends the connection under the stream, with no word in HTTP/2. */
        void disconnect() {
            Channel connection = channel.parent();
            connection.eventLoop().execute(() -> connection.unsafe().closeForcibly());
        }

        private Stream write(Http2StreamFrame frame) {
            ChannelFuture unused = channel.writeAndFlush(frame);
            return this;
        }

        /** Stops or restarts taking what comes. */
        void read(boolean wanted) {
            channel.config().setAutoRead(wanted);
        }

        /** The next frame that has come. */
        String next() throws InterruptedException {
            return String.valueOf(frames.poll(20, TimeUnit.SECONDS));
        }
    }

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel channel;
    /** Streams that the other side has opened. */
    final BlockingQueue<Stream> opened = new LinkedBlockingQueue<>();

    private Http2Peer(int port) throws InterruptedException {
        if (port == 0) {
            channel = new ServerBootstrap()
                    .group(loops)
                    .channel(NioServerSocketChannel.class)
                    .childHandler(initializer(Http2FrameCodecBuilder.forServer()))
                    .bind("127.0.0.1", 0)
                    .sync()
                    .channel();
        } else {
            channel = new Bootstrap()
                    .group(loops)
                    .channel(NioSocketChannel.class)
                    .handler(initializer(Http2FrameCodecBuilder.forClient()))
                    .connect("127.0.0.1", port)
                    .sync()
                    .channel();
        }
    }

    static Http2Peer server() throws InterruptedException {
        return new Http2Peer(0);
    }

    static Http2Peer client(Endpoint endpoint) throws InterruptedException {
        return new Http2Peer(endpoint.port());
    }

    private ChannelInitializer<Channel> initializer(Http2FrameCodecBuilder codec) {
        ChannelInitializer<Channel> ofStream = new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel stream) {
                Stream accepted = new Stream();
                watch(stream, accepted);
                opened.add(accepted);
            }
        };
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel created) {
                created.pipeline().addLast(codec.build(), new Http2MultiplexHandler(ofStream));
            }
        };
    }

    private static void watch(Channel channel, Stream stream) {
        stream.channel = channel;
        channel.pipeline().addLast(new SimpleChannelInboundHandler<Http2StreamFrame>() {
            @Override
            protected void channelRead0(ChannelHandlerContext context, Http2StreamFrame frame) {
                String text = describe(frame);
                if (text != null) {
                    stream.frames.add(text);
                }
            }

            @Override
            public void userEventTriggered(ChannelHandlerContext context, Object event) {
                if (event instanceof Http2ResetFrame reset) {
                    stream.frames.add("RST " + reset.errorCode());
                }
            }
        });
    }

    private static String describe(Http2StreamFrame frame) {
        if (frame instanceof Http2HeadersFrame headers) {
            StringBuilder text = new StringBuilder("HEADERS {");
            headers.headers()
                    .forEach(line -> text.append(text.length() > 9 ? ", " : "")
                            .append(line.getKey())
                            .append(": ")
                            .append(line.getValue()));
            return text.append('}').append(headers.isEndStream() ? " end" : "").toString();
        }
        if (frame instanceof Http2DataFrame data) {
            String text = new String(ByteBufUtil.getBytes(data.content()), StandardCharsets.ISO_8859_1);
            return "DATA " + (text.length() > 100 ? text.length() : text) + (data.isEndStream() ? " end" : "");
        }
        return frame instanceof Http2ResetFrame reset ? "RST " + reset.errorCode() : null;
    }

    Target target() {
        return new Target(Target.Protocol.H2C, "127.0.0.1", ((InetSocketAddress) channel.localAddress()).getPort());
    }

    /** Opens a stream. */
    Stream open() throws Exception {
        Stream stream = new Stream();
        Http2StreamChannel opened = new Http2StreamChannelBootstrap(channel)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel created) {
                        watch(created, stream);
                    }
                })
                .open()
                .get();
        stream.channel = opened;
        return stream;
    }

    /** The next stream that the other side opens. */
    Stream accepted() throws InterruptedException {
        return opened.poll(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        Future<?> unused = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
