package dev.portafilter.gateway.standalone;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.service.HttpCallListener;
import dev.portafilter.runtime.service.HttpCallRequest;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/** One HTTP call of a plugin; the listener hears of it once, or never when it was cancelled. Event loop only. */
final class ClusterCall implements UpstreamSide.Listener {
    private static final byte[] NOTHING = new byte[0];

    private final Vertx vertx;
    private final UpstreamSide side;
    private final int bodyBytes;
    private final HttpCallListener listener;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private @Nullable HeaderMap head;
    private long timer = -1;
    private boolean over;

    ClusterCall(Vertx vertx, Clients clients, Target target, int bodyBytes, HttpCallListener listener) {
        this.vertx = vertx;
        this.side = new UpstreamSide(vertx, clients, target, this);
        this.bodyBytes = bodyBytes;
        this.listener = listener;
    }

    void send(HttpCallRequest request) {
        if (over) {
            return;
        }
        if (request.timeoutMillis() > 0) {
            timer = vertx.setTimer(request.timeoutMillis(), expired -> {
                if (end()) {
                    side.reset();
                    if (head == null) {
                        listener.timedOut();
                    } else {
                        listener.broken("the answer took too long");
                    }
                }
            });
        }
        boolean trailers = request.trailers().count() > 0;
        boolean headOnly = request.body().length == 0 && !trailers;
        side.head(request.headers(), headOnly);
        if (headOnly) {
            return;
        }
        if (request.body().length > 0 || !trailers) {
            side.body(request.body(), !trailers);
        }
        if (trailers) {
            side.trailers(request.trailers());
        }
    }

    void cancel() {
        if (end()) {
            side.reset();
        }
    }

    /** Makes sure that only the first outcome counts. */
    private boolean end() {
        if (over) {
            return false;
        }
        over = true;
        if (timer >= 0) {
            vertx.cancelTimer(timer);
        }
        return true;
    }

    @Override
    public void responseHead(HeaderMap headers, boolean endOfStream) {
        head = headers;
        if (endOfStream) {
            responseEnd(null);
        }
    }

    @Override
    public void responseBody(byte[] data, boolean last) {
        if (over) {
            return;
        }
        if (data.length > bodyBytes - body.size()) {
            if (end()) {
                side.reset();
                listener.broken("the answer has more than " + bodyBytes + " bytes");
            }
            return;
        }
        body.write(data, 0, data.length);
        if (last) {
            responseEnd(null);
        }
    }

    @Override
    public void responseEnd(@Nullable HeaderMap trailers) {
        HeaderMap headers = head;
        if (headers != null && end()) {
            // What is left of the request is not wanted after an early answer.
            side.reset();
            listener.answered(
                    headers,
                    body.size() == 0 ? NOTHING : body.toByteArray(),
                    trailers == null ? new HeaderMap() : trailers);
        }
    }

    @Override
    public void failed(String reason) {
        if (!end()) {
            return;
        }
        if (head == null) {
            listener.unreachable(reason);
        } else {
            listener.broken(reason);
        }
    }

    @Override
    public void upstreamWritable() {
        // The whole body is in memory already: there is nobody to slow down.
    }
}
