package dev.portafilter.runtime.stream;

import dev.portafilter.abi.CallToken;
import dev.portafilter.abi.GrpcCallHead;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.MapType;
import dev.portafilter.abi.Status;
import dev.portafilter.runtime.service.LogLimiter;

/** A context whose parent is a plugin's: what is asked of it but belongs to the plugin, the plugin answers. */
abstract class ChildContext extends GuestContext {
    final PluginContext plugin;

    ChildContext(PluginContext plugin, int id) {
        super(plugin.vm, id);
        this.plugin = plugin;
    }

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
}
