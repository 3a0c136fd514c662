package dev.portafilter.runtime.stream;

import dev.portafilter.abi.BufferType;
import dev.portafilter.abi.CallToken;
import dev.portafilter.abi.Callback;
import dev.portafilter.abi.GrpcCallHead;
import dev.portafilter.abi.GuestBuffer;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.MapType;
import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import dev.portafilter.abi.StreamType;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.service.Cancellable;
import dev.portafilter.runtime.service.LogLimiter;
import org.jspecify.annotations.Nullable;

/**
 * A plugin in one VM: the root context, parent of its stream contexts. It receives ticks, queue notifications and the
 * answers of calls. Source: ABI reference, sections 2.1, 2.2 and 4.6.
 */
final class PluginContext extends GuestContext {
    private enum Stage {
        /** {@code on_context_create}: the plugin configuration is readable. */
        CREATING,
        STARTING,
        CONFIGURING,
        RUNNING,
        /** {@code on_done} gave false; waits for {@code proxy_done}. */
        ENDING,
        ENDED
    }

    private final PluginSpec spec;
    private final BytesView configuration;
    private final RootProperties properties;
    private final DeclaredProperties declared = new DeclaredProperties();
    private final Ticker ticker;
    private final LogLimiter log;
    private Stage stage = Stage.CREATING;
    private boolean deleteDue;
    private int streams;
    private @Nullable Runnable whenIdle;
    private @Nullable Runnable whenEnded;
    private @Nullable Cancellable registration;
    private @Nullable CallAnswer answer;
    private @Nullable BytesView foreignArguments;
    private GrpcAnswer grpcAnswer = GrpcAnswer.NONE;
    private int callStatus;
    private byte[] callStatusMessage = BodyBuffer.EMPTY;

    PluginContext(PluginVm vm, int id, PluginSpec spec) {
        super(vm, id);
        this.spec = spec;
        this.configuration = new BytesView(spec.configuration());
        this.properties = new RootProperties(spec, vm.worker().services().node());
        this.ticker = new Ticker(vm.worker(), this::tick);
        this.log = vm.worker().log(spec);
    }

    PluginSpec spec() {
        return spec;
    }

    RootProperties properties() {
        return properties;
    }

    DeclaredProperties declared() {
        return declared;
    }

    boolean running() {
        return stage == Stage.RUNNING && !vm.failed();
    }

    /**
     * Creates, starts and configures the plugin in the guest.
     *
     * @return null when it runs, else why not
     */
    @Nullable String start() {
        vm.call(this, Callback.ON_CONTEXT_CREATE, id(), 0);
        if (vm.failed()) {
            return vm.failureText();
        }
        stage = Stage.STARTING;
        int started =
                vm.call(this, Callback.ON_VM_START, id(), vm.vmConfiguration().size());
        if (vm.failed()) {
            return vm.failureText();
        }
        if (started == 0) {
            return abandon("proxy_on_vm_start returned false (expected: true)");
        }
        stage = Stage.CONFIGURING;
        int configured = vm.call(this, Callback.ON_CONFIGURE, id(), configuration.size());
        if (vm.failed()) {
            return vm.failureText();
        }
        if (configured == 0) {
            return abandon("proxy_on_configure returned false (expected: true; configuration of " + configuration.size()
                    + " bytes)");
        }
        stage = Stage.RUNNING;
        return null;
    }

    /** Takes what is to be cancelled when the plugin has ended. */
    void registered(Cancellable handle) {
        registration = handle;
    }

    int streamCount() {
        return streams;
    }

    void streamOpened() {
        streams++;
    }

    void streamEnded() {
        streams--;
        if (streams == 0 && whenIdle != null) {
            whenIdle.run();
        }
    }

    /** Runs a task each time the last stream ends, and now when there is none. */
    void whenIdle(Runnable task) {
        whenIdle = task;
        if (streams == 0) {
            task.run();
        }
    }

    /** Runs a task once the plugin has ended, told to the guest or not. */
    void whenEnded(Runnable task) {
        whenEnded = task;
    }

    /** The VM is given back, also under a plugin that never said that it was done. */
    void vmReleased() {
        if (registration != null) {
            registration.cancel();
            registration = null;
        }
    }

    private void ended() {
        stage = Stage.ENDED;
        vmReleased();
        Runnable task = whenEnded;
        whenEnded = null;
        if (task != null) {
            task.run();
        }
    }

    /** Tells the guest that the plugin ends; a root that says "not yet" is forgotten once it calls {@code proxy_done}. */
    void end() {
        if (stage == Stage.ENDED || stage == Stage.ENDING) {
            return;
        }
        boolean told = stage == Stage.RUNNING;
        ticker.stop();
        if (vm.failed() || !told) {
            ended();
            return;
        }
        int done = vm.call(this, Callback.ON_DONE, id());
        if (vm.failed()) {
            ended();
        } else if (done == 0) {
            stage = Stage.ENDING;
        } else {
            delete();
        }
    }

    /** Ends a plugin that has taken too long to say that it is done. */
    void endNow() {
        if (waiting()) {
            delete();
        }
    }

    /** Whether the plugin has said that it is not done yet. */
    boolean waiting() {
        return stage == Stage.ENDING && !vm.failed();
    }

    /** Stops for good without telling the guest: it is gone. */
    @Override
    void vmFailed() {
        ticker.stop();
        ended();
    }

    void queueReady(int token) {
        if (running()) {
            vm.call(this, Callback.ON_QUEUE_READY, id(), token);
        }
    }

    /** Calls a function of the guest's own; its arguments are readable only during the callback. */
    void foreignFunction(int functionId, byte[] arguments) {
        if (running()) {
            foreignArguments = new BytesView(arguments);
            vm.call(this, Callback.ON_FOREIGN_FUNCTION, id(), functionId, arguments.length);
            foreignArguments = null;
        }
    }

    /** Delivers the answer of a call; headers, body and trailers are readable only during the callback. */
    void callAnswered(int token, CallAnswer delivered) {
        if (!running() && !waiting()) {
            return;
        }
        answer = delivered;
        if (delivered.failed()) {
            callStatus = Status.BROKEN_CONNECTION.code();
            callStatusMessage = CallAnswer.RESET;
        }
        try {
            vm.call(
                    this,
                    Callback.ON_HTTP_CALL_RESPONSE,
                    id(),
                    token,
                    delivered.headers().count(),
                    delivered.body().size(),
                    delivered.trailers().count());
        } finally {
            answer = null;
            callStatusMessage = BodyBuffer.EMPTY;
        }
    }

    /** Delivers the initial metadata of a gRPC stream; readable only during the callback. */
    void grpcInitialMetadata(int token, HeaderMap metadata) {
        deliver(
                GrpcAnswer.ofInitialMetadata(metadata),
                Callback.ON_GRPC_RECEIVE_INITIAL_METADATA,
                token,
                metadata.count());
    }

    /** Delivers a gRPC message; readable only during the callback. */
    void grpcReceived(int token, byte[] message) {
        deliver(GrpcAnswer.ofMessage(message), Callback.ON_GRPC_RECEIVE, token, message.length);
    }

    /** Delivers the trailing metadata of a gRPC stream; readable only during the callback. */
    void grpcTrailingMetadata(int token, HeaderMap metadata) {
        deliver(
                GrpcAnswer.ofTrailingMetadata(metadata),
                Callback.ON_GRPC_RECEIVE_TRAILING_METADATA,
                token,
                metadata.count());
    }

    /** Tells the guest that a gRPC call is over; the call status says the same until another callout ends. */
    void grpcClosed(int token, int status, byte[] message) {
        if (running() || waiting()) {
            callStatus = status;
            callStatusMessage = message;
            deliver(GrpcAnswer.NONE, Callback.ON_GRPC_CLOSE, token, status);
        }
    }

    private void deliver(GrpcAnswer delivered, Callback callback, int token, int number) {
        if (!running() && !waiting()) {
            return;
        }
        grpcAnswer = delivered;
        try {
            vm.call(this, callback, id(), token, number);
        } finally {
            grpcAnswer = GrpcAnswer.NONE;
            callStatusMessage = BodyBuffer.EMPTY;
        }
    }

    private void tick() {
        if (running()) {
            vm.call(this, Callback.ON_TICK, id());
        }
    }

    private void delete() {
        if (stage == Stage.ENDED) {
            return;
        }
        stage = Stage.ENDED;
        vm.call(this, Callback.ON_DELETE, id());
        vm.grpcCalls().cancelAll(this);
        vm.forget(this);
        ended();
    }

    private String abandon(String reason) {
        ticker.stop();
        stage = Stage.ENDED;
        vm.grpcCalls().cancelAll(this);
        vm.forget(this);
        return reason;
    }

    @Override
    String pluginName() {
        return spec.qualifiedName();
    }

    @Override
    LogLimiter pluginLog() {
        return log;
    }

    @Override
    public int rootId() {
        return id();
    }

    /** A map with what a callout brought, or null when it brought none of this kind just now. */
    @Nullable HeaderMap answerMap(MapType type) {
        return switch (type) {
            case GRPC_RECEIVE_INITIAL_METADATA, GRPC_RECEIVE_TRAILING_METADATA -> grpcAnswer.map(type);
            default -> httpAnswerMap(type);
        };
    }

    private @Nullable HeaderMap httpAnswerMap(MapType type) {
        if (answer == null || answer.failed()) {
            return null;
        }
        return switch (type) {
            case HTTP_CALL_RESPONSE_HEADERS -> answer.headers();
            // Without trailers there is no such map.
            case HTTP_CALL_RESPONSE_TRAILERS -> answer.trailers().count() == 0 ? null : answer.trailers();
            default -> null;
        };
    }

    /** Buffers that do not belong to a stream. */
    @Override
    public @Nullable GuestBuffer buffer(BufferType type) {
        return switch (type) {
            case VM_CONFIGURATION -> vm.vmConfiguration();
            case PLUGIN_CONFIGURATION -> stage == Stage.CREATING || stage == Stage.CONFIGURING ? configuration : null;
            case HTTP_CALL_RESPONSE_BODY -> answer == null || answer.failed() ? null : answer.body();
            case CALL_DATA -> foreignArguments;
            case GRPC_RECEIVE_BUFFER -> grpcAnswer.message();
            case HTTP_REQUEST_BODY, HTTP_RESPONSE_BODY, DOWNSTREAM_DATA, UPSTREAM_DATA -> BytesView.EMPTY;
        };
    }

    @Override
    public byte[] configuration() {
        return stage == Stage.CREATING || stage == Stage.CONFIGURING
                ? configuration.bytes()
                : vm.vmConfiguration().bytes();
    }

    @Override
    public @Nullable HeaderMap readableMap(MapType type) {
        return answerMap(type);
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
    public Status continueStream(StreamType type) {
        return type == StreamType.UPSTREAM ? Status.UNIMPLEMENTED : Status.OK;
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
        return vm.httpCalls().start(this, upstream, headers, body, trailers, timeoutMillis, token);
    }

    @Override
    public Status grpcCall(GrpcCallHead head, byte[] message, int timeoutMillis, CallToken token) {
        return vm.grpcCalls().call(this, head, message, timeoutMillis, token);
    }

    @Override
    public Status grpcStream(GrpcCallHead head, CallToken token) {
        return vm.grpcCalls().stream(this, head, token);
    }

    @Override
    public Status grpcSend(int token, byte[] message, boolean endOfStream) {
        return vm.grpcCalls().send(this, token, message, endOfStream);
    }

    @Override
    public Status grpcCancel(int token) {
        return vm.grpcCalls().cancel(this, token);
    }

    @Override
    public Status grpcClose(int token) {
        return vm.grpcCalls().close(this, token);
    }

    @Override
    public void setTickPeriod(int periodMillis) {
        if (vm.exports(Callback.ON_TICK)) {
            ticker.setPeriod(Integer.toUnsignedLong(periodMillis));
        }
    }

    @Override
    public int callStatus() {
        return callStatus;
    }

    @Override
    public byte[] callStatusMessage() {
        return callStatusMessage;
    }

    @Override
    public Status done() {
        if (stage != Stage.ENDING) {
            return Status.NOT_FOUND;
        }
        if (!deleteDue) {
            deleteDue = true;
            vm.worker().afterCall(this::delete);
        }
        return Status.OK;
    }

    @Override
    public Status property(PropertyPath path, ResultBytes value) {
        Status status = properties.read(path, value);
        boolean formerName = path.size() > 0 && path.segment(0).equals("node");
        return status == Status.NOT_FOUND && formerName ? properties.read(path.under("xds"), value) : status;
    }

    @Override
    public Status declareProperty(String name, boolean readOnly, boolean ofConnection) {
        return declared.declare(name, readOnly, ofConnection);
    }

    @Override
    public Status setProperty(PropertyPath path, byte[] value) {
        return Status.NOT_FOUND;
    }
}
