package dev.portafilter.benchmarks.peer;

import io.roastedroot.proxywasm.internal.HttpCallResponseHandler;
import io.roastedroot.proxywasm.internal.HttpRequestAdaptor;
import io.roastedroot.proxywasm.internal.ProxyMap;
import io.roastedroot.proxywasm.internal.ServerAdaptor;
import java.net.URI;

/** What the other host needs of a server: no timers, and one answer to every HTTP call, from another thread. */
final class PeerServer implements ServerAdaptor {
    private static final byte[] NO_BODY = new byte[0];

    private final String[] callAnswer;

    PeerServer(String[] callAnswer) {
        this.callAnswer = callAnswer;
    }

    @Override
    public Runnable scheduleTick(long delay, Runnable task) {
        return () -> {};
    }

    @Override
    public HttpRequestAdaptor httpRequestAdaptor(Object context) {
        throw new UnsupportedOperationException("httpRequestAdaptor: exchanges are made by hand here");
    }

    @Override
    public Runnable scheduleHttpCall(
            String method,
            String host,
            int port,
            URI uri,
            ProxyMap headers,
            byte[] body,
            ProxyMap trailers,
            int timeout,
            HttpCallResponseHandler handler) {
        Thread thread = new Thread(() -> handler.call(200, ProxyMap.of(callAnswer), NO_BODY), "peer-http-call");
        thread.setDaemon(true);
        thread.start();
        return () -> {};
    }
}
