package dev.portafilter.test.compare;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server behind a side that speaks HTTP/2 in clear text. Thread-safe. */
final class Http2StubServer implements Stub {
    /** How long a request may take to be over. */
    private static final int PATIENCE_MILLIS = 60_000;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel server;
    private final String name;
    private final Answer fallback;
    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<Http2Stream> streams = new ArrayList<>();
    private int busy;

    Http2StubServer(String name, Answer fallback) throws IOException {
        this.name = name;
        this.fallback = fallback;
        ChannelInitializer<Channel> accepting = new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel stream) {
                accepted(new Http2Stream(false, stream));
            }
        };
        try {
            server = new ServerBootstrap()
                    .group(loops)
                    .channel(NioServerSocketChannel.class)
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel created) {
                            created.pipeline()
                                    .addLast(
                                            Http2FrameCodecBuilder.forServer().build(),
                                            new Http2MultiplexHandler(accepting));
                        }
                    })
                    .bind("127.0.0.1", 0)
                    .sync()
                    .channel();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private synchronized void accepted(Http2Stream stream) {
        streams.add(stream);
        busy++;
        Answer next = answers.poll();
        Answer answer = next == null ? fallback : next;
        Thread thread = new Thread(() -> serve(stream, answer), "compare-" + name + "-stream");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(Http2Stream stream, Answer answer) {
        try {
            boolean came = Patience.until(PATIENCE_MILLIS, answer.early() ? stream::begun : stream::over);
            if (came) {
                play(stream, answer);
            }
            boolean unused = Patience.until(PATIENCE_MILLIS, stream::over);
        } finally {
            done();
        }
    }

    private static void play(Http2Stream stream, Answer answer) {
        MessageParser parser = new MessageParser(false, stream.headRequest(), stream);
        for (Step step : answer.steps()) {
            if (step instanceof Step.Send send) {
                parser.take(send.bytes());
            } else if (step instanceof Step.Pause pause) {
                Patience.pause(pause.millis());
            } else if (step instanceof Step.Reset) {
                stream.reset();
            } else if (step instanceof Step.Close) {
                stream.disconnect();
            } else if (step instanceof Step.HalfClose) {
                parser.close();
            }
        }
    }

    private synchronized void done() {
        busy--;
    }

    @Override
    public int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    @Override
    public synchronized void answer(List<Answer> next) {
        answers.clear();
        answers.addAll(next);
    }

    @Override
    public synchronized List<String> seen() {
        List<String> seen = new ArrayList<>();
        streams.forEach(stream -> seen.addAll(stream.seen()));
        return seen;
    }

    @Override
    public synchronized void forget() {
        streams.clear();
    }

    @Override
    public synchronized boolean idle() {
        return busy == 0;
    }

    @Override
    public void close() {
        Future<?> unused = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
