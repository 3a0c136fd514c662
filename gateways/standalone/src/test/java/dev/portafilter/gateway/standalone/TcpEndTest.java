package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is told of the bytes of one reading. */
class TcpEndTest {
    private final Vertx vertx = Vertx.vertx();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final EventExecutorGroup loop = new DefaultEventExecutorGroup(1);
    private final TcpEnd end = new TcpEnd((ContextInternal) vertx.getOrCreateContext()) {
        @Override
        void received(byte[] data, boolean end) {
            told.add(new String(data, StandardCharsets.US_ASCII) + (end ? " end" : ""));
        }

        @Override
        void broken(String reason) {
            told.add(reason);
        }

        @Override
        void takes(boolean more) {}

        @Override
        void moved() {}

        @Override
        void gone() {}
    };

    @SuppressWarnings("deprecation") // A loop that can be held up.
    TcpEndTest() {
        channel.pipeline().addLast(loop, end);
    }

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private void read(String text) {
        channel.pipeline().fireChannelRead(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.US_ASCII)));
    }

    /** Lets the loop do what has gathered meanwhile, one after the other. */
    private void gathered(Runnable events) throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        Future<?> waiting = loop.submit(() -> {
            gate.await();
            return null;
        });
        events.run();
        gate.countDown();
        waiting.get();
        // What the last event has left for later comes before the second of these.
        loop.submit(() -> {}).get();
        loop.submit(() -> {}).get();
    }

    @Test
    void bytes_andTheirEnd_areToldAtOnce() throws Exception {
        gathered(() -> {
            read("one");
            read("two");
            channel.pipeline().fireChannelReadComplete();
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        });
        assertThat(told).containsExactly("onetwo end");
    }

    @Test
    void bytes_withoutTheirEnd_areToldByThemselves() throws Exception {
        gathered(() -> {
            read("one");
            channel.pipeline().fireChannelReadComplete();
        });
        gathered(() -> channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE));
        assertThat(told).containsExactly("one", " end");
    }
}
