package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LastPartTest {
    private final Vertx vertx = Vertx.vertx();
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final LastPart parts = new LastPart(
            vertx, (data, last) -> seen.add(new String(data, StandardCharsets.US_ASCII) + (last ? " end" : "")));

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** Does something on the event loop, and waits until the loop has done what follows from it. */
    private void onLoop(Consumer<LastPart> action) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Context loop = vertx.getOrCreateContext();
        loop.runOnContext(now -> {
            action.accept(parts);
            vertx.runOnContext(later -> done.complete(null));
        });
        done.get(20, TimeUnit.SECONDS);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void part_beforeTheEnd_isTheLast() throws Exception {
        onLoop(now -> {
            now.add(bytes("one"));
            now.add(bytes("two"));
            assertThat(now.end()).isTrue();
            assertThat(now.end()).isFalse();
        });
        assertThat(seen).containsExactly("one", "two end");
    }

    @Test
    void part_withoutAnEndAtOnce_isNotTheLast() throws Exception {
        onLoop(now -> now.add(bytes("one")));
        assertThat(seen).containsExactly("one");
        onLoop(now -> assertThat(now.end()).isFalse());
    }

    @Test
    void part_beforeTrailers_isNotTheLast() throws Exception {
        onLoop(now -> {
            now.add(bytes("one"));
            now.flush();
        });
        assertThat(seen).containsExactly("one");
    }
}
