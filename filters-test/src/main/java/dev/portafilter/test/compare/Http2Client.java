package dev.portafilter.test.compare;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Plays the client of an exchange over HTTP/2 in clear text, on a connection of its own. */
final class Http2Client {
    private static final int PATIENCE_MILLIS = 5_000;

    private Http2Client() {}

    /** What the client saw. */
    static List<String> play(int port, Exchange exchange) throws IOException {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            Http2Stream stream = open(loops, port);
            MessageParser parser = new MessageParser(true, false, stream);
            for (Step step : exchange.client()) {
                if (step instanceof Step.Send send) {
                    parser.take(send.bytes());
                } else if (step instanceof Step.Pause pause) {
                    Patience.pause(pause.millis());
                } else if (step instanceof Step.Reset) {
                    stream.reset();
                    return List.of();
                } else if (step instanceof Step.Close) {
                    stream.disconnect();
                    return List.of();
                }
            }
            boolean unused = Patience.until(PATIENCE_MILLIS, stream::over);
            return stream.seen();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } finally {
            Future<?> unused = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    private static Http2Stream open(EventLoopGroup loops, int port) throws InterruptedException, ExecutionException {
        ChannelInitializer<Channel> nothing = new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel pushed) {}
        };
        Channel connection = new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel created) {
                        created.pipeline()
                                .addLast(
                                        Http2FrameCodecBuilder.forClient().build(), new Http2MultiplexHandler(nothing));
                    }
                })
                .connect("127.0.0.1", port)
                .sync()
                .channel();
        AtomicReference<Http2Stream> stream = new AtomicReference<>();
        Channel unused = new Http2StreamChannelBootstrap(connection)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel created) {
                        stream.set(new Http2Stream(true, created));
                    }
                })
                .open()
                .get();
        return Objects.requireNonNull(stream.get(), "stream");
    }
}
