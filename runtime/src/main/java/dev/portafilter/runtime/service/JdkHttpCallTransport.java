package dev.portafilter.runtime.service;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP calls of plugins over the JDK's {@link HttpClient}, for embedders whose server library brings no client. HTTP/1.1
 * for {@code http} clusters, HTTP/2 where the server offers it for {@code https} ones. Thread-safe; {@link #start} hands
 * the call to a daemon thread and returns. Redirects are not followed; the JVM's proxy settings apply.
 *
 * <p>What the JDK's client cannot do: it sends the authority of the cluster's address as {@code host}, unless the JVM runs
 * with {@code -Djdk.httpclient.allowRestrictedHeaders=host}, in which case the plugin's {@code :authority} is sent; it has
 * no trailers in either direction; it sends header bytes above 127 as {@code ?} over HTTP/1.1; it gives the headers of a
 * response in alphabetical order; it sends a GET or HEAD once more when the connection ends before the first byte of the
 * answer. Characters of {@code :path} that a URI cannot hold are percent-encoded.
 * Source: ABI reference, section 3.7.
 */
public final class JdkHttpCallTransport implements HttpCallTransport, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JdkHttpCallTransport.class);

    private final Map<String, URI> clusters;
    private final int maxResponseBytes;
    private final JdkHttpRequests requests = new JdkHttpRequests();
    private final Set<JdkHttpCall> calls = ConcurrentHashMap.newKeySet();
    // Starts calls, keeps their time, and tells their outcome.
    private final ScheduledThreadPoolExecutor thread = DaemonThread.scheduled("portafilter-http-calls");
    // Null once closed: a client that nobody refers to ends its threads and connections.
    private volatile @Nullable HttpClient client;

    private JdkHttpCallTransport(Builder builder) {
        clusters = Map.copyOf(builder.clusters);
        maxResponseBytes = builder.maxResponseBytes;
        HttpClient.Builder parts = HttpClient.newBuilder()
                .connectTimeout(Duration.ofMillis(builder.connectTimeoutMillis))
                .followRedirects(HttpClient.Redirect.NEVER);
        if (builder.sslContext != null) {
            parts.sslContext(builder.sslContext);
        }
        client = parts.build();
    }

    /** Starts with no cluster. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public boolean knows(String upstream) {
        return clusters.containsKey(upstream);
    }

    /**
     * Starts a call; the listener is told on a thread of this transport.
     *
     * @return null when the cluster is unknown, the transport is closed, {@code :path} does not begin with {@code /}, or
     *     the JDK's client refuses the method; the reason is logged at debug level
     */
    @Override
    public @Nullable Cancellable start(HttpCallRequest request, HttpCallListener listener) {
        HttpClient current = client;
        URI cluster = clusters.get(request.upstream());
        if (current == null || cluster == null) {
            LOG.debug("http call to \"{}\" refused: {}", request.upstream(), current == null ? "closed" : "unknown");
            return null;
        }
        JdkHttpCall call;
        try {
            call = new JdkHttpCall(
                    requests.request(cluster, request),
                    new JdkHttpCall.Target(request.upstream(), cluster),
                    listener,
                    maxResponseBytes,
                    thread,
                    calls);
        } catch (IllegalArgumentException e) {
            LOG.debug("http call to \"{}\" refused: {}", request.upstream(), e.getMessage());
            return null;
        }
        calls.add(call);
        try {
            thread.execute(() -> call.begin(current, request.timeoutMillis()));
        } catch (RejectedExecutionException e) {
            // Closed meanwhile; whoever comes first decides what the caller hears.
            return call.retract() ? null : call;
        }
        return call;
    }

    /** Ends calls in flight, whose listeners hear that they broke, and starts no further ones. Again does nothing. */
    @Override
    public void close() {
        client = null;
        thread.shutdownNow();
        for (JdkHttpCall call : calls) {
            call.fail("the transport was closed");
        }
    }

    /** Collects the clusters and limits. Not thread-safe. */
    public static final class Builder {
        private final Map<String, URI> clusters = new LinkedHashMap<>();
        private int maxResponseBytes = 16 << 20;
        private int connectTimeoutMillis = 5_000;
        private @Nullable SSLContext sslContext;

        private Builder() {}

        /**
         * Adds a cluster.
         *
         * @param name as plugins call it
         * @param base scheme, host and port, such as {@code http://10.0.0.7:8080}
         * @throws IllegalArgumentException when there is more or less in it
         */
        public Builder cluster(String name, URI base) {
            boolean http = "http".equalsIgnoreCase(base.getScheme()) || "https".equalsIgnoreCase(base.getScheme());
            boolean plain = base.getHost() != null
                    && base.getRawUserInfo() == null
                    && base.getRawQuery() == null
                    && base.getRawFragment() == null
                    && (base.getRawPath().isEmpty() || base.getRawPath().equals("/"));
            if (!http || !plain) {
                // A user info part may be a secret.
                throw new IllegalArgumentException("cluster \"" + name + "\": "
                        + (base.getRawUserInfo() == null ? base : "address with a user")
                        + " (expected: http or https, host and port only)");
            }
            clusters.put(name, base);
            return this;
        }

        /** Sets the most bytes of a response body, 16 MiB unless set; a longer one counts as broken. */
        public Builder maxResponseBytes(int value) {
            if (value < 0) {
                throw new IllegalArgumentException("maxResponseBytes: " + value + " (expected: 0 or more)");
            }
            maxResponseBytes = value;
            return this;
        }

        /** Sets the longest time to connect, 5000 unless set; a longer one counts as unreachable. */
        public Builder connectTimeoutMillis(int value) {
            if (value < 1) {
                throw new IllegalArgumentException("connectTimeoutMillis: " + value + " (expected: at least 1)");
            }
            connectTimeoutMillis = value;
            return this;
        }

        /** Sets whom to trust for {@code https}; the JVM's default unless set. */
        public Builder sslContext(SSLContext value) {
            sslContext = Objects.requireNonNull(value, "sslContext");
            return this;
        }

        /** The transport, with a thread of its own until closed. */
        public JdkHttpCallTransport build() {
            return new JdkHttpCallTransport(this);
        }
    }
}
