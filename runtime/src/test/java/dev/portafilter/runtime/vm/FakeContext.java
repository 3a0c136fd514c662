package dev.portafilter.runtime.vm;

import dev.portafilter.abi.BufferType;
import dev.portafilter.abi.CallToken;
import dev.portafilter.abi.EffectiveContext;
import dev.portafilter.abi.GrpcCallHead;
import dev.portafilter.abi.GuestBuffer;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.MapType;
import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import dev.portafilter.abi.StreamType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A context with request headers and one property, that remembers what it was asked for. */
final class FakeContext implements EffectiveContext {
    private final int id;
    final HeaderMap requestHeaders = HeaderMap.of(":method", "GET", ":path", "/", "accept", "*/*");
    final List<String> asked = new ArrayList<>();
    /** What every property is. */
    byte[] property = "0123456789".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    FakeContext(int id) {
        this.id = id;
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public @Nullable HeaderMap readableMap(MapType type) {
        return type == MapType.HTTP_REQUEST_HEADERS ? requestHeaders : null;
    }

    @Override
    public @Nullable HeaderMap writableMap(MapType type) {
        return readableMap(type);
    }

    @Override
    public Status missingMapStatus(MapType type) {
        return Status.BAD_ARGUMENT;
    }

    @Override
    public void mapChanged(MapType type) {
        asked.add("mapChanged " + type);
    }

    @Override
    public @Nullable GuestBuffer buffer(BufferType type) {
        return null;
    }

    @Override
    public byte[] configuration() {
        return new byte[0];
    }

    @Override
    public Status continueStream(StreamType type) {
        asked.add("continueStream " + type);
        return Status.OK;
    }

    @Override
    public Status closeStream(StreamType type) {
        asked.add("closeStream " + type);
        return Status.OK;
    }

    @Override
    public Status clearRouteCache() {
        asked.add("clearRouteCache");
        return Status.OK;
    }

    @Override
    public Status sendLocalResponse(int code, byte[] details, byte[] body, HeaderMap headers, int grpcStatus) {
        asked.add("sendLocalResponse " + code);
        return Status.OK;
    }

    @Override
    public Status httpCall(
            byte[] upstream, HeaderMap headers, byte[] body, HeaderMap trailers, int timeoutMillis, CallToken token) {
        return Status.BAD_ARGUMENT;
    }

    @Override
    public Status grpcCall(GrpcCallHead head, byte[] message, int timeoutMillis, CallToken token) {
        return Status.INTERNAL_FAILURE;
    }

    @Override
    public Status grpcStream(GrpcCallHead head, CallToken token) {
        return Status.INTERNAL_FAILURE;
    }

    @Override
    public Status grpcSend(int token, byte[] message, boolean endOfStream) {
        return Status.NOT_FOUND;
    }

    @Override
    public Status grpcCancel(int token) {
        return Status.NOT_FOUND;
    }

    @Override
    public Status grpcClose(int token) {
        return Status.NOT_FOUND;
    }

    @Override
    public void setTickPeriod(int periodMillis) {
        asked.add("setTickPeriod " + periodMillis);
    }

    @Override
    public int callStatus() {
        return 0;
    }

    @Override
    public byte[] callStatusMessage() {
        return new byte[0];
    }

    @Override
    public Status done() {
        asked.add("done");
        return Status.OK;
    }

    @Override
    public Status property(PropertyPath path, ResultBytes value) {
        value.set(property);
        return Status.OK;
    }

    @Override
    public Status setProperty(PropertyPath path, byte[] value) {
        return Status.OK;
    }

    @Override
    public int rootId() {
        return id == 0 ? 0 : 1;
    }
}
