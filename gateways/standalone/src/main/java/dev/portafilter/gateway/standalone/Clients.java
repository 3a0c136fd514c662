package dev.portafilter.gateway.standalone;

import dev.portafilter.abi.HeaderMap;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop to all servers, pooled per server. They live on that event loop, so nothing hops
 * between threads. Event loop only.
 */
final class Clients {
    // Each carries as many streams as the server allows, a hundred as a rule.
    private static final int HTTP2_CONNECTIONS = 64;
    private static final int HTTP2_STREAMS = 1 << 17;

    private final Vertx vertx;
    private final @Nullable Path ca;
    private final GatewayLimits limits;
    private final Map<Target.Protocol, HttpClient> clients = new EnumMap<>(Target.Protocol.class);

    Clients(Vertx vertx, @Nullable Path ca, GatewayLimits limits) {
        this.vertx = vertx;
        this.ca = ca;
        this.limits = limits;
    }

    /** A request on a connection to a server; its method, path and authority are set, nothing else. */
    Future<HttpClientRequest> request(Target target, HeaderMap headers) {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.valueOf(text(headers, ":method")))
                .setHost(target.host())
                .setPort(target.port())
                .setSsl(target.protocol() == Target.Protocol.HTTPS)
                .setURI(text(headers, ":path"));
        HttpClient client = clients.computeIfAbsent(target.protocol(), this::create);
        return client.request(options).map(request -> {
            HostAndPort authority = HostAndPort.parseAuthority(text(headers, ":authority"), -1);
            if (authority != null) {
                request.authority(authority);
            }
            return request;
        });
    }

    private static String text(HeaderMap headers, String name) {
        String value = headers.get(name);
        return value == null ? "" : value;
    }

    private HttpClient create(Target.Protocol protocol) {
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout(limits.connectTimeoutMillis())
                .setMaxHeaderSize(limits.headerBytes())
                .setMaxInitialLineLength(limits.headerBytes())
                .setMaxChunkSize(Wire.CHUNK_BYTES)
                .setDecompressionSupported(false)
                .setHttp2MultiplexingLimit(HTTP2_STREAMS)
                .setHttp2ConnectionWindowSize(Wire.CONNECTION_WINDOW_BYTES)
                .setInitialSettings(new Http2Settings()
                        .setPushEnabled(false)
                        .setInitialWindowSize(Wire.STREAM_WINDOW_BYTES)
                        .setMaxHeaderListSize(limits.headerBytes()));
        switch (protocol) {
            case HTTP -> options.setProtocolVersion(HttpVersion.HTTP_1_1);
            case H2C -> options.setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false);
            case HTTPS -> {
                options.setSsl(true).setUseAlpn(true).setProtocolVersion(HttpVersion.HTTP_2);
                if (ca != null) {
                    options.setTrustOptions(new PemTrustOptions().addCertPath(ca.toString()));
                }
            }
            default -> throw new IllegalArgumentException("protocol: " + protocol);
        }
        PoolOptions pool = new PoolOptions()
                .setHttp1MaxSize(limits.connectionsPerTarget())
                .setHttp2MaxSize(HTTP2_CONNECTIONS)
                .setMaxWaitQueueSize(limits.connectionsPerTarget());
        return vertx.httpClientBuilder()
                .with(options)
                .with(pool)
                .withConnectHandler(UpstreamConnection::watch)
                .build();
    }

    /** Closes every connection. */
    Future<Void> close() {
        Future<Void> all = Future.succeededFuture();
        for (HttpClient client : clients.values()) {
            all = all.eventually(client::close);
        }
        clients.clear();
        return all;
    }
}
