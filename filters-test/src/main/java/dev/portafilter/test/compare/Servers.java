package dev.portafilter.test.compare;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The servers behind one side: the upstream, and the clusters that plugins call. */
final class Servers implements AutoCloseable {
    /** The name of the cluster that requests go to. */
    static final String UPSTREAM = "upstream";

    private final Stub upstream;
    private final Map<String, Stub> servers = new LinkedHashMap<>();
    private final Map<String, Integer> ports = new LinkedHashMap<>();
    private final Set<String> http2 = new HashSet<>();
    // Bound but not listening: connections are refused, and nobody else gets the port.
    private final Socket refusing = new Socket();

    Servers(ClusterKind upstreamKind, Map<String, ClusterKind> clusters) throws IOException {
        refusing.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        upstream = add(UPSTREAM, upstreamKind, Answer.DEFAULT);
        for (Map.Entry<String, ClusterKind> cluster : clusters.entrySet()) {
            if (cluster.getValue() == ClusterKind.REFUSED) {
                ports.put(cluster.getKey(), refusing.getLocalPort());
            } else {
                add(cluster.getKey(), cluster.getValue(), Answer.EMPTY);
            }
        }
    }

    private Stub add(String name, ClusterKind kind, Answer fallback) throws IOException {
        Stub server = switch (kind) {
            case HTTP2 -> new Http2StubServer(name, fallback);
            case TCP -> new TcpStubServer(name, Answer.BYTES);
            default -> new StubServer(name, fallback);
        };
        servers.put(name, server);
        ports.put(name, server.port());
        if (kind == ClusterKind.HTTP2) {
            http2.add(name);
        }
        return server;
    }

    /** Where the upstream is. */
    int upstreamPort() {
        return upstream.port();
    }

    /** Where each cluster is, the upstream first. */
    Map<String, Integer> ports() {
        return ports;
    }

    /** Whether a cluster speaks HTTP/2. */
    boolean http2(String name) {
        return http2.contains(name);
    }

    /** Sets what the servers do in an exchange, and forgets what they saw in the last one. */
    void prepare(Map<String, List<Answer>> answers) {
        servers.forEach((name, server) -> {
            server.answer(answers.getOrDefault(name, List.of()));
            server.forget();
        });
    }

    boolean idle() {
        return servers.values().stream().allMatch(Stub::idle);
    }

    List<String> seenByUpstream() {
        return upstream.seen();
    }

    /** What the other servers saw, server by server. */
    List<String> calls() {
        List<String> calls = new ArrayList<>();
        new TreeMap<>(servers).forEach((name, server) -> {
            if (!name.equals(UPSTREAM)) {
                server.seen().forEach(line -> calls.add(name + ": " + line));
            }
        });
        return calls;
    }

    @Override
    public void close() throws IOException {
        for (Stub server : servers.values()) {
            server.close();
        }
        refusing.close();
    }
}
