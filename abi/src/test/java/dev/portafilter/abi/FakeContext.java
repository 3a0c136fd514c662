package dev.portafilter.abi;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A context that answers what a test told it to and writes down what it was asked for. */
final class FakeContext implements EffectiveContext {
    final Map<MapType, HeaderMap> readable = new EnumMap<>(MapType.class);
    final Map<MapType, HeaderMap> writable = new EnumMap<>(MapType.class);
    final Map<BufferType, GuestBuffer> buffers = new EnumMap<>(BufferType.class);
    final Map<String, String> properties = new HashMap<>();

    /** Every request, in order, such as {@code continueStream REQUEST}. */
    final List<String> asked = new ArrayList<>();

    Status answer = Status.OK;
    Status missingMapStatus = Status.BAD_ARGUMENT;
    byte[] configuration = new byte[0];
    int callStatus;
    String callStatusMessage = "";
    int nextToken = 4;
    HeaderMap sentHeaders;
    HeaderMap sentTrailers;
    GrpcCallHead grpcHead;

    private final int id;
    private final int rootId;

    FakeContext(int id, int rootId) {
        this.id = id;
        this.rootId = rootId;
    }

    /** Makes a map readable and writable. */
    HeaderMap open(MapType type, String... namesAndValues) {
        HeaderMap map = HeaderMap.of(namesAndValues);
        readable.put(type, map);
        writable.put(type, map);
        return map;
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public int rootId() {
        return rootId;
    }

    @Override
    public HeaderMap readableMap(MapType type) {
        return readable.get(type);
    }

    @Override
    public HeaderMap writableMap(MapType type) {
        return writable.get(type);
    }

    @Override
    public Status missingMapStatus(MapType type) {
        return missingMapStatus;
    }

    @Override
    public void mapChanged(MapType type) {
        asked.add("mapChanged " + type);
    }

    @Override
    public GuestBuffer buffer(BufferType type) {
        return buffers.get(type);
    }

    @Override
    public byte[] configuration() {
        return configuration;
    }

    @Override
    public Status continueStream(StreamType type) {
        return ask("continueStream " + type);
    }

    @Override
    public Status closeStream(StreamType type) {
        return ask("closeStream " + type);
    }

    @Override
    public Status clearRouteCache() {
        return ask("clearRouteCache");
    }

    @Override
    public Status sendLocalResponse(int code, byte[] details, byte[] body, HeaderMap headers, int grpcStatus) {
        sentHeaders = headers;
        return ask("sendLocalResponse " + code + " " + text(details) + " " + text(body) + " " + grpcStatus);
    }

    @Override
    public Status httpCall(
            byte[] upstream, HeaderMap headers, byte[] body, HeaderMap trailers, int timeoutMillis, CallToken token) {
        sentHeaders = headers;
        sentTrailers = trailers;
        if (answer == Status.OK) {
            token.set(nextToken);
            nextToken += 4;
        }
        return ask("httpCall " + text(upstream) + " " + text(body) + " " + timeoutMillis);
    }

    @Override
    public Status grpcCall(GrpcCallHead head, byte[] message, int timeoutMillis, CallToken token) {
        grpcHead = head;
        if (answer == Status.OK) {
            token.set(5);
        }
        return ask("grpcCall " + head.target().cluster() + head.path() + " " + text(message) + " "
                + Integer.toUnsignedString(timeoutMillis));
    }

    @Override
    public Status grpcStream(GrpcCallHead head, CallToken token) {
        grpcHead = head;
        if (answer == Status.OK) {
            token.set(6);
        }
        return ask("grpcStream " + head.target().cluster() + head.path());
    }

    @Override
    public Status grpcSend(int token, byte[] message, boolean endOfStream) {
        return ask("grpcSend " + token + " " + text(message) + " " + endOfStream);
    }

    @Override
    public Status grpcCancel(int token) {
        return ask("grpcCancel " + token);
    }

    @Override
    public Status grpcClose(int token) {
        return ask("grpcClose " + token);
    }

    @Override
    public void setTickPeriod(int periodMillis) {
        asked.add("setTickPeriod " + periodMillis);
    }

    @Override
    public int callStatus() {
        return callStatus;
    }

    @Override
    public byte[] callStatusMessage() {
        return callStatusMessage.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Status done() {
        return ask("done");
    }

    @Override
    public Status property(PropertyPath path, ResultBytes value) {
        asked.add("property " + path);
        String found = properties.get(path.toString());
        if (found == null) {
            return answer == Status.OK ? Status.NOT_FOUND : answer;
        }
        value.set(found.getBytes(StandardCharsets.UTF_8));
        return Status.OK;
    }

    @Override
    public Status setProperty(PropertyPath path, byte[] value) {
        return ask("setProperty " + path + " " + text(value));
    }

    private Status ask(String what) {
        asked.add(what);
        return answer;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
