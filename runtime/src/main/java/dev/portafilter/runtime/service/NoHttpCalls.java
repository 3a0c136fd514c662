package dev.portafilter.runtime.service;

import org.jspecify.annotations.Nullable;

enum NoHttpCalls implements HttpCallTransport {
    INSTANCE;

    @Override
    public boolean knows(String upstream) {
        return false;
    }

    @Override
    public @Nullable Cancellable start(HttpCallRequest request, HttpCallListener listener) {
        return null;
    }
}
