package dev.portafilter.runtime.stream;

import dev.portafilter.abi.BufferType;
import dev.portafilter.abi.Callback;
import dev.portafilter.abi.GuestBuffer;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.MapType;
import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import dev.portafilter.abi.StreamType;
import dev.portafilter.runtime.plugin.FailurePolicy;
import org.jspecify.annotations.Nullable;

/**
 * One plugin on one stream: calls the guest's stream callbacks and answers the host calls that concern the stream.
 * Source: ABI reference, sections 2.3, 2.4, 3.3 to 3.6 and 4.
 */
final class StreamContext extends ChildContext implements StreamFilter {
    private static final int LOWEST_STATUS = 200;
    private static final int HIGHEST_STATUS = 999;

    /** What a context is in: most rules about maps depend on it. */
    private enum Stage {
        /** Not yet announced to the guest. */
        UNBORN,
        ALIVE,
        /** In {@code on_log}. */
        LOGGING,
        /** In {@code on_done} or {@code on_delete}. */
        ENDING,
        /** Passed by: no callback is made any more. */
        DETACHED
    }

    private final HttpStream stream;
    private final Slot request = new Slot();
    private final Slot response = new Slot();
    private Stage stage = Stage.UNBORN;
    private @Nullable Direction running;

    StreamContext(HttpStream stream, PluginContext plugin, int id) {
        super(plugin, id);
        this.stream = stream;
    }

    @Override
    public Slot slot(Direction direction) {
        return direction == Direction.REQUEST ? request : response;
    }

    /** Whether this plugin takes part in a direction: it is not passed by, and it saw the request before a response. */
    @Override
    public boolean takes(Direction direction) {
        return stage != Stage.DETACHED && (direction == Direction.REQUEST || request.seen);
    }

    /** What the guest wants with headers, as the place where they wait. */
    @Override
    public Slot.Hold onHeaders(Direction direction, HeaderMap headers, boolean endOfStream) {
        Slot slot = slot(direction);
        if (!create()) {
            return afterFailure();
        }
        slot.seen = true;
        slot.headersOpen = true;
        int result = run(direction, direction.onHeaders, headers.count(), endOfStream ? 1 : 0);
        Slot.Hold hold = vm.failed() ? afterFailure() : headersHold(slot, result);
        if (hold == Slot.Hold.NONE) {
            slot.headersOpen = false;
        }
        return hold;
    }

    /** What the guest wants with a chunk: 0 go on, 1 buffer, 2 buffer with back-pressure, 3 drop. */
    @Override
    public int onBody(Direction direction, int size, boolean endOfStream) {
        Slot slot = slot(direction);
        slot.trailersCreatable = endOfStream;
        int result = run(direction, direction.onBody, size, endOfStream ? 1 : 0);
        slot.trailersCreatable = false;
        if (vm.failed()) {
            return afterFailure() == Slot.Hold.NONE ? 0 : 3;
        }
        if (stream.endPending()) {
            return 3;
        }
        return slot.resumed ? 0 : Integer.compareUnsigned(result, 3) > 0 ? 3 : result;
    }

    /** Whether the guest lets trailers go on. */
    @Override
    public boolean onTrailers(Direction direction, HeaderMap trailers) {
        Slot slot = slot(direction);
        slot.trailersOpen = true;
        slot.trailersSeen = true;
        int result = run(direction, direction.onTrailers, trailers.count(), 0);
        boolean goesOn =
                vm.failed() ? afterFailure() == Slot.Hold.NONE : !stream.endPending() && (slot.resumed || result == 0);
        if (goesOn) {
            slot.trailersOpen = false;
        }
        return goesOn;
    }

    /** The stream is over: {@code on_log}, after {@code on_context_create} if the guest never heard of it. */
    @Override
    public void log() {
        if (stage != Stage.DETACHED && create()) {
            stage = Stage.LOGGING;
            vm.call(this, Callback.ON_LOG, id());
        }
    }

    /** The stream is over: {@code on_done}, {@code on_delete}; the result of the first is ignored. */
    @Override
    public void end() {
        if (stage == Stage.LOGGING && !vm.failed()) {
            stage = Stage.ENDING;
            vm.call(this, Callback.ON_DONE, id());
            vm.call(this, Callback.ON_DELETE, id());
        }
        abandon();
    }

    @Override
    public String filterName() {
        return pluginName();
    }

    /** Forgets the context without a word to the guest. */
    void abandon() {
        stage = Stage.DETACHED;
        request.drop();
        response.drop();
        vm.forget(this);
        plugin.streamEnded();
    }

    /** The VM has failed in some other call: a stream that waits here goes on by the failure policy. */
    @Override
    void vmFailed() {
        if (stream.finished()) {
            return;
        }
        boolean open = plugin.spec().failurePolicy() == FailurePolicy.FAIL_OPEN;
        if (stage == Stage.DETACHED) {
            // It was this stream's callback that failed; what the plugin holds of the other direction waits still.
            if (open) {
                passBy();
            }
            return;
        }
        boolean waiting = request.hold != Slot.Hold.NONE || response.hold != Slot.Hold.NONE;
        if (open) {
            passBy();
        } else if (waiting) {
            stream.fail();
        } else if (request.seen && vm.worker().sparesInFlight()) {
            passBy();
        }
    }

    @Override
    void cutOff() {
        if (stage == Stage.DETACHED || stream.finished()) {
            return;
        }
        if (plugin.spec().failurePolicy() == FailurePolicy.FAIL_OPEN) {
            passBy();
        } else {
            stream.fail();
            // Another plugin may hold the reply.
            stream.reset("wasm_plugin_retired");
        }
    }

    private void passBy() {
        stage = Stage.DETACHED;
        stream.flow(Direction.REQUEST).resume(this);
        stream.flow(Direction.RESPONSE).resume(this);
    }

    /** Announces the context to the guest before its first callback; false when the VM has failed. */
    private boolean create() {
        if (vm.failed()) {
            return false;
        }
        if (stage == Stage.UNBORN) {
            stage = Stage.ALIVE;
            vm.call(this, Callback.ON_CONTEXT_CREATE, id(), plugin.id());
        }
        return !vm.failed();
    }

    private int run(Direction direction, Callback callback, int count, int endOfStream) {
        slot(direction).resumed = false;
        if (vm.failed()) {
            return 0;
        }
        running = direction;
        CallbackTrace trace = stream.trace();
        if (trace == null) {
            int result = vm.call(this, callback, id(), count, endOfStream);
            running = null;
            return result;
        }
        HeaderMap before = stream.snapshot(direction, callback);
        byte[] bodyBefore = bytesSeen(direction);
        int result = vm.call(this, callback, id(), count, endOfStream);
        running = null;
        trace.called(new CallbackTrace.Event(
                plugin.spec().qualifiedName(),
                callback,
                id(),
                result,
                before,
                stream.snapshot(direction, callback),
                bodyBefore,
                bytesSeen(direction)));
        return result;
    }

    private byte[] bytesSeen(Direction direction) {
        BodyBuffer view = slot(direction).view;
        if (view == null) {
            return BodyBuffer.EMPTY;
        }
        byte[] bytes = new byte[view.size()];
        view.copyTo(0, bytes.length, bytes, 0);
        return bytes;
    }

    private Slot.Hold headersHold(Slot slot, int result) {
        if (stream.endPending()) {
            return Slot.Hold.ALL_WATERMARK;
        }
        if (result == 0 || result == 2 || slot.resumed) {
            return Slot.Hold.NONE;
        }
        if (result == 3) {
            return Slot.Hold.ALL_BUFFER;
        }
        return result == 1 && plugin.spec().allowOnHeadersStopIteration() ? Slot.Hold.HEADERS : Slot.Hold.ALL_WATERMARK;
    }

    /** The VM failed under this stream: by policy the plugin vanishes from it, or the stream fails. */
    private Slot.Hold afterFailure() {
        if (plugin.spec().failurePolicy() == FailurePolicy.FAIL_OPEN) {
            stage = Stage.DETACHED;
            return stream.endPending() ? Slot.Hold.ALL_WATERMARK : Slot.Hold.NONE;
        }
        stage = Stage.DETACHED;
        return stream.failPending() ? Slot.Hold.ALL_WATERMARK : Slot.Hold.NONE;
    }

    @Override
    public @Nullable HeaderMap readableMap(MapType type) {
        if (stage == Stage.ENDING) {
            return null;
        }
        boolean logging = stage == Stage.LOGGING;
        return switch (type) {
            case HTTP_REQUEST_HEADERS -> request.seen || logging ? stream.requestHeaders() : null;
            case HTTP_REQUEST_TRAILERS -> request.trailersSeen || logging ? stream.requestTrailers() : null;
            case HTTP_RESPONSE_HEADERS -> response.seen || logging ? stream.responseHeaders() : null;
            case HTTP_RESPONSE_TRAILERS -> response.trailersSeen || logging ? stream.responseTrailers() : null;
            case HTTP_CALL_RESPONSE_HEADERS,
                    HTTP_CALL_RESPONSE_TRAILERS,
                    GRPC_RECEIVE_INITIAL_METADATA,
                    GRPC_RECEIVE_TRAILING_METADATA -> plugin.answerMap(type);
        };
    }

    @Override
    public @Nullable HeaderMap writableMap(MapType type) {
        if (stage != Stage.ALIVE) {
            return null;
        }
        return switch (type) {
            case HTTP_REQUEST_HEADERS -> request.headersOpen ? stream.requestHeaders() : null;
            case HTTP_RESPONSE_HEADERS -> response.headersOpen ? stream.responseHeaders() : null;
            case HTTP_REQUEST_TRAILERS -> writableTrailers(Direction.REQUEST);
            case HTTP_RESPONSE_TRAILERS -> writableTrailers(Direction.RESPONSE);
            default -> null;
        };
    }

    private @Nullable HeaderMap writableTrailers(Direction direction) {
        Slot slot = slot(direction);
        if (slot.trailersCreatable) {
            slot.trailersOpen = true;
            slot.trailersSeen = true;
            return stream.flow(direction).createTrailers();
        }
        return slot.trailersOpen ? stream.flow(direction).trailers() : null;
    }

    @Override
    public Status missingMapStatus(MapType type) {
        return stage == Stage.LOGGING && type != MapType.HTTP_REQUEST_HEADERS ? Status.NOT_FOUND : Status.BAD_ARGUMENT;
    }

    @Override
    public @Nullable GuestBuffer buffer(BufferType type) {
        return switch (type) {
            case HTTP_REQUEST_BODY -> body(request);
            case HTTP_RESPONSE_BODY -> body(response);
            default -> plugin.buffer(type);
        };
    }

    private static GuestBuffer body(Slot slot) {
        if (slot.view != null) {
            return slot.view;
        }
        boolean shown = slot.hold == Slot.Hold.BODY || slot.hold == Slot.Hold.HEADERS && slot.heldSize() > 0;
        return shown ? slot.held() : BytesView.EMPTY;
    }

    @Override
    public Status continueStream(StreamType type) {
        if (type == StreamType.UPSTREAM) {
            return Status.UNIMPLEMENTED;
        }
        if (type == StreamType.DOWNSTREAM || stage != Stage.ALIVE) {
            return Status.OK;
        }
        Direction direction = type == StreamType.REQUEST ? Direction.REQUEST : Direction.RESPONSE;
        Slot slot = slot(direction);
        slot.headersOpen = false;
        slot.trailersOpen = false;
        if (running == direction) {
            slot.resumed = true;
        } else if (!slot.resumeDue) {
            slot.resumeDue = true;
            vm.worker().afterCall(() -> {
                slot.resumeDue = false;
                stream.flow(direction).resume(this);
            });
        }
        return Status.OK;
    }

    @Override
    public Status closeStream(StreamType type) {
        if (stage == Stage.ALIVE && (type == StreamType.REQUEST || type == StreamType.RESPONSE)) {
            stream.closePending();
        }
        return Status.OK;
    }

    @Override
    public Status sendLocalResponse(int code, byte[] details, byte[] body, HeaderMap headers, int grpcStatus) {
        if (stage != Stage.ALIVE) {
            return Status.OK;
        }
        if (code < LOWEST_STATUS || code > HIGHEST_STATUS) {
            warn("proxy_send_local_response: status " + Integer.toUnsignedString(code) + " (expected: 200..999)");
            return Status.BAD_ARGUMENT;
        }
        if (!stream.replyPending(LocalReply.ofPlugin(code, details, body, headers, grpcStatus))) {
            warn("proxy_send_local_response: a second one, with status " + code + " (expected: one per callback)");
        }
        return Status.OK;
    }

    @Override
    public Status property(PropertyPath path, ResultBytes value) {
        Status own = plugin.properties().read(path, value);
        return own == Status.NOT_FOUND ? stream.properties().read(path, value, plugin.properties()) : own;
    }

    @Override
    Status store(String key, byte[] value, boolean readOnly, boolean ofConnection, int limit) {
        return stream.properties().store(key, value, readOnly, ofConnection, limit);
    }
}
