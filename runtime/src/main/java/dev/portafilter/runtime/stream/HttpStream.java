package dev.portafilter.runtime.stream;

import dev.portafilter.abi.Callback;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.service.HostClock;
import dev.portafilter.runtime.stream.FlowState.Event;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request and its response on their way through a chain of plugins. The gateway adapter pushes in what arrives
 * from the client and from the upstream; what leaves goes to the {@link HttpExchange}.
 *
 * <p>All methods are for the worker's thread. Maps and arrays that are passed in are owned by the stream afterwards.
 * Events that come too late (after a local reply, a reset or the end) are ignored, so an adapter need not ask first.
 * The stream ends by itself once the response has been forwarded whole, or with a reset; plugins then get {@code on_log},
 * {@code on_done} and {@code on_delete}. Source: ABI reference, sections 2.3, 2.4, 3.6 and 4.2 to 4.7.
 */
public final class HttpStream {
    private static final long UNKNOWN = -1;

    private final Worker worker;
    private final HttpExchange exchange;
    // In configured order; null stands for a plugin that cannot run and fails requests.
    private final @Nullable StreamFilter[] contexts;
    private final Flow request = new Flow(this, Direction.REQUEST);
    private final Flow response = new Flow(this, Direction.RESPONSE);
    private final int bufferLimit;
    private final long startNanos;

    private @Nullable StreamProperties properties;
    private @Nullable LocalReply pendingReply;
    private boolean replied;
    private boolean pendingClose;
    private boolean failureReplied;
    /** The upstream's response is complete, or has given way to a local one: what still comes from there is too late. */
    private boolean upstreamOver;

    private boolean finished;
    private int responseCode;
    private @Nullable String responseDetails;
    private int responseFlags;
    private long requestBytes;
    private boolean backendDone;

    HttpStream(Worker worker, HttpExchange exchange, FilterChain chain) {
        this.worker = worker;
        this.exchange = Objects.requireNonNull(exchange, "exchange");
        this.startNanos = worker.services().clock().monotonicNanos();
        this.contexts = chain.open(this, worker);
        this.bufferLimit = chain.bufferLimit();
    }

    /**
     * The request's head has arrived.
     *
     * @param headers lower-case names; {@code :authority :path :method :scheme} first, no {@code host}
     * @param endOfStream only when it is certain that neither body nor trailers follow
     */
    public void requestHeaders(HeaderMap headers, boolean endOfStream) {
        if (request.started() || !request.open()) {
            return;
        }
        worker.enter();
        try {
            request.begin(headers, endOfStream);
        } finally {
            worker.leave();
        }
    }

    /** A chunk of the request's body; empty only with {@code endOfStream}. */
    public void requestBody(byte[] data, boolean endOfStream) {
        if (!request.open()) {
            return;
        }
        requestBytes += data.length;
        worker.enter();
        try {
            request.body(0, data, endOfStream);
        } finally {
            worker.leave();
        }
    }

    /** The request's trailers; the request is complete. */
    public void requestTrailers(HeaderMap trailers) {
        if (!request.open()) {
            return;
        }
        worker.enter();
        try {
            request.createTrailers().setAll(trailers);
            request.trailers(0);
        } finally {
            worker.leave();
        }
    }

    /** The upstream's final response head, {@code :status} first; informational ones are not passed. */
    public void responseHeaders(HeaderMap headers, boolean endOfStream) {
        if (upstreamOver || response.started() || !response.open()) {
            return;
        }
        responseCode = Math.max(0, WireRules.status(headers));
        responseDetails = "via_upstream";
        worker.enter();
        try {
            noteResponseEnd(endOfStream);
            response.begin(headers, endOfStream);
        } finally {
            worker.leave();
        }
    }

    /** A chunk of the response's body; empty only with {@code endOfStream}. */
    public void responseBody(byte[] data, boolean endOfStream) {
        if (upstreamOver || !response.open()) {
            return;
        }
        worker.enter();
        try {
            noteResponseEnd(endOfStream);
            response.body(0, data, endOfStream);
        } finally {
            worker.leave();
        }
    }

    /** The response's trailers; the response is complete. */
    public void responseTrailers(HeaderMap trailers) {
        if (upstreamOver || !response.open()) {
            return;
        }
        worker.enter();
        try {
            noteResponseEnd(true);
            response.createTrailers().setAll(trailers);
            response.trailers(0);
        } finally {
            worker.leave();
        }
    }

    /** The client has gone or has reset the stream; nothing more is forwarded. */
    public void clientReset() {
        if (finished) {
            return;
        }
        worker.enter();
        try {
            responseDetails = "downstream_remote_disconnect";
            responseFlags |= ResponseFlags.CLIENT_GONE;
            exchange.cancelUpstream();
            close();
        } finally {
            worker.leave();
        }
    }

    /**
     * The upstream cannot be reached, broke off, or broke the protocol. Before the response's head the client gets 503, or
     * 502 for {@code protocol error}; later a reset.
     *
     * @param reason in words, shown to the client as Envoy does, such as {@code remote connection failure}
     */
    public void upstreamReset(String reason) {
        upstreamFailed(
                LocalReply.of(UpstreamReset.status(reason), UpstreamReset.body(reason), UpstreamReset.details(reason)),
                ResponseFlags.ofUpstreamReset(reason));
    }

    /** The upstream did not answer in time. Before the response's head the client gets 504, later a reset. */
    public void upstreamTimeout() {
        upstreamFailed(
                LocalReply.of(504, "upstream request timeout", "response_timeout"), ResponseFlags.UPSTREAM_TIMEOUT);
    }

    /**
     * A response that the gateway itself makes (a limit, a bad request, no route). It runs through the response
     * callbacks of the plugins that saw the request; when the response has begun, the stream is reset.
     */
    public void reply(int status, byte[] body, String details) {
        replyOrReset(LocalReply.of(status, body, details), ResponseFlags.ofReply(details));
    }

    /** What plugins have stored on this stream; null when none has. It may be read after the end, too. */
    public @Nullable FilterState filterState() {
        return properties == null ? null : properties.state();
    }

    /**
     * A request that the gateway does not serve, in place of {@link #requestHeaders}. This answer goes out past the
     * plugins; they hear of the stream at its end only, by {@code on_context_create} and then {@code on_log}, {@code
     * on_done} and {@code on_delete}.
     *
     * @param headers what is known of the request's head; empty when it could not be read
     * @param details why, as plugins read it from {@code response.code_details}
     */
    public void refuse(HeaderMap headers, int status, byte[] body, String details) {
        if (finished || request.started()) {
            return;
        }
        worker.enter();
        try {
            request.note(headers);
            reply(LocalReply.of(status, body, details));
        } finally {
            worker.leave();
        }
    }

    /** Whether everything is over: the response was forwarded whole, or the stream was reset. */
    public boolean finished() {
        return finished;
    }

    private void upstreamFailed(LocalReply reply, int flags) {
        if (!upstreamOver) {
            replyOrReset(reply, flags);
        }
    }

    private void replyOrReset(LocalReply reply, int flags) {
        if (finished || !response.open()) {
            return;
        }
        responseFlags |= flags;
        worker.enter();
        try {
            if (response.started()) {
                reset(reply.details());
            } else {
                reply(reply);
            }
        } finally {
            worker.leave();
        }
    }

    private void noteResponseEnd(boolean endOfStream) {
        backendDone |= endOfStream;
        upstreamOver |= endOfStream;
    }

    HttpExchange exchange() {
        return exchange;
    }

    @Nullable CallbackTrace trace() {
        return worker.trace();
    }

    Flow flow(Direction direction) {
        return direction == Direction.REQUEST ? request : response;
    }

    int pluginCount() {
        return contexts.length;
    }

    /** The plugin at a position of a direction; null for one that cannot run. */
    @Nullable StreamFilter at(Direction direction, int position) {
        return contexts[direction == Direction.REQUEST ? position : contexts.length - 1 - position];
    }

    int position(Direction direction, StreamFilter context) {
        for (int position = 0; position < contexts.length; position++) {
            if (at(direction, position) == context) {
                return position;
            }
        }
        throw new IllegalStateException(context.filterName() + " is not of this stream");
    }

    int bufferLimit() {
        return bufferLimit;
    }

    void read(Direction direction, boolean wanted) {
        if (direction == Direction.REQUEST) {
            exchange.readRequest(wanted);
        } else {
            exchange.readResponse(wanted);
        }
    }

    /** The names of the plugins, for messages. */
    String plugins() {
        StringBuilder names = new StringBuilder();
        for (StreamFilter context : contexts) {
            if (context != null) {
                names.append(names.length() == 0 ? "" : ", ").append(context.filterName());
            }
        }
        return names.toString();
    }

    /**
     * Takes a plugin's reply, to be sent after its callback; false when one waits already, which is the one sent: only the
     * details are those of the last one.
     */
    boolean replyPending(LocalReply reply) {
        if (pendingReply != null) {
            pendingReply = pendingReply.withDetails(reply.details());
            return false;
        }
        pendingReply = reply;
        worker.afterCall(this::settled);
        return true;
    }

    /** Asks for a reset after the running callback. */
    void closePending() {
        if (!pendingClose) {
            pendingClose = true;
            worker.afterCall(this::settled);
        }
    }

    /**
     * The running callback failed the stream: the policy's reply wins over whatever waits, once per stream.
     *
     * @return false when the stream has been failed before; what is on its way is then the reply of that failure
     */
    boolean failPending() {
        if (failureReplied) {
            return false;
        }
        failureReplied = true;
        pendingReply = LocalReply.ofFailedPlugin();
        worker.afterCall(this::settled);
        return true;
    }

    /** Whether the running callback asked for the end of the stream; its result does not count then. */
    boolean endPending() {
        return pendingClose || pendingReply != null;
    }

    /** Does what a callback asked for; true when the stream took another course, so the caller must stop. */
    boolean settled() {
        if (finished) {
            return true;
        }
        LocalReply reply = pendingReply;
        if (reply != null) {
            pendingReply = null;
            pendingClose = false;
            reply(reply);
            return true;
        }
        if (pendingClose) {
            pendingClose = false;
            reset("wasm_close_stream");
            return true;
        }
        return false;
    }

    /** Fails the stream by policy, outside its own callbacks. */
    void fail() {
        if (!finished && failPending()) {
            settled();
        }
    }

    /** Sends a reply by the way that is still open: through the plugins, straight to the client, or not at all. */
    void reply(LocalReply reply) {
        if (finished) {
            return;
        }
        if (response.headForwarded()) {
            responseDetails = reply.details();
            reset(reply.details());
            return;
        }
        request.event(Event.REPLY);
        replied = true;
        upstreamOver = true;
        exchange.replies(reply.status());
        exchange.cancelUpstream();
        HeaderMap headers = reply.headers(request.headers());
        byte[] body = reply.body(request.headers());
        responseCode = WireRules.status(headers);
        responseDetails = reply.details();
        if (response.started()) {
            response.beginAnew(headers);
            sendWithoutPlugins(headers, body);
        } else {
            response.begin(headers, body.length == 0);
            if (body.length > 0 && response.open()) {
                response.body(0, body, true);
            }
        }
    }

    /** The response's head leaves. That of a reply is the only one that plugins give headers about the connection. */
    void forwardResponse(HeaderMap headers, boolean endOfStream) {
        exchange.forwardResponse(replied ? WireRules.withoutConnection(headers) : headers, endOfStream);
    }

    private void sendWithoutPlugins(HeaderMap headers, byte[] body) {
        response.event(Event.FORWARD);
        forwardResponse(headers, body.length == 0);
        // The client may have left inside of that.
        if (body.length > 0 && !finished) {
            response.count(body);
            exchange.forwardResponseBody(body, true);
        }
        forwarded(Direction.RESPONSE);
    }

    /** Breaks the stream off on both sides. */
    void reset(String details) {
        if (!finished) {
            exchange.reset(details);
            close();
        }
    }

    private void close() {
        request.event(Event.RESET);
        response.event(Event.RESET);
        finish();
    }

    /** The end of a direction has been forwarded; with that of the response the stream is over. */
    void forwarded(Direction direction) {
        if (direction == Direction.RESPONSE) {
            if (request.open()) {
                request.event(Event.REPLY);
                exchange.cancelUpstream();
            }
            finish();
        }
    }

    private void finish() {
        if (finished) {
            return;
        }
        finished = true;
        request.event(Event.FINISH);
        response.event(Event.FINISH);
        pendingReply = null;
        pendingClose = false;
        if (request.started()) {
            for (StreamFilter context : contexts) {
                if (context != null) {
                    context.log();
                }
            }
        }
        for (StreamFilter context : contexts) {
            if (context != null) {
                context.end();
            }
        }
        worker.streamEnded();
    }

    StreamProperties properties() {
        if (properties == null) {
            properties = new StreamProperties(this);
        }
        return properties;
    }

    @Nullable HeaderMap requestHeaders() {
        return request.headers();
    }

    @Nullable HeaderMap requestTrailers() {
        return request.trailers();
    }

    @Nullable HeaderMap responseHeaders() {
        return response.headers();
    }

    @Nullable HeaderMap responseTrailers() {
        return response.trailers();
    }

    /** A copy of the map that a callback is about, for tracing. */
    @Nullable HeaderMap snapshot(Direction direction, Callback callback) {
        Flow flow = flow(direction);
        HeaderMap map = callback == direction.onHeaders
                ? flow.headers()
                : callback == direction.onTrailers ? flow.trailers() : null;
        return map == null ? null : map.copy();
    }

    /** When the stream began, since the Unix epoch; asked rarely, so derived from the other clock. */
    long startWallNanos() {
        HostClock clock = worker.services().clock();
        return clock.wallNanos() - (clock.monotonicNanos() - startNanos);
    }

    /** Time since the stream began. Read when asked for: a clock costs as much as a host call. */
    long durationNanos() {
        return worker.services().clock().monotonicNanos() - startNanos;
    }

    long requestBytes() {
        return requestBytes;
    }

    /** Body bytes that have gone to the client. */
    long responseBytes() {
        return response.forwardedLength();
    }

    int responseCode() {
        return responseCode;
    }

    @Nullable String responseDetails() {
        return responseDetails;
    }

    int responseFlags() {
        return responseFlags;
    }

    /** Time until now once the upstream's response is complete, -1 before. */
    long backendLatencyNanos() {
        return backendDone ? durationNanos() : UNKNOWN;
    }
}
