package dev.portafilter.runtime.stream;

import dev.portafilter.abi.BufferType;
import dev.portafilter.abi.CallToken;
import dev.portafilter.abi.GrpcCallHead;
import dev.portafilter.abi.GuestBuffer;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.MapType;
import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import dev.portafilter.abi.StreamType;
import dev.portafilter.runtime.service.LogLimiter;
import org.jspecify.annotations.Nullable;

/** The context of the VM itself, id 0: start-up functions and the allocator run in it; nothing is available. */
final class VmContext extends GuestContext {
    VmContext(PluginVm vm) {
        super(vm, 0);
    }

    @Override
    String pluginName() {
        return vm.name();
    }

    @Override
    LogLimiter pluginLog() {
        return vm.startLog();
    }

    @Override
    void vmFailed() {}

    @Override
    public int rootId() {
        return 0;
    }

    @Override
    public @Nullable HeaderMap readableMap(MapType type) {
        return null;
    }

    @Override
    public @Nullable HeaderMap writableMap(MapType type) {
        return null;
    }

    @Override
    public Status missingMapStatus(MapType type) {
        return Status.BAD_ARGUMENT;
    }

    @Override
    public void mapChanged(MapType type) {}

    @Override
    public @Nullable GuestBuffer buffer(BufferType type) {
        return type == BufferType.VM_CONFIGURATION ? vm.vmConfiguration() : null;
    }

    @Override
    public byte[] configuration() {
        return vm.vmConfiguration().bytes();
    }

    @Override
    public Status continueStream(StreamType type) {
        return Status.OK;
    }

    @Override
    public Status closeStream(StreamType type) {
        return Status.OK;
    }

    @Override
    public Status clearRouteCache() {
        return Status.OK;
    }

    @Override
    public Status sendLocalResponse(int code, byte[] details, byte[] body, HeaderMap headers, int grpcStatus) {
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
    public void setTickPeriod(int periodMillis) {}

    @Override
    public int callStatus() {
        return 0;
    }

    @Override
    public byte[] callStatusMessage() {
        return BodyBuffer.EMPTY;
    }

    @Override
    public Status done() {
        return Status.NOT_FOUND;
    }

    @Override
    public Status property(PropertyPath path, ResultBytes value) {
        return Status.NOT_FOUND;
    }

    @Override
    public Status setProperty(PropertyPath path, byte[] value) {
        return Status.NOT_FOUND;
    }
}
