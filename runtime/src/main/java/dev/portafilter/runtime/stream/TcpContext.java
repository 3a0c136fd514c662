package dev.portafilter.runtime.stream;

import dev.portafilter.abi.BufferType;
import dev.portafilter.abi.Callback;
import dev.portafilter.abi.GuestBuffer;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.MapType;
import dev.portafilter.abi.PeerType;
import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import dev.portafilter.abi.StreamType;
import dev.portafilter.runtime.plugin.FailurePolicy;
import org.jspecify.annotations.Nullable;

/**
 * One plugin on one TCP connection: calls the guest's connection callbacks and answers the host calls that concern the
 * connection. There are no header maps and there is nothing to reply with. Source: ABI reference, sections 2.3, 2.4, 3.3,
 * 3.5 and 4.5.
 */
final class TcpContext extends ChildContext {
    private enum Stage {
        /** Not yet announced to the guest. */
        UNBORN,
        ALIVE,
        /** The connection is over, and the guest is being told. */
        ENDING,
        /** Passed by: no callback is made any more. */
        DETACHED
    }

    private final TcpStream stream;
    private final TcpSlot downstream = new TcpSlot();
    private final TcpSlot upstream = new TcpSlot();
    private Stage stage = Stage.UNBORN;
    private @Nullable Callback running;
    /** The plugin has not yet let the connection pass. */
    private boolean connectionHeld;
    /** The plugin asked to go on inside of {@code on_new_connection}. */
    private boolean resumeDue;

    private boolean connectionResumed;

    TcpContext(TcpStream stream, PluginContext plugin, int id) {
        super(plugin, id);
        this.stream = stream;
    }

    TcpSlot slot(TcpSide side) {
        return side == TcpSide.DOWNSTREAM ? downstream : upstream;
    }

    /** Whether the plugin is to be shown bytes. */
    boolean takesData() {
        return stage == Stage.ALIVE;
    }

    /** Announces the connection; gives whether the guest lets it pass. */
    boolean onNewConnection() {
        if (stage == Stage.DETACHED) {
            return true;
        }
        if (!vm.failed()) {
            stage = Stage.ALIVE;
            vm.call(this, Callback.ON_CONTEXT_CREATE, id(), plugin.id());
        }
        int result = run(Callback.ON_NEW_CONNECTION, 0, 0, null);
        if (vm.failed()) {
            return afterFailure();
        }
        if (stream.endPending()) {
            return false;
        }
        connectionHeld = result != 0 && !connectionResumed;
        return !connectionHeld;
    }

    /** Shows bytes to the guest, with those that it held before; gives whether it lets them pass. */
    boolean onData(TcpSide side, byte[] data, boolean endOfStream) {
        TcpSlot slot = slot(side);
        slot.show(data, endOfStream);
        int result = run(side.onData, slot.size(), endOfStream ? 1 : 0, slot);
        if (vm.failed()) {
            return afterFailure();
        }
        if (stream.endPending()) {
            return false;
        }
        boolean goesOn = slot.decide(result == 0);
        if (side == TcpSide.UPSTREAM && endOfStream) {
            run(Callback.ON_UPSTREAM_CONNECTION_CLOSE, PeerType.UNKNOWN.ordinal(), 0, null);
            if (vm.failed()) {
                return afterFailure();
            }
        }
        return goesOn;
    }

    /** The connection is over. The result of {@code on_done} is ignored, as in Envoy. */
    void end(PeerType peer) {
        if (stage == Stage.ALIVE) {
            stage = Stage.ENDING;
            downstream.take();
            upstream.take();
            run(Callback.ON_DOWNSTREAM_CONNECTION_CLOSE, peer.ordinal(), 0, null);
            vm.call(this, Callback.ON_DONE, id());
            vm.call(this, Callback.ON_LOG, id());
            vm.call(this, Callback.ON_DELETE, id());
        }
        stage = Stage.DETACHED;
        vm.forget(this);
        plugin.streamEnded();
    }

    /** Gives whether the connection waited here; it does no longer. */
    boolean takeHeldConnection() {
        boolean held = connectionHeld;
        connectionHeld = false;
        return held;
    }

    /** The VM has failed in some other call: a connection that waits here goes on by the failure policy. */
    @Override
    void vmFailed() {
        if (stage == Stage.DETACHED || stream.finished()) {
            return;
        }
        boolean waiting = connectionHeld || downstream.paused() || upstream.paused();
        if (plugin.spec().failurePolicy() == FailurePolicy.FAIL_OPEN) {
            passBy();
        } else if (waiting) {
            stream.fail();
        } else if (stage == Stage.ALIVE && vm.worker().sparesInFlight()) {
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
            stream.close("wasm_plugin_retired");
        }
    }

    private void passBy() {
        stage = Stage.DETACHED;
        stream.resume(this);
    }

    /** The VM failed under this connection: by policy the plugin vanishes from it, or the connection is closed. */
    private boolean afterFailure() {
        stage = Stage.DETACHED;
        if (plugin.spec().failurePolicy() == FailurePolicy.FAIL_OPEN) {
            // What it holds of the other side goes on too, once the guest has been left.
            vm.worker().afterCall(() -> stream.resume(this));
            return !stream.endPending();
        }
        stream.failPending();
        return false;
    }

    private int run(Callback callback, int first, int second, @Nullable TcpSlot slot) {
        if (vm.failed()) {
            return 0;
        }
        running = callback;
        CallbackTrace trace = stream.trace();
        byte[] before = trace == null || slot == null ? BodyBuffer.EMPTY : slot.snapshot();
        int result = vm.call(this, callback, id(), first, second);
        running = null;
        if (trace != null) {
            byte[] after = slot == null ? BodyBuffer.EMPTY : slot.snapshot();
            trace.called(new CallbackTrace.Event(
                    plugin.spec().qualifiedName(), callback, id(), result, null, null, before, after));
        }
        return result;
    }

    @Override
    public @Nullable HeaderMap readableMap(MapType type) {
        return plugin.readableMap(type);
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
    public @Nullable GuestBuffer buffer(BufferType type) {
        return switch (type) {
            case DOWNSTREAM_DATA -> downstream.buffer();
            case UPSTREAM_DATA -> upstream.buffer();
            default -> plugin.buffer(type);
        };
    }

    @Override
    public Status continueStream(StreamType type) {
        if (type == StreamType.UPSTREAM) {
            return Status.UNIMPLEMENTED;
        }
        if (type != StreamType.DOWNSTREAM || stage != Stage.ALIVE) {
            return Status.OK;
        }
        if (running == Callback.ON_NEW_CONNECTION) {
            connectionResumed = true;
        } else if (running == Callback.ON_DOWNSTREAM_DATA) {
            downstream.resumeAfterCallback();
        } else if (!resumeDue) {
            // A plugin may ask a million times.
            resumeDue = true;
            vm.worker().afterCall(() -> {
                resumeDue = false;
                stream.resumeDownstream(this);
            });
        }
        return Status.OK;
    }

    @Override
    public Status closeStream(StreamType type) {
        if (stage == Stage.ALIVE && (type == StreamType.DOWNSTREAM || type == StreamType.UPSTREAM)) {
            stream.closePending();
        }
        return Status.OK;
    }

    @Override
    public Status sendLocalResponse(int code, byte[] details, byte[] body, HeaderMap headers, int grpcStatus) {
        return Status.OK;
    }

    @Override
    public Status property(PropertyPath path, ResultBytes value) {
        Status own = plugin.properties().read(path, value);
        return own == Status.NOT_FOUND ? stream.properties().read(path, value) : own;
    }

    @Override
    Status store(String key, byte[] value, boolean readOnly, boolean ofConnection, int limit) {
        return stream.properties().state().set(key, value, readOnly, limit);
    }
}
