package dev.portafilter.gateway.standalone;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything a gateway is told. Immutable.
 *
 * @param listen where HTTP clients connect
 * @param admin where operators look; nowhere when null
 * @param upstream where requests go; also the cluster {@code upstream}; when null, there is no HTTP
 * @param tcp where TCP connections come from and go to; when null, there are none
 * @param clusters the servers that plugins may call, by name
 * @param tlsCertificate the listener's certificate chain in PEM form; clear text when null
 * @param tlsKey the certificate's private key in PEM form
 * @param clientCa certificates that vouch for clients, in PEM form: the listener asks clients for theirs, and refuses wrong
 *     ones; it asks for none when null
 * @param ca certificates that vouch for the upstream and the clusters, in PEM form; the system's when null
 * @param workers number of event loops, each with its own VMs
 */
public record GatewayOptions(
        Endpoint listen,
        @Nullable Endpoint admin,
        @Nullable Target upstream,
        @Nullable TcpRoute tcp,
        Map<String, Target> clusters,
        @Nullable Path tlsCertificate,
        @Nullable Path tlsKey,
        @Nullable Path clientCa,
        @Nullable Path ca,
        int workers,
        GatewayLimits limits) {
    /** The name of the cluster that is the upstream. */
    public static final String UPSTREAM_CLUSTER = "upstream";

    /**
     * Starts with a listener on {@code 127.0.0.1:8080} and a worker per processor.
     *
     * @param upstream where requests go
     */
    public static Builder builder(Target upstream) {
        return new Builder(Objects.requireNonNull(upstream, "upstream"));
    }

    /** Starts without HTTP, for {@link Builder#tcp}, and with a worker per processor. */
    public static Builder builder() {
        return new Builder(null);
    }

    /** Checks the parts against each other; all that is wrong is in the message, a line each. */
    public GatewayOptions {
        clusters = Collections.unmodifiableMap(new LinkedHashMap<>(clusters));
        List<String> problems = new ArrayList<>();
        if (upstream == null && tcp == null) {
            problems.add("upstream: is missing (expected: one for HTTP, one for TCP, or both)");
        }
        if ((tlsCertificate == null) != (tlsKey == null)) {
            String given = tlsCertificate != null ? "tls-cert" : "tls-key";
            problems.add("tls: only " + given + " is given (expected: tls-cert and tls-key, or neither)");
        }
        checkFile(problems, "tls-cert", tlsCertificate);
        checkFile(problems, "tls-key", tlsKey);
        if (clientCa != null && tlsCertificate == null) {
            problems.add("client-ca: is given without TLS (expected: tls-cert and tls-key too)");
        }
        checkFile(problems, "client-ca", clientCa);
        checkFile(problems, "ca", ca);
        if (workers < 1 || workers > 1_024) {
            problems.add("workers: " + workers + " is out of range (expected: 1..1024)");
        }
        if (clusters.containsKey(UPSTREAM_CLUSTER)) {
            problems.add("cluster: \"" + UPSTREAM_CLUSTER + "\" is the upstream (expected: another name)");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
    }

    /** The servers that plugins may call: the clusters and the upstream. */
    Map<String, Target> callable() {
        Map<String, Target> all = new LinkedHashMap<>(clusters);
        if (upstream != null) {
            all.put(UPSTREAM_CLUSTER, upstream);
        }
        return Map.copyOf(all);
    }

    private static void checkFile(List<String> problems, String name, @Nullable Path file) {
        if (file != null && !Files.isReadable(file)) {
            problems.add(name + ": \"" + file + "\" cannot be read (expected: a PEM file)");
        }
    }

    /** Collects the options. Not thread-safe. */
    public static final class Builder {
        private final @Nullable Target upstream;
        private final Map<String, Target> clusters = new LinkedHashMap<>();
        private Endpoint listen = new Endpoint("127.0.0.1", 8080);
        private @Nullable Endpoint admin;
        private @Nullable TcpRoute tcp;
        private @Nullable Path tlsCertificate;
        private @Nullable Path tlsKey;
        private @Nullable Path clientCa;
        private @Nullable Path ca;
        private int workers = Runtime.getRuntime().availableProcessors();
        private GatewayLimits limits = GatewayLimits.DEFAULT;

        private Builder(@Nullable Target upstream) {
            this.upstream = upstream;
        }

        /** Sets where HTTP clients connect. */
        public Builder listen(Endpoint value) {
            listen = Objects.requireNonNull(value, "listen");
            return this;
        }

        /** Sets where operators look. */
        public Builder admin(@Nullable Endpoint value) {
            admin = value;
            return this;
        }

        /** Sets where TCP connections come from and go to. */
        public Builder tcp(@Nullable TcpRoute value) {
            tcp = value;
            return this;
        }

        /** Adds a server that plugins may call. */
        public Builder cluster(String name, Target target) {
            clusters.put(name, Objects.requireNonNull(target, "target"));
            return this;
        }

        /** Makes the listener speak TLS. */
        public Builder tls(@Nullable Path certificate, @Nullable Path key) {
            tlsCertificate = certificate;
            tlsKey = key;
            return this;
        }

        /** Sets who vouches for clients. */
        public Builder clientCa(@Nullable Path value) {
            clientCa = value;
            return this;
        }

        /** Sets who vouches for servers. */
        public Builder ca(@Nullable Path value) {
            ca = value;
            return this;
        }

        /** Sets the number of event loops. */
        public Builder workers(int value) {
            workers = value;
            return this;
        }

        /** Sets the limits. */
        public Builder limits(GatewayLimits value) {
            limits = Objects.requireNonNull(value, "limits");
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException when something is wrong; all of it is in the message, a line each
         */
        public GatewayOptions build() {
            return new GatewayOptions(
                    listen, admin, upstream, tcp, clusters, tlsCertificate, tlsKey, clientCa, ca, workers, limits);
        }
    }
}
