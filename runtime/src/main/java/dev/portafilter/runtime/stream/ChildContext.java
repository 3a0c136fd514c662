package dev.portafilter.runtime.stream;

import dev.portafilter.abi.CallToken;
import dev.portafilter.abi.GrpcCallHead;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.MapType;
import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.Status;
import dev.portafilter.runtime.service.LogLimiter;
import org.jspecify.annotations.Nullable;

/** A context whose parent is a plugin's: what is asked of it but belongs to the plugin, the plugin answers. */
abstract class ChildContext extends GuestContext {
    final PluginContext plugin;
    // What it has declared itself, which has no effect but can be done once only; none until then.
    private @Nullable DeclaredProperties declared;

    ChildContext(PluginContext plugin, int id) {
        super(plugin.vm, id);
        this.plugin = plugin;
    }

    /** The plugin ends before its stream does: by the failure policy the stream goes on without it, or fails. */
    abstract void cutOff();

    @Override
    final String pluginName() {
        return plugin.pluginName();
    }

    @Override
    final LogLimiter pluginLog() {
        return plugin.pluginLog();
    }

    @Override
    public final int rootId() {
        return plugin.id();
    }

    @Override
    public final void mapChanged(MapType type) {}

    @Override
    public final byte[] configuration() {
        return plugin.configuration();
    }

    @Override
    public final Status clearRouteCache() {
        return Status.OK;
    }

    @Override
    public final Status httpCall(
            byte[] upstream, HeaderMap headers, byte[] body, HeaderMap trailers, int timeoutMillis, CallToken token) {
        return plugin.httpCall(upstream, headers, body, trailers, timeoutMillis, token);
    }

    @Override
    public final Status grpcCall(GrpcCallHead head, byte[] message, int timeoutMillis, CallToken token) {
        return plugin.grpcCall(head, message, timeoutMillis, token);
    }

    @Override
    public final Status grpcStream(GrpcCallHead head, CallToken token) {
        return plugin.grpcStream(head, token);
    }

    @Override
    public final Status grpcSend(int token, byte[] message, boolean endOfStream) {
        return plugin.grpcSend(token, message, endOfStream);
    }

    @Override
    public final Status grpcCancel(int token) {
        return plugin.grpcCancel(token);
    }

    @Override
    public final Status grpcClose(int token) {
        return plugin.grpcClose(token);
    }

    @Override
    public final void setTickPeriod(int periodMillis) {
        plugin.setTickPeriod(periodMillis);
    }

    @Override
    public final int callStatus() {
        return plugin.callStatus();
    }

    @Override
    public final byte[] callStatusMessage() {
        return plugin.callStatusMessage();
    }

    @Override
    public final Status done() {
        return plugin.done();
    }

    @Override
    public final Status setProperty(PropertyPath path, byte[] value) {
        String name = StreamProperties.nameOf(path);
        DeclaredProperties.Declaration declaration = plugin.declared().of(name);
        boolean readOnly = declaration != null && declaration.readOnly();
        boolean ofConnection = declaration != null && declaration.ofConnection();
        return stored(FilterState.PROPERTY_PREFIX + name, value, readOnly, ofConnection);
    }

    @Override
    public final Status declareProperty(String name, boolean readOnly, boolean ofConnection) {
        if (declared == null) {
            declared = new DeclaredProperties();
        }
        return declared.declare(name, readOnly, ofConnection);
    }

    @Override
    public final Status setFilterState(String key, byte[] value, boolean ofConnection) {
        return stored(key, value, false, ofConnection);
    }

    /** Stores something for later plugins where this kind of stream keeps it. */
    abstract Status store(String key, byte[] value, boolean readOnly, boolean ofConnection, int limit);

    private Status stored(String key, byte[] value, boolean readOnly, boolean ofConnection) {
        int limit = plugin.spec().limits().propertyBytes();
        Status status = store(key, value, readOnly, ofConnection, limit);
        if (status == Status.INTERNAL_FAILURE) {
            warn("proxy_set_property \"" + key + "\": " + value.length + " bytes more (expected: at most propertyBytes="
                    + limit + " in all)");
        }
        return status;
    }
}
