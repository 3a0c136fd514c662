package dev.portafilter.gateway.standalone;

import dev.portafilter.abi.HeaderMap;
import io.netty.util.AsciiString;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * The client's half of an exchange: what arrives of the request becomes events, and the response is written with honest
 * framing. Once the client is gone, nothing is written and no event comes. Event loop only.
 */
final class ClientSide {
    /** Takes what happens on the client's side. */
    interface Listener {
        /** A part of the body; after the last one the request is complete. */
        void requestBody(byte[] data, boolean last);

        /**
         * The request is complete; not called after a last part of the body.
         *
         * @param trailers null when there are none
         */
        void requestEnd(@Nullable HeaderMap trailers);

        /** The client has gone or reset the stream, or broke the protocol. At most once. */
        void clientGone();

        /** The response can be written on. */
        void clientWritable();
    }

    // How long a connection stays open after an early response, so that the client can read it before it is reset.
    private static final long LINGER_MILLIS = 1_000;
    private static final CharSequence CONNECTION = new AsciiString("connection");
    private static final CharSequence CLOSE = new AsciiString("close");
    private static final CharSequence KEEP_ALIVE = new AsciiString("keep-alive");
    private static final CharSequence TRANSFER_ENCODING = new AsciiString("transfer-encoding");
    private static final CharSequence CONTENT_LENGTH = new AsciiString("content-length");
    private static final CharSequence NOTHING = new AsciiString("0");
    private static final CharSequence CHUNKED = new AsciiString("chunked");

    private final Vertx vertx;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final RequestFacts facts;
    private final boolean http1;
    private boolean requestEnded;
    private boolean responseEnded;
    private boolean gone;
    private boolean closeAfter;
    // Whether the response's head goes out alone, whatever body plugins see.
    private boolean bodiless;
    // How much of the announced response body is still to come; -1 when nothing was announced.
    private long remaining = -1;

    ClientSide(Vertx vertx, HttpServerRequest request, RequestFacts facts) {
        this.vertx = vertx;
        this.request = request;
        this.response = request.response();
        this.facts = facts;
        this.http1 = request.version() != HttpVersion.HTTP_2;
    }

    /** Begins to deliver events. */
    void listen(Listener listener) {
        LastPart parts = new LastPart(vertx, (data, last) -> part(listener, data, last));
        request.handler(chunk -> {
            if (chunk.length() > 0 && http1) {
                part(listener, chunk.getBytes(), false);
            } else if (chunk.length() > 0) {
                parts.add(chunk.getBytes());
            }
        });
        request.endHandler(end -> {
            requestEnded = true;
            if (facts.trailers() != null) {
                parts.flush();
            } else if (parts.end()) {
                return;
            }
            if (!gone && !responseEnded) {
                listener.requestEnd(facts.trailers());
            }
        });
        Handler<Throwable> broken = cause -> lost(listener, parts);
        request.exceptionHandler(broken);
        response.exceptionHandler(broken);
        response.closeHandler(closed -> lost(listener, parts));
        response.drainHandler(drained -> {
            if (!gone && !responseEnded) {
                listener.clientWritable();
            }
        });
    }

    private void part(Listener listener, byte[] data, boolean last) {
        if (!gone && !responseEnded) {
            listener.requestBody(data, last);
        }
    }

    private void lost(Listener listener, LastPart parts) {
        parts.flush();
        if (!gone && !responseEnded) {
            gone = true;
            listener.clientGone();
        }
    }

    /** Whether the response has been written whole, or nobody is there to read it. */
    boolean over() {
        return gone || responseEnded;
    }

    /** Whether the whole request has arrived. */
    boolean requestEnded() {
        return requestEnded || facts.endOfStream();
    }

    /** Whether the response's head was written. */
    boolean responseBegun() {
        return bodiless || response.headWritten();
    }

    /** Whether writing on would only fill memory. */
    boolean full() {
        return !over() && response.writeQueueFull();
    }

    /** Stops or restarts reading the request. */
    void read(boolean wanted) {
        // A paused connection would not tell that its client has gone.
        if (requestEnded() || gone) {
            return;
        }
        if (wanted) {
            request.resume();
        } else {
            request.pause();
        }
    }

    /** What there is of the request is all that can be read of it. */
    void nothingFollows() {
        requestEnded = true;
    }

    /** Tells a client that waits for it to send the body. */
    void sendContinue() {
        if (!over() && !response.headWritten()) {
            ignore(response.writeContinue());
        }
    }

    /** The connection is not to be used for another request. */
    void closeAfterResponse() {
        closeAfter = http1;
    }

    /**
     * Writes the head.
     *
     * @throws IllegalArgumentException when a line cannot be written; nothing was
     */
    void head(HeaderMap headers, boolean endOfStream) {
        if (over()) {
            return;
        }
        int status = HeaderLines.status(headers.get(":status"));
        if (status < 200) {
            throw new IllegalArgumentException(
                    "response :status: \"" + headers.get(":status") + "\" cannot be sent (expected: 200..999)");
        }
        response.setStatusCode(status);
        // Vert.x tells some statuses by an object that goes with the usual phrase.
        if (http1 && !ReasonPhrases.of(status).equals(response.getStatusMessage())) {
            response.setStatusMessage(ReasonPhrases.of(status));
        }
        HeaderLines.addResponse(response.headers(), headers, http1);
        bodiless = status == 204 || status == 304 || isHead();
        long length = HeaderLines.contentLength(headers);
        if (length == -2 || (endOfStream && !bodiless && length > 0)) {
            throw new IllegalArgumentException("response content-length: \"" + headers.get("content-length")
                    + "\" does not fit the body (expected: its number of bytes)");
        }
        boolean http10 = request.version() == HttpVersion.HTTP_1_0;
        boolean stays = http10 && facts.keepAlive() && (length >= 0 || endOfStream || bodiless);
        if ((http10 && !stays) || (http1 && !requestEnded && !facts.endOfStream())) {
            closeAfter = true;
        }
        boolean chunkedHead = isHead() && http1 && !http10 && length < 0 && status != 204 && status != 304;
        boolean lengthAdded = endOfStream && !bodiless && length < 0;
        if (!http1 && lengthAdded) {
            // Vert.x's own idea; HTTP/2 tells the end by itself.
            response.headersEndHandler(sent -> response.headers().remove(CONTENT_LENGTH));
        } else if (closeAfter || stays || chunkedHead) {
            response.headersEndHandler(sent -> lastLines(stays, chunkedHead, lengthAdded));
        }
        if (endOfStream) {
            end(null);
            return;
        }
        if (bodiless) {
            // The body that a plugin sees does not go out; the end does, when it comes.
            return;
        }
        remaining = length;
        if (length < 0) {
            response.setChunked(true);
        }
        ignore(http10 ? response.write(Buffer.buffer()) : response.writeHead());
    }

    /** The lines that come after all others, where Envoy has them. */
    private void lastLines(boolean stays, boolean chunkedHead, boolean lengthAdded) {
        MultiMap lines = response.headers();
        if (chunkedHead) {
            // As the answer to GET would be.
            lines.set(TRANSFER_ENCODING, CHUNKED);
        }
        if (!closeAfter && !stays) {
            return;
        }
        lines.set(CONNECTION, closeAfter ? CLOSE : KEEP_ALIVE);
        if (lines.contains(TRANSFER_ENCODING)) {
            lines.remove(TRANSFER_ENCODING);
            lines.set(TRANSFER_ENCODING, CHUNKED);
        }
        if (lengthAdded) {
            lines.remove(CONTENT_LENGTH);
            lines.set(CONTENT_LENGTH, NOTHING);
        }
    }

    private boolean isHead() {
        return request.method().equals(HttpMethod.HEAD);
    }

    /** Writes a part of the body. A body that does not fit its announced length breaks the response off. */
    void body(byte[] data, boolean endOfStream) {
        if (over()) {
            return;
        }
        if (bodiless) {
            if (endOfStream) {
                end(null);
            }
            return;
        }
        if (remaining >= 0) {
            remaining -= data.length;
            if (remaining < 0 || (endOfStream && remaining > 0)) {
                reset();
                return;
            }
        }
        if (endOfStream) {
            end(data.length == 0 ? null : Buffer.buffer(data));
        } else if (data.length > 0) {
            ignore(response.write(Buffer.buffer(data)));
        }
    }

    /** Writes trailers and ends the response; where the wire has no place for them they are dropped. */
    void trailers(HeaderMap trailers) {
        if (over()) {
            return;
        }
        if (remaining > 0) {
            reset();
            return;
        }
        HeaderLines.addTrailers(response.trailers(), trailers);
        end(null);
    }

    private void end(@Nullable Buffer last) {
        // At once: the end of a stream of HTTP/2 is told from within, and is no client that has gone.
        responseEnded = true;
        if (closeAfter) {
            // Before Vert.x announces the next request, which it does from within the end of this response.
            ClientConnection.of(request.connection()).lastResponse();
        }
        Future<Void> written = last == null ? response.end() : response.end(last);
        if (!http1) {
            if (!requestEnded) {
                // Nothing more is wanted of the request; NO_ERROR says so without spoiling the response.
                ignore(written.compose(done -> requestEnded ? Future.succeededFuture() : response.reset(0)));
            }
            return;
        }
        if (!closeAfter) {
            if (!requestEnded) {
                request.resume();
            }
            return;
        }
        if (requestEnded || facts.endOfStream()) {
            written.onComplete(done -> ignore(request.connection().close()));
            return;
        }
        request.resume();
        long timer = vertx.setTimer(
                LINGER_MILLIS, expired -> ignore(request.connection().close()));
        request.endHandler(end -> {
            requestEnded = true;
            vertx.cancelTimer(timer);
            written.onComplete(done -> ignore(request.connection().close()));
        });
    }

    /** Breaks the exchange off: the client sees a reset stream or a closed connection. No event follows. */
    void reset() {
        if (gone) {
            return;
        }
        gone = true;
        if (http1) {
            ignore(request.connection().close());
        } else {
            // INTERNAL_ERROR: what Envoy sends for a local reset.
            ignore(response.reset(2));
        }
    }

    private static void ignore(Future<?> future) {
        // The outcome arrives as an event of the request or response as well.
        future.onComplete(done -> {});
    }
}
