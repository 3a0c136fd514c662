package dev.portafilter.gateway.standalone;

import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.util.concurrent.TimeUnit;

/** The listener's options in Vert.x's words. */
final class Servers {
    private Servers() {}

    static HttpServerOptions options(GatewayOptions options) {
        GatewayLimits limits = options.limits();
        HttpServerOptions server = new HttpServerOptions()
                .setMaxHeaderSize(limits.headerBytes())
                .setMaxInitialLineLength(limits.headerBytes())
                .setMaxChunkSize(Wire.CHUNK_BYTES)
                .setHandle100ContinueAutomatically(false)
                .setCompressionSupported(false)
                .setDecompressionSupported(false)
                .setHttp2ConnectionWindowSize(Wire.CONNECTION_WINDOW_BYTES)
                .setInitialSettings(new Http2Settings()
                        .setMaxConcurrentStreams(100)
                        .setInitialWindowSize(Wire.STREAM_WINDOW_BYTES)
                        .setMaxHeaderListSize(limits.headerBytes()));
        if (limits.idleTimeoutMillis() > 0) {
            // A little later than an exchange's own limit, which gives the client an answer.
            server.setIdleTimeout((int) limits.idleTimeoutMillis() + 1_000).setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        }
        if (options.tlsCertificate() != null && options.tlsKey() != null) {
            server.setSsl(true)
                    .setUseAlpn(true)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .addCertPath(options.tlsCertificate().toString())
                            .addKeyPath(options.tlsKey().toString()));
        }
        if (options.clientCa() != null) {
            server.setClientAuth(ClientAuth.REQUEST)
                    .setTrustOptions(
                            new PemTrustOptions().addCertPath(options.clientCa().toString()));
        }
        return server;
    }
}
