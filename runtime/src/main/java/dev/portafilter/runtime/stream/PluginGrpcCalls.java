package dev.portafilter.runtime.stream;

import dev.portafilter.abi.CallToken;
import dev.portafilter.abi.GrpcCallHead;
import dev.portafilter.abi.GrpcTarget;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.Status;
import dev.portafilter.runtime.plugin.PluginLimits;
import dev.portafilter.runtime.service.GrpcCall;
import dev.portafilter.runtime.service.GrpcCallListener;
import dev.portafilter.runtime.service.GrpcCallRequest;
import dev.portafilter.runtime.service.GrpcCallTransport;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC calls and streams of one VM. A token lives until the guest has been told the end; that of a stream until the
 * guest has closed it, too. Worker thread only. Source: ABI reference, section 3.8.
 */
final class PluginGrpcCalls {
    /** The two low bits of a token tell the kind of callout: 1 for a call, 2 for a stream. */
    private static final int TOKEN_STEP = 4;

    private static final long NO_TIMEOUT = -1;
    private static final int FIRST_CALL = 1;
    private static final int FIRST_STREAM = 2;
    private static final int GRPC_OK = 0;
    private static final int GRPC_INTERNAL = 13;

    private final Worker worker;
    private final PluginLimits limits;
    private final Map<Integer, Exchange> live = new HashMap<>();
    // Streams that the server has ended and the guest has not closed; the oldest first.
    private final Set<Integer> endedStreams = new LinkedHashSet<>();
    private int lastCall = FIRST_CALL;
    private int lastStream = FIRST_STREAM;

    PluginGrpcCalls(Worker worker, PluginLimits limits) {
        this.worker = worker;
        this.limits = limits;
    }

    Status call(PluginContext root, GrpcCallHead head, byte[] message, int timeoutMillis, CallToken token) {
        if (!knows(head.target())) {
            return Status.PARSE_FAILURE;
        }
        lastCall = next(lastCall);
        if (message.length > limits.grpcMessageBytes()) {
            warnOfSize(root, message);
            return Status.INTERNAL_FAILURE;
        }
        UnaryCall call = new UnaryCall(root, lastCall);
        Status status = start(call, head, Integer.toUnsignedLong(timeoutMillis));
        if (status == Status.OK) {
            call.send(message, true);
            token.set(call.token);
        }
        return status;
    }

    Status stream(PluginContext root, GrpcCallHead head, CallToken token) {
        if (!knows(head.target())) {
            return Status.PARSE_FAILURE;
        }
        lastStream = next(lastStream);
        Stream stream = new Stream(root, lastStream);
        Status status = start(stream, head, NO_TIMEOUT);
        if (status == Status.OK) {
            token.set(stream.token);
        }
        return status;
    }

    Status send(PluginContext root, int token, byte[] message, boolean endOfStream) {
        Exchange exchange = find(root, token);
        if (exchange == null) {
            return Status.NOT_FOUND;
        }
        if (message.length > limits.grpcMessageBytes()) {
            warnOfSize(root, message);
            return Status.BAD_ARGUMENT;
        }
        exchange.send(message, endOfStream);
        return Status.OK;
    }

    Status cancel(PluginContext root, int token) {
        Exchange exchange = find(root, token);
        if (exchange == null) {
            return Status.NOT_FOUND;
        }
        forget(exchange);
        exchange.cancel();
        return Status.OK;
    }

    Status close(PluginContext root, int token) {
        Exchange exchange = find(root, token);
        if (exchange == null) {
            return Status.NOT_FOUND;
        }
        exchange.close();
        return Status.OK;
    }

    /** The number of calls and streams that are not over. */
    int count() {
        return live.size() - endedStreams.size();
    }

    /** Cancels what one plugin has started; nothing of it is delivered afterwards. */
    void cancelAll(PluginContext root) {
        for (Exchange exchange : live.values().toArray(Exchange[]::new)) {
            if (exchange.root == root) {
                forget(exchange);
                exchange.cancel();
            }
        }
    }

    /** Cancels everything; nothing is delivered afterwards. */
    void cancelAll() {
        Exchange[] all = live.values().toArray(Exchange[]::new);
        live.clear();
        endedStreams.clear();
        for (Exchange exchange : all) {
            exchange.cancel();
        }
    }

    /** A name must be one of a cluster; what a GrpcService names is looked up when the call starts. */
    private boolean knows(GrpcTarget target) {
        return target.service() || worker.services().grpcCalls().knows(target.cluster());
    }

    private Status start(Exchange exchange, GrpcCallHead head, long timeoutMillis) {
        GrpcCallTransport transport = worker.services().grpcCalls();
        GrpcTarget target = head.target();
        if (count() >= limits.grpcCalls()) {
            exchange.root.warn("proxy_grpc_call: " + count() + " calls are under way (expected: at most grpcCalls="
                    + limits.grpcCalls() + ")");
            return Status.INTERNAL_FAILURE;
        }
        if (!transport.knows(target.cluster())) {
            exchange.root.warn("proxy_grpc_call: cluster \"" + target.cluster() + "\" is unknown (expected: one of the"
                    + " gateway's)");
            return Status.INTERNAL_FAILURE;
        }
        int messageBytes = target.messageBytes() == 0
                ? limits.grpcMessageBytes()
                : Math.min(target.messageBytes(), limits.grpcMessageBytes());
        GrpcCall call = transport.start(
                new GrpcCallRequest(
                        target.cluster(),
                        target.authority(),
                        head.path(),
                        head.metadata(),
                        timeoutMillis,
                        messageBytes),
                exchange);
        if (call == null) {
            return Status.INTERNAL_FAILURE;
        }
        exchange.call = call;
        live.put(exchange.token, exchange);
        return Status.OK;
    }

    private @Nullable Exchange find(PluginContext root, int token) {
        Exchange exchange = live.get(token);
        return exchange != null && exchange.root == root ? exchange : null;
    }

    private void forget(Exchange exchange) {
        live.remove(exchange.token, exchange);
        endedStreams.remove(exchange.token);
    }

    /** Remembers an ended stream as long as there are not too many of them: guests may never close theirs. */
    private void rememberEnded(Exchange stream) {
        endedStreams.add(stream.token);
        if (endedStreams.size() > limits.grpcCalls()) {
            Iterator<Integer> oldest = endedStreams.iterator();
            live.remove(oldest.next());
            oldest.remove();
        }
    }

    /** The next token of this kind, after one; counted round, it skips those in use and the beginning. */
    private int next(int token) {
        int next = token;
        do {
            next += TOKEN_STEP;
        } while (next == FIRST_CALL || next == FIRST_STREAM || live.containsKey(next));
        return next;
    }

    private void warnOfSize(PluginContext root, byte[] message) {
        root.warn("proxy_grpc_call: a message has " + message.length + " bytes (expected: at most grpcMessageBytes="
                + limits.grpcMessageBytes() + ")");
    }

    /** What calls and streams have in common: what the transport says is brought to the worker. */
    private abstract class Exchange implements GrpcCallListener {
        final PluginContext root;
        final int token;
        private @Nullable GrpcCall call;

        Exchange(PluginContext root, int token) {
            this.root = root;
            this.token = token;
        }

        void send(byte[] message, boolean last) {
            if (call != null) {
                call.send(message, last);
            }
        }

        void end() {
            if (call != null) {
                call.end();
            }
        }

        void cancel() {
            if (call != null) {
                call.cancel();
            }
        }

        /** The guest has nothing more to say. */
        abstract void close();

        /** Does something on the worker unless the guest has given up the call by then. */
        void deliver(Runnable delivery) {
            worker.execute(() -> {
                if (live.get(token) == this) {
                    delivery.run();
                }
            });
        }
    }

    /** One message each way: the guest hears of the answer or of the failure, and of nothing else. */
    private final class UnaryCall extends Exchange {
        // Transport's side only.
        private byte @Nullable [] answer;

        UnaryCall(PluginContext root, int token) {
            super(root, token);
        }

        @Override
        void close() {
            forget(this);
            cancel();
        }

        @Override
        public void initialMetadata(HeaderMap metadata) {}

        @Override
        public void message(byte[] message) {
            answer = message;
        }

        @Override
        public void closed(int status, byte[] message, HeaderMap trailingMetadata) {
            byte[] answered = answer;
            deliver(() -> {
                if (status != GRPC_OK) {
                    root.grpcClosed(token, status, message);
                } else if (answered == null) {
                    root.grpcClosed(token, GRPC_INTERNAL, BodyBuffer.EMPTY);
                } else {
                    root.grpcReceived(token, answered);
                }
                forget(this);
            });
        }
    }

    private final class Stream extends Exchange {
        private boolean closedHere;
        private boolean ended;

        Stream(PluginContext root, int token) {
            super(root, token);
        }

        @Override
        void send(byte[] message, boolean last) {
            if (!ended) {
                super.send(message, last);
            }
        }

        @Override
        void close() {
            if (ended) {
                forget(this);
            } else {
                closedHere = true;
                end();
            }
        }

        @Override
        public void initialMetadata(HeaderMap metadata) {
            deliver(() -> root.grpcInitialMetadata(token, metadata));
        }

        @Override
        public void message(byte[] message) {
            deliver(() -> root.grpcReceived(token, message));
        }

        @Override
        public void closed(int status, byte[] message, HeaderMap trailingMetadata) {
            deliver(() -> root.grpcTrailingMetadata(token, trailingMetadata));
            deliver(() -> {
                ended = true;
                rememberEnded(this);
                root.grpcClosed(token, status, message);
                if (closedHere) {
                    forget(this);
                }
            });
        }
    }
}
