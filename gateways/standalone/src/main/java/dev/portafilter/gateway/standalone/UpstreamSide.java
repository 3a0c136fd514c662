package dev.portafilter.gateway.standalone;

import dev.portafilter.abi.HeaderMap;
import io.netty.channel.ConnectTimeoutException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A request to a server and what comes back: the upstream's half of an exchange, or a call of a plugin. It keeps what is
 * written before the connection is there. Event loop only.
 */
final class UpstreamSide {
    /** Takes what happens on the server's side; after {@link #failed} or {@link #responseEnd} nothing more comes. */
    interface Listener {
        /** A response's head has arrived: {@code :status} first. */
        void responseHead(HeaderMap headers, boolean endOfStream);

        /** A part of the body; after the last one the response is complete. */
        void responseBody(byte[] data, boolean last);

        /**
         * The response is complete; not called after a head or a last part that was complete by itself.
         *
         * @param trailers null when there are none
         */
        void responseEnd(@Nullable HeaderMap trailers);

        /**
         * There is no connection, or it broke.
         *
         * @param reason in Envoy's words
         */
        void failed(String reason);

        /** The request can be written on. */
        void upstreamWritable();
    }

    private static final byte[] NOTHING = new byte[0];
    /** How many bytes of a body are kept until there is a connection before the client has to wait. */
    private static final int MOST_WAITING = 1 << 16;

    private static final Set<String> BODILESS_METHODS = Set.of("GET", "HEAD", "DELETE", "TRACE", "CONNECT");
    /** What a server of HTTP/2 is told whose stream is given up, as Envoy does. */
    private static final long INTERNAL_ERROR = 2;

    static final String CONNECT_FAILED = "remote connection failure";
    static final String CONNECT_LATE = "connection timeout";
    static final String OVERFLOW = "overflow";
    static final String CONNECTION_LOST = "connection termination";
    static final String STREAM_RESET = "remote reset";
    static final String PROTOCOL_ERROR = "protocol error";

    private final Clients clients;
    private final Target target;
    private final Listener listener;
    private final LastPart parts;
    private final Deque<byte[]> waiting = new ArrayDeque<>(2);
    private @Nullable HttpClientRequest request;
    private @Nullable HttpClientResponse response;
    private @Nullable HttpConnection connection;
    private @Nullable HeaderMap waitingHead;
    private @Nullable HeaderMap waitingTrailers;
    private Future<Void> lastWrite = Future.succeededFuture();
    private int waitingSize;
    private String transportFailure = "";
    private boolean waitingEnd;
    private boolean headOnly;
    private boolean isHead;
    private boolean requestEnded;
    private boolean closed;
    private boolean readWanted = true;
    private boolean responseEnded;
    // How much of the announced request body is still to come; -1 when nothing was announced.
    private long remaining = -1;
    private long askedNanos;
    private long readyNanos = -1;

    UpstreamSide(Vertx vertx, Clients clients, Target target, Listener listener) {
        this.parts = new LastPart(vertx, this::part);
        this.clients = clients;
        this.target = target;
        this.listener = listener;
    }

    /** The connection, once there is one. */
    @Nullable HttpConnection connection() {
        return connection;
    }

    /** Time from asking for a connection to having one or giving up, in nanoseconds; -1 before. */
    long readyNanos() {
        return readyNanos;
    }

    /** What the network said when there was no connection, in Envoy's words; nothing when it said nothing. */
    String transportFailure() {
        return transportFailure;
    }

    /** Sends the head, as soon as there is a connection. The map is not kept. */
    void head(HeaderMap headers, boolean endOfStream) {
        waitingHead = headers.copy();
        headOnly = endOfStream;
        isHead = "HEAD".equals(headers.get(":method"));
        askedNanos = System.nanoTime();
        clients.request(target, headers).onComplete(this::connected, this::notConnected);
    }

    private void notConnected(Throwable cause) {
        readyNanos = System.nanoTime() - askedNanos;
        fail(connectReason(cause));
    }

    private String connectReason(Throwable cause) {
        String message = cause instanceof ConnectException ? cause.getMessage() : null;
        if (message != null && message.startsWith("Connection refused")) {
            transportFailure = "delayed connect error: Connection refused";
        }
        if (cause instanceof SSLException) {
            transportFailure = "TLS_error: " + cause.getMessage();
        }
        if (cause instanceof ConnectionPoolTooBusyException) {
            return OVERFLOW;
        }
        boolean late = cause instanceof ConnectTimeoutException || cause instanceof TimeoutException;
        return late ? CONNECT_LATE : CONNECT_FAILED;
    }

    private void connected(HttpClientRequest connected) {
        readyNanos = System.nanoTime() - askedNanos;
        connected.exceptionHandler(cause -> fail(brokenReason(cause)));
        if (closed) {
            discard(connected.reset(INTERNAL_ERROR));
            return;
        }
        HeaderMap headers = Objects.requireNonNull(waitingHead);
        waitingHead = null;
        request = connected;
        connection = connected.connection();
        connected.drainHandler(drained -> {
            if (!closed && !requestEnded) {
                listener.upstreamWritable();
            }
        });
        connected.response().onComplete(this::answered, cause -> fail(brokenReason(cause)));
        try {
            writeHead(connected, headers);
        } catch (IllegalArgumentException e) {
            reset();
            listener.failed(PROTOCOL_ERROR);
        }
    }

    /** Whether a request of this method without a body says so by its length; for the others no body is what is expected. */
    private static boolean mayHaveBody(@Nullable String method) {
        return method != null && !BODILESS_METHODS.contains(method);
    }

    private void writeHead(HttpClientRequest connected, HeaderMap headers) {
        String host = headers.get(":authority");
        if (connected.version() != HttpVersion.HTTP_2) {
            connected.headers().add("host", host == null ? "" : host);
        }
        HeaderLines.addRequest(connected.headers(), headers, connected.version() != HttpVersion.HTTP_2);
        remaining = HeaderLines.contentLength(headers);
        if (remaining == -2 || (headOnly && remaining > 0)) {
            throw new IllegalArgumentException("request content-length: \"" + headers.get("content-length")
                    + "\" does not fit the body (expected: its number of bytes)");
        }
        if (headOnly) {
            if (remaining < 0 && connected.version() != HttpVersion.HTTP_2 && mayHaveBody(headers.get(":method"))) {
                connected.headers().add("content-length", "0");
            }
            requestEnded = true;
            discard(connected.end());
            return;
        }
        if (remaining < 0) {
            connected.setChunked(true);
        }
        lastWrite = connected.writeHead();
        discard(lastWrite);
        for (byte[] data = waiting.poll(); data != null; data = waiting.poll()) {
            write(connected, data, false);
        }
        HeaderMap trailers = waitingTrailers;
        if (trailers != null) {
            waitingTrailers = null;
            writeTrailers(connected, trailers);
        } else if (waitingEnd) {
            write(connected, NOTHING, true);
        } else if (!closed && !requestEnded) {
            listener.upstreamWritable();
        }
    }

    /** Sends a part of the body. */
    void body(byte[] data, boolean endOfStream) {
        HttpClientRequest connected = request;
        if (connected != null) {
            write(connected, data, endOfStream);
        } else if (!closed) {
            if (data.length > 0) {
                waiting.add(data);
                waitingSize += data.length;
            }
            waitingEnd = endOfStream;
        }
    }

    private void write(HttpClientRequest connected, byte[] data, boolean endOfStream) {
        if (closed || requestEnded) {
            return;
        }
        if (remaining >= 0) {
            remaining -= data.length;
            if (remaining < 0 || (endOfStream && remaining > 0)) {
                reset();
                listener.failed(PROTOCOL_ERROR);
                return;
            }
        }
        if (endOfStream) {
            requestEnded = true;
            discard(data.length == 0 ? connected.end() : connected.end(Buffer.buffer(data)));
        } else if (data.length > 0) {
            lastWrite = connected.write(Buffer.buffer(data));
            discard(lastWrite);
        }
    }

    /** Sends trailers and ends the request; a body of fixed length over HTTP/1.1 has no place for them. */
    void trailers(HeaderMap trailers) {
        HttpClientRequest connected = request;
        if (connected != null) {
            writeTrailers(connected, trailers);
        } else if (!closed) {
            waitingTrailers = trailers.copy();
            waitingEnd = true;
        }
    }

    private void writeTrailers(HttpClientRequest connected, HeaderMap trailers) {
        if (closed || requestEnded) {
            return;
        }
        if (remaining > 0) {
            reset();
            listener.failed(PROTOCOL_ERROR);
            return;
        }
        requestEnded = true;
        if (remaining == 0 && connected.version() != HttpVersion.HTTP_2) {
            discard(connected.end());
        } else {
            UpstreamConnection.of(connected.connection()).end(connected, trailers.copy(), lastWrite);
        }
    }

    /** Whether writing on would only fill memory. */
    boolean full() {
        HttpClientRequest connected = request;
        if (closed || requestEnded) {
            return false;
        }
        return connected == null ? waitingSize >= MOST_WAITING : connected.writeQueueFull();
    }

    private void answered(HttpClientResponse answer) {
        if (closed) {
            return;
        }
        response = answer;
        answer.exceptionHandler(cause -> fail(brokenReason(cause)));
        if (!framedPlainly(answer)) {
            fail(PROTOCOL_ERROR);
            return;
        }
        int status = answer.statusCode();
        HeaderMap headers = new HeaderMap();
        headers.add(":status", Integer.toString(status));
        HeaderLines.readResponse(headers, answer.headers());
        HttpConnection answering = answer.request().connection();
        if (status == 204) {
            headers.remove("content-length");
        }
        boolean complete = answer.version() == HttpVersion.HTTP_2
                ? UpstreamConnection.of(answering).headEndsStream()
                : isHead || status == 204 || status == 304 || HeaderLines.contentLength(headers) == 0;
        boolean http2 = answer.version() == HttpVersion.HTTP_2;
        answer.handler(chunk -> {
            if (chunk.length() > 0 && http2) {
                parts.add(chunk.getBytes());
            } else if (chunk.length() > 0) {
                part(chunk.getBytes(), false);
            }
        });
        answer.endHandler(end -> ended(answer));
        responseEnded = complete;
        if (!readWanted && !complete) {
            answer.pause();
        }
        listener.responseHead(headers, complete);
    }

    private void part(byte[] data, boolean last) {
        if (!closed && !responseEnded) {
            responseEnded = last;
            listener.responseBody(data, last);
        }
    }

    /** Whether the body is not coded for the way, but for chunks: what it would be coded with is unknown behind the gateway. */
    private static boolean framedPlainly(HttpClientResponse answer) {
        List<String> codings = answer.headers().getAll("transfer-encoding");
        return codings.isEmpty() || (codings.size() == 1 && codings.get(0).equalsIgnoreCase("chunked"));
    }

    private void ended(HttpClientResponse answer) {
        if (closed || responseEnded) {
            return;
        }
        HeaderMap trailers = HeaderLines.trailers(answer.trailers());
        if (trailers.count() > 0) {
            parts.flush();
        } else if (parts.end()) {
            return;
        }
        responseEnded = true;
        listener.responseEnd(trailers.count() == 0 ? null : trailers);
    }

    /** Stops or restarts reading the response. */
    void read(boolean wanted) {
        readWanted = wanted;
        HttpClientResponse answer = response;
        if (answer == null || responseEnded || closed) {
            return;
        }
        if (wanted) {
            answer.resume();
        } else {
            answer.pause();
        }
    }

    /** The server is not wanted any longer: no event follows, and what is under way is broken off. */
    void reset() {
        if (closed) {
            return;
        }
        closed = true;
        waiting.clear();
        HttpClientRequest connected = request;
        HttpClientResponse answer = response;
        if (answer != null && !responseEnded) {
            // A paused response would keep its connection from being closed.
            answer.resume();
        }
        if (connected != null && !(requestEnded && responseEnded)) {
            discard(connected.reset(INTERNAL_ERROR));
        }
    }

    private void fail(String reason) {
        // What came before it came.
        parts.flush();
        if (!closed && !responseEnded) {
            reset();
            listener.failed(reason);
        }
    }

    private static String brokenReason(Throwable cause) {
        if (cause instanceof StreamResetException) {
            return STREAM_RESET;
        }
        return cause instanceof IOException || cause instanceof VertxException ? CONNECTION_LOST : PROTOCOL_ERROR;
    }

    private static void discard(Future<?> future) {
        // The outcome arrives as an event of the request or response as well.
        future.onComplete(done -> {});
    }
}
