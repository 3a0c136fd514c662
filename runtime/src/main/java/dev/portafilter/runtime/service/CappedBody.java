package dev.portafilter.runtime.service;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Collects the body of a response up to a number of bytes; beyond it the exchange fails. */
final class CappedBody implements HttpResponse.BodySubscriber<byte[]> {
    private final int maxBytes;
    private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    // Guarded by this.
    private Flow.@Nullable Subscription subscription;
    private boolean aborted;

    CappedBody(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Takes no more bytes and lets go of the connection. Any thread. */
    void abort() {
        Flow.Subscription current;
        synchronized (this) {
            aborted = true;
            current = subscription;
        }
        if (current != null) {
            current.cancel();
        }
        body.completeExceptionally(new IOException("response body: not wanted any more"));
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
        boolean cancel;
        synchronized (this) {
            cancel = aborted;
            subscription = newSubscription;
        }
        if (cancel) {
            newSubscription.cancel();
        } else {
            newSubscription.request(Long.MAX_VALUE);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            if (body.isDone()) {
                return;
            }
            if (collected.size() + (long) buffer.remaining() > maxBytes) {
                body.completeExceptionally(
                        new IOException("response body: more than " + maxBytes + " bytes (limit: maxResponseBytes)"));
                abort();
                return;
            }
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            collected.writeBytes(bytes);
        }
    }

    @Override
    public void onError(Throwable failure) {
        body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        body.complete(collected.toByteArray());
    }
}
