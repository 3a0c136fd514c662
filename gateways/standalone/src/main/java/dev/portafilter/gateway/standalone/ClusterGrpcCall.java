package dev.portafilter.gateway.standalone;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.service.GrpcCall;
import dev.portafilter.runtime.service.GrpcCallListener;
import dev.portafilter.runtime.service.GrpcCallRequest;
import dev.portafilter.runtime.service.GrpcResponse;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One gRPC call or stream of a plugin. What the plugin asks for is done on the event loop, and so is all the rest; the
 * listener hears nothing after a cancel.
 */
final class ClusterGrpcCall implements GrpcCall, UpstreamSide.Listener {
    private static final byte[] NOTHING = new byte[0];

    private final Vertx vertx;
    private final Context loop;
    private final GrpcCallRequest request;
    private final UpstreamSide side;
    private final GrpcResponse response;
    private final int queueBytes;
    // Bytes that the plugin has sent and that have not gone on; counted at once, as a plugin may send without end.
    private final AtomicLong waitingBytes = new AtomicLong();
    // The caller's thread only.
    private boolean overflown;
    // Those of them that were written while the connection took no more.
    private long heldBytes;
    private boolean sentAll;
    private boolean over;
    private long timer = -1;

    ClusterGrpcCall(
            Vertx vertx,
            Context loop,
            Clients clients,
            Target target,
            int queueBytes,
            GrpcCallRequest request,
            GrpcCallListener listener) {
        this.vertx = vertx;
        this.loop = loop;
        this.request = request;
        this.queueBytes = queueBytes;
        this.side = new UpstreamSide(vertx, clients, target, this);
        this.response = new GrpcResponse(request, listener);
    }

    void start(String scheme) {
        loop.runOnContext(later -> {
            if (over) {
                return;
            }
            if (request.timeoutMillis() > 0) {
                timer = vertx.setTimer(request.timeoutMillis(), expired -> {
                    if (!over) {
                        response.timedOut();
                        finish();
                    }
                });
            }
            side.head(request.head(scheme), false);
        });
    }

    @Override
    public void send(byte[] message, boolean last) {
        if (overflown) {
            return;
        }
        long waiting = waitingBytes.addAndGet(message.length);
        // One message alone is never too much.
        if (waiting > queueBytes && waiting > message.length) {
            overflown = true;
            loop.runOnContext(later -> overflow());
            return;
        }
        byte[] frame = GrpcResponse.frame(message);
        loop.runOnContext(later -> {
            boolean full = side.full();
            write(frame, last);
            if (full) {
                heldBytes += message.length;
            } else {
                waitingBytes.addAndGet(-message.length);
            }
        });
    }

    @Override
    public void end() {
        loop.runOnContext(later -> write(NOTHING, true));
    }

    @Override
    public void cancel() {
        loop.runOnContext(later -> finish());
    }

    private void write(byte[] data, boolean last) {
        if (!over && !sentAll) {
            sentAll = last;
            side.body(data, last);
        }
    }

    private void overflow() {
        if (!over) {
            response.overflowed();
            finish();
        }
    }

    /** Lets go of the connection, where something is still under way. */
    private void finish() {
        if (over) {
            return;
        }
        over = true;
        if (timer >= 0) {
            vertx.cancelTimer(timer);
        }
        side.reset();
    }

    private void finishWhenOver() {
        if (response.over()) {
            finish();
        }
    }

    @Override
    public void responseHead(HeaderMap headers, boolean endOfStream) {
        response.head(headers, endOfStream);
        finishWhenOver();
    }

    @Override
    public void responseBody(byte[] data, boolean last) {
        response.data(data);
        if (last && !response.over()) {
            response.trailers(null);
        }
        finishWhenOver();
    }

    @Override
    public void responseEnd(@Nullable HeaderMap trailers) {
        response.trailers(trailers);
        finishWhenOver();
    }

    @Override
    public void failed(String reason) {
        response.failed(reason, side.transportFailure());
        finish();
    }

    @Override
    public void upstreamWritable() {
        waitingBytes.addAndGet(-heldBytes);
        heldBytes = 0;
    }
}
