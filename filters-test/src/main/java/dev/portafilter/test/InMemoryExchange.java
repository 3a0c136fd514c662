package dev.portafilter.test;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import dev.portafilter.runtime.stream.FilterState;
import dev.portafilter.runtime.stream.HttpExchange;
import dev.portafilter.runtime.stream.HttpStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response without a network: the test plays the client and the upstream, and sees what leaves the
 * host on both sides. It also checks that what leaves is a message: one head, then chunks, then perhaps trailers, and
 * nothing after the end, after a reset or to an upstream that is no longer wanted; see {@link #faults}.
 *
 * <p>After each event the tasks of the worker run, so what a plugin asked for has happened when the method returns.
 */
public final class InMemoryExchange implements HttpExchange {
    private final TestWorker worker;
    private final HttpStream stream;
    private final Forwarded upstream = new Forwarded();
    private final Forwarded client = new Forwarded();
    private final Map<String, byte[]> properties = new HashMap<>();
    private final List<String> events = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private @Nullable FilterState connection;
    private @Nullable String resetDetails;
    private boolean clientGone;
    private boolean upstreamCancelled;
    private boolean readsRequest = true;
    private boolean readsResponse = true;
    private @Nullable Consumer<String> reaction;
    private boolean forwarding;

    InMemoryExchange(TestWorker worker) {
        this.worker = worker;
        this.stream = worker.worker().openStream(this);
    }

    /** A request's head as gateways give it: pseudo-headers, then the rest. */
    public static HeaderMap requestHead(String method, String path, String... namesAndValues) {
        HeaderMap head = HeaderMap.of(":authority", "example.com", ":path", path, ":method", method, ":scheme", "http");
        HeaderMap more = HeaderMap.of(namesAndValues);
        for (int i = 0; i < more.count(); i++) {
            head.add(more.name(i), more.value(i));
        }
        return head;
    }

    /** A response's head as gateways give it. */
    public static HeaderMap responseHead(int status, String... namesAndValues) {
        HeaderMap head = HeaderMap.of(":status", Integer.toString(status));
        HeaderMap more = HeaderMap.of(namesAndValues);
        for (int i = 0; i < more.count(); i++) {
            head.add(more.name(i), more.value(i));
        }
        return head;
    }

    // What the client does.

    /** The client sends a whole GET request. */
    public InMemoryExchange get(String path, String... namesAndValues) {
        return requestHeaders(requestHead("GET", path, namesAndValues), true);
    }

    /** The client sends the head of a POST request; its body is to follow. */
    public InMemoryExchange post(String path, String... namesAndValues) {
        return requestHeaders(requestHead("POST", path, namesAndValues), false);
    }

    /** The client sends a request's head. */
    public InMemoryExchange requestHeaders(HeaderMap headers, boolean endOfStream) {
        stream.requestHeaders(headers, endOfStream);
        return ran();
    }

    /** The client sends a chunk of text, ISO-8859-1. */
    public InMemoryExchange requestBody(String text, boolean endOfStream) {
        return requestBody(text.getBytes(StandardCharsets.ISO_8859_1), endOfStream);
    }

    /** The client sends a chunk. */
    public InMemoryExchange requestBody(byte[] data, boolean endOfStream) {
        stream.requestBody(data, endOfStream);
        return ran();
    }

    /** The client sends trailers. */
    public InMemoryExchange requestTrailers(String... namesAndValues) {
        stream.requestTrailers(HeaderMap.of(namesAndValues));
        return ran();
    }

    /** The client leaves. */
    public InMemoryExchange clientReset() {
        clientGone = true;
        events.add("client leaves");
        stream.clientReset();
        return ran();
    }

    // What the upstream does.

    /** The upstream sends a whole response. */
    public InMemoryExchange respond(int status, String body, String... namesAndValues) {
        responseHeaders(responseHead(status, namesAndValues), body.isEmpty());
        return body.isEmpty() ? this : responseBody(body, true);
    }

    /** The upstream sends a response's head. */
    public InMemoryExchange responseHeaders(HeaderMap headers, boolean endOfStream) {
        stream.responseHeaders(headers, endOfStream);
        return ran();
    }

    /** The upstream sends a chunk of text, ISO-8859-1. */
    public InMemoryExchange responseBody(String text, boolean endOfStream) {
        return responseBody(text.getBytes(StandardCharsets.ISO_8859_1), endOfStream);
    }

    /** The upstream sends a chunk. */
    public InMemoryExchange responseBody(byte[] data, boolean endOfStream) {
        stream.responseBody(data, endOfStream);
        return ran();
    }

    /** The upstream sends trailers. */
    public InMemoryExchange responseTrailers(String... namesAndValues) {
        stream.responseTrailers(HeaderMap.of(namesAndValues));
        return ran();
    }

    /** The upstream cannot be reached, or breaks off. */
    public InMemoryExchange upstreamReset(String reason) {
        stream.upstreamReset(reason);
        return ran();
    }

    /** The upstream does not answer in time. */
    public InMemoryExchange upstreamTimeout() {
        stream.upstreamTimeout();
        return ran();
    }

    /** Sets a property that only a gateway knows; the path's segments are joined by dots. */
    public InMemoryExchange property(String path, byte[] value) {
        properties.put(path, value.clone());
        return this;
    }

    /** Makes this an exchange of a client connection, whose other exchanges have the same state. */
    public InMemoryExchange connection(FilterState state) {
        connection = state;
        return this;
    }

    /**
     * Lets the test react inside of what leaves the host, as a gateway does whose peer answers or breaks off at once.
     *
     * @param reaction takes each of the {@link #events} about a part of a message
     */
    public InMemoryExchange whenForwarded(Consumer<String> reaction) {
        this.reaction = reaction;
        return this;
    }

    private InMemoryExchange ran() {
        if (!forwarding) {
            worker.runAll();
        }
        return this;
    }

    // What can be seen.

    /** What the upstream has received. */
    public Forwarded upstream() {
        return upstream;
    }

    /** What the client has received. */
    public Forwarded client() {
        return client;
    }

    /** The stream. */
    public HttpStream stream() {
        return stream;
    }

    /** Whether the stream is over. */
    public boolean finished() {
        return stream.finished();
    }

    /** Whether the host broke the exchange off. */
    public boolean isReset() {
        return resetDetails != null;
    }

    /** Why the host broke the exchange off; null when it did not. */
    public @Nullable String resetDetails() {
        return resetDetails;
    }

    /** Whether the host no longer wants the upstream. */
    public boolean upstreamCancelled() {
        return upstreamCancelled;
    }

    /** Whether the host reads from the client. */
    public boolean readsRequest() {
        return readsRequest;
    }

    /** Whether the host reads from the upstream. */
    public boolean readsResponse() {
        return readsResponse;
    }

    /** All that left the host, in words and in order, such as {@code upstream head end}. */
    public List<String> events() {
        return List.copyOf(events);
    }

    /** What was wrong with that; empty when it was right. */
    public List<String> faults() {
        return List.copyOf(faults);
    }

    @Override
    public void forwardRequest(HeaderMap headers, boolean endOfStream) {
        note("upstream", "head", endOfStream, upstream.head(headers, endOfStream), upstreamCancelled);
    }

    @Override
    public void forwardRequestBody(byte[] data, boolean endOfStream) {
        note("upstream", data.length + " bytes", endOfStream, upstream.chunk(data, endOfStream), upstreamCancelled);
    }

    @Override
    public void forwardRequestTrailers(HeaderMap trailers) {
        note("upstream", "trailers", true, upstream.trailers(trailers), upstreamCancelled);
    }

    @Override
    public void forwardResponse(HeaderMap headers, boolean endOfStream) {
        note("client", "head " + headers.get(":status"), endOfStream, client.head(headers, endOfStream), clientGone);
    }

    @Override
    public void forwardResponseBody(byte[] data, boolean endOfStream) {
        byte[] sent = client.status() == 204 || client.status() == 304 ? new byte[0] : data;
        if (sent.length == data.length || endOfStream) {
            note("client", sent.length + " bytes", endOfStream, client.chunk(sent, endOfStream), clientGone);
        }
    }

    @Override
    public void forwardResponseTrailers(HeaderMap trailers) {
        note("client", "trailers", true, client.trailers(trailers), clientGone);
    }

    @Override
    public void cancelUpstream() {
        events.add("upstream cancelled");
        upstreamCancelled = true;
    }

    @Override
    public void reset(String details) {
        String event = "reset " + details;
        events.add(event);
        if (resetDetails != null || clientGone) {
            faults.add(event + ": the exchange is over already");
        }
        resetDetails = details;
    }

    @Override
    public void readRequest(boolean wanted) {
        events.add(wanted ? "reads from the client" : "stops reading from the client");
        readsRequest = wanted;
    }

    @Override
    public void readResponse(boolean wanted) {
        events.add(wanted ? "reads from the upstream" : "stops reading from the upstream");
        readsResponse = wanted;
    }

    @Override
    public Status property(PropertyPath path, ResultBytes value) {
        byte[] known = properties.get(path.toString());
        if (known == null) {
            return Status.NOT_FOUND;
        }
        value.set(known);
        return Status.OK;
    }

    @Override
    public @Nullable FilterState connectionState() {
        return connection;
    }

    private void note(String side, String what, boolean end, @Nullable String fault, boolean unwanted) {
        String event = side + " " + what + (end ? " end" : "");
        events.add(event);
        if (fault != null) {
            faults.add(event + ": " + fault);
        }
        if (unwanted || resetDetails != null) {
            faults.add(event + ": the " + side + " side is over");
        }
        if (reaction != null && !forwarding) {
            forwarding = true;
            try {
                reaction.accept(event);
            } finally {
                forwarding = false;
            }
        }
    }
}
