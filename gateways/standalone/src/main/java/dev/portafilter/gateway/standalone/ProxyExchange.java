package dev.portafilter.gateway.standalone;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import dev.portafilter.runtime.stream.FilterState;
import dev.portafilter.runtime.stream.HttpExchange;
import dev.portafilter.runtime.stream.HttpStream;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its response on their way through the plugins: events of the two sides go into an {@link HttpStream},
 * its commands go to the sides. Here are also the two timers and the rule of back-pressure: a side is read from only
 * while the stream wants more and the other side can be written on.
 *
 * <p>It ends once, in {@link #over}: when the response has been written whole, or either side was broken off for good.
 * Event loop only.
 */
final class ProxyExchange implements HttpExchange, ClientSide.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyExchange.class);
    private static final byte[] NOTHING = new byte[0];

    private final WorkerLoop loop;
    private final ClientSide client;
    private final ClientConnection connection;
    private final RequestFacts facts;
    private final ConnectionProperties properties;
    private final long bodyLimit;
    private @Nullable HttpStream opened;
    private @Nullable UpstreamSide upstream;
    private boolean requestWanted = true;
    private boolean responseWanted = true;
    private boolean requestForwarded;
    private boolean over;
    private long bodyBytes;
    private long lastMoveNanos = System.nanoTime();
    private long idleTimer = -1;
    private long requestTimer = -1;

    private ProxyExchange(WorkerLoop loop, HttpServerRequest request, ClientConnection connection, RequestFacts facts) {
        this.loop = loop;
        this.connection = connection;
        this.facts = facts;
        this.client = new ClientSide(loop.vertx(), request, facts);
        this.properties = new ConnectionProperties(request, connection, loop.upstream());
        this.bodyLimit = loop.limits().bodyBytes();
    }

    /** Begins with a request that has just been announced. */
    static void begin(WorkerLoop loop, HttpServerRequest request) {
        ClientConnection connection = ClientConnection.of(request.connection());
        RequestFacts facts = connection.nextRequest(request);
        if (connection.closing()) {
            return;
        }
        ProxyExchange exchange = new ProxyExchange(loop, request, connection, facts);
        if (connection.busy()) {
            // Announced from within the end of the response before: that one's plugins come first.
            request.pause();
            loop.vertx().runOnContext(later -> {
                request.resume();
                exchange.begin(request);
            });
            return;
        }
        exchange.begin(request);
    }

    private void begin(HttpServerRequest request) {
        try {
            RequestHead head = RequestHead.read(request, facts.pseudoHeaders(), loop.limits());
            start(head, facts.endOfStream());
        } catch (Refusal refusal) {
            refuse(refusal);
        }
    }

    /** Answers a request that could not even be read. */
    static void beginRefused(WorkerLoop loop, HttpServerRequest request, Refusal refusal) {
        ClientConnection connection = ClientConnection.of(request.connection());
        connection.nextRequest(request);
        if (!connection.closing()) {
            new ProxyExchange(loop, request, connection, new RequestFacts(true)).refuse(refusal);
        }
    }

    private void refuse(Refusal refusal) {
        loop.opened(this);
        connection.began();
        if (refusal.closes()) {
            client.closeAfterResponse();
        }
        client.listen(this);
        try {
            opened = loop.worker().openStream(this);
            byte[] body = refusal.text().getBytes(StandardCharsets.UTF_8);
            opened.refuse(refusal.headers(), refusal.status(), body, refusal.details());
        } catch (RuntimeException e) {
            broken(e);
        }
    }

    private void start(RequestHead head, boolean endOfStream) {
        loop.opened(this);
        connection.began();
        facts.whenUnreadable(this::unreadable);
        if (loop.draining() || head.closes()) {
            client.closeAfterResponse();
        }
        client.listen(this);
        armIdleTimer(loop.limits().idleTimeoutMillis());
        if (head.expectsContinue()) {
            // Before plugins can answer, as Envoy does.
            client.sendContinue();
        }
        try {
            opened = loop.worker().openStream(this);
            opened.requestHeaders(head.headers(), endOfStream);
        } catch (RuntimeException e) {
            broken(e);
        }
    }

    /** The stream, which is there before the first event. */
    private HttpStream stream() {
        return Objects.requireNonNull(opened, "stream");
    }

    // Events of the client's side.

    @Override
    public void requestBody(byte[] data, boolean last) {
        moved();
        bodyBytes += data.length;
        if (bodyLimit > 0 && bodyBytes > bodyLimit) {
            client.closeAfterResponse();
            reply(413, "Payload Too Large", "request_payload_too_large");
            return;
        }
        try {
            stream().requestBody(data, last);
        } catch (RuntimeException e) {
            broken(e);
        }
    }

    @Override
    public void requestEnd(@Nullable HeaderMap trailers) {
        moved();
        try {
            if (trailers != null) {
                stream().requestTrailers(trailers);
            } else if (!facts.endOfStream()) {
                stream().requestBody(NOTHING, true);
            }
        } catch (RuntimeException e) {
            broken(e);
        }
    }

    /** The rest of the request is no HTTP. */
    private void unreadable() {
        client.closeAfterResponse();
        client.nothingFollows();
        reply(400, "Bad Request", "http1.codec_error");
    }

    @Override
    public void clientGone() {
        try {
            stream().clientReset();
        } catch (RuntimeException e) {
            LOG.error("exchange: the end of a stream failed", e);
        }
        over();
    }

    @Override
    public void clientWritable() {
        moved();
        readUpstream();
    }

    // Events of the upstream's side.

    private final class FromUpstream implements UpstreamSide.Listener {
        @Override
        public void responseHead(HeaderMap headers, boolean endOfStream) {
            moved();
            try {
                stream().responseHeaders(headers, endOfStream);
            } catch (RuntimeException e) {
                broken(e);
            }
        }

        @Override
        public void responseBody(byte[] data, boolean last) {
            moved();
            try {
                stream().responseBody(data, last);
            } catch (RuntimeException e) {
                broken(e);
            }
        }

        @Override
        public void responseEnd(@Nullable HeaderMap trailers) {
            moved();
            try {
                if (trailers != null) {
                    stream().responseTrailers(trailers);
                } else {
                    stream().responseBody(NOTHING, true);
                }
            } catch (RuntimeException e) {
                broken(e);
            }
        }

        @Override
        public void failed(String reason) {
            moved();
            try {
                stream().upstreamReset(reason);
            } catch (RuntimeException e) {
                broken(e);
            }
        }

        @Override
        public void upstreamWritable() {
            moved();
            readClient();
        }
    }

    // Commands of the stream().

    @Override
    public void forwardRequest(HeaderMap headers, boolean endOfStream) {
        if (over) {
            return;
        }
        String forwarded = headers.get("x-forwarded-proto");
        if (forwarded == null || forwarded.isEmpty()) {
            // It was there, so a plugin has removed it, or the client sends none; without it Envoy finds no route.
            reply(404, "", "route_not_found");
            return;
        }
        UpstreamSide side = new UpstreamSide(loop.vertx(), loop.clients(), loop.upstream(), new FromUpstream());
        upstream = side;
        properties.setUpstream(side);
        side.head(headers, endOfStream);
        forwarded(endOfStream);
    }

    @Override
    public void forwardRequestBody(byte[] data, boolean endOfStream) {
        if (upstream != null) {
            upstream.body(data, endOfStream);
            forwarded(endOfStream);
        }
    }

    @Override
    public void forwardRequestTrailers(HeaderMap trailers) {
        if (upstream != null) {
            upstream.trailers(trailers);
            forwarded(true);
        }
    }

    private void forwarded(boolean endOfStream) {
        if (endOfStream && !requestForwarded && !over) {
            requestForwarded = true;
            long timeout = loop.limits().requestTimeoutMillis();
            if (timeout > 0) {
                requestTimer = loop.vertx().setTimer(timeout, expired -> requestTimedOut());
            }
        }
        readClient();
    }

    @Override
    public void forwardResponse(HeaderMap headers, boolean endOfStream) {
        if (over) {
            return;
        }
        loop.count(HeaderLines.status(headers.get(":status")));
        try {
            client.head(headers, endOfStream);
        } catch (IllegalArgumentException e) {
            LOG.warn("exchange: {}", e.getMessage());
            reset("invalid response head");
            return;
        }
        written();
    }

    @Override
    public void forwardResponseBody(byte[] data, boolean endOfStream) {
        client.body(data, endOfStream);
        written();
    }

    @Override
    public void forwardResponseTrailers(HeaderMap trailers) {
        try {
            client.trailers(trailers);
        } catch (IllegalArgumentException e) {
            LOG.warn("exchange: {}", e.getMessage());
            reset("invalid response trailers");
            return;
        }
        written();
    }

    private void written() {
        if (client.over()) {
            over();
        } else {
            readUpstream();
        }
    }

    @Override
    public void replies(int status) {
        if (status == 400) {
            // In HTTP/1.1 Envoy takes it that the client is out of step, whoever says so.
            client.closeAfterResponse();
        }
    }

    @Override
    public void cancelUpstream() {
        if (upstream != null) {
            upstream.reset();
        }
        cancelRequestTimer();
    }

    @Override
    public void reset(String details) {
        LOG.debug("exchange: reset, {}", details);
        client.reset();
        over();
    }

    @Override
    public void readRequest(boolean wanted) {
        requestWanted = wanted;
        readClient();
    }

    @Override
    public void readResponse(boolean wanted) {
        responseWanted = wanted;
        readUpstream();
    }

    @Override
    public Status property(PropertyPath path, ResultBytes value) {
        return properties.read(path, value);
    }

    @Override
    public FilterState connectionState() {
        return properties.connectionState();
    }

    // Back-pressure.

    private void readClient() {
        client.read(over || (requestWanted && (upstream == null || !upstream.full())));
    }

    private void readUpstream() {
        if (upstream != null) {
            upstream.read(responseWanted && !client.full());
        }
    }

    // Time.

    private void moved() {
        lastMoveNanos = System.nanoTime();
    }

    private void armIdleTimer(long millis) {
        if (millis > 0 && !over) {
            idleTimer = loop.vertx().setTimer(millis, expired -> idle());
        }
    }

    private void idle() {
        long limit = loop.limits().idleTimeoutMillis();
        long quietMillis = (System.nanoTime() - lastMoveNanos) / 1_000_000;
        if (quietMillis < limit) {
            armIdleTimer(limit - quietMillis);
        } else if (client.responseBegun()) {
            abandon("stream idle timeout");
        } else {
            client.closeAfterResponse();
            reply(client.requestEnded() ? 504 : 408, "stream timeout", "stream_idle_timeout");
            armIdleTimer(limit);
        }
    }

    private void requestTimedOut() {
        requestTimer = -1;
        if (upstream != null) {
            upstream.reset();
        }
        try {
            stream().upstreamTimeout();
        } catch (RuntimeException e) {
            broken(e);
        }
    }

    /** A response of the gateway's own, through the plugins; a reset when a response has begun. */
    private void reply(int status, String text, String details) {
        if (client.responseBegun()) {
            abandon(details);
            return;
        }
        try {
            stream().reply(status, text.getBytes(StandardCharsets.UTF_8), details);
        } catch (RuntimeException e) {
            broken(e);
        }
    }

    /** Breaks off on the gateway's own account; the stream sees a client that has gone. */
    void abandon(String details) {
        if (over) {
            return;
        }
        reset(details);
        if (opened == null) {
            return;
        }
        try {
            opened.clientReset();
        } catch (RuntimeException e) {
            LOG.error("exchange: the end of a stream failed", e);
        }
    }

    private void broken(RuntimeException cause) {
        LOG.error("exchange: broken off by an error in the gateway", cause);
        abandon("internal error");
    }

    /** Everything is over on the client's side: what is left is given back. */
    private void over() {
        if (over) {
            return;
        }
        over = true;
        connection.ended(loop.vertx());
        cancelRequestTimer();
        if (idleTimer >= 0) {
            loop.vertx().cancelTimer(idleTimer);
        }
        if (upstream != null) {
            upstream.reset();
        }
        readClient();
        loop.closed(this);
    }

    private void cancelRequestTimer() {
        if (requestTimer >= 0) {
            loop.vertx().cancelTimer(requestTimer);
            requestTimer = -1;
        }
    }
}
