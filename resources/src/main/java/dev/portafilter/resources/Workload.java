package dev.portafilter.resources;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * For whom a chain is built. Source: WasmPlugin reference, section 2.1.
 *
 * @param namespace the namespace it is in; its resources apply
 * @param rootNamespace the namespace whose resources apply to every workload
 * @param labels its labels, which selectors look at
 * @param side what it is
 * @param port the port that it listens on; 0 when it is not known
 * @param gatewayName the Kubernetes Gateway it belongs to; null for none
 * @param anyScope whether namespaces, selectors and target references do not count
 */
public record Workload(
        String namespace,
        String rootNamespace,
        Map<String, String> labels,
        Side side,
        int port,
        @Nullable String gatewayName,
        boolean anyScope) {
    /** The label that names the Kubernetes Gateway. */
    public static final String GATEWAY_NAME_LABEL = "gateway.networking.k8s.io/gateway-name";

    /** A gateway in namespace {@code default}, without labels, root namespace {@code istio-system}. */
    public static final Workload DEFAULT =
            new Workload("default", "istio-system", Map.of(), Side.GATEWAY, 0, null, false);

    /** What a workload is, as traffic matches see it. */
    public enum Side {
        /** A gateway: the client side. */
        GATEWAY,
        /** What a sidecar does for requests from outside: the server side. */
        SIDECAR_INBOUND,
        /** What a sidecar does for requests to outside: the client side. */
        SIDECAR_OUTBOUND,
        /** Not known: every side fits, and with port 0 all matches fit. */
        UNDEFINED
    }

    /** Makes a workload; the labels are copied. */
    public Workload {
        Objects.requireNonNull(namespace, "namespace");
        Objects.requireNonNull(rootNamespace, "rootNamespace");
        Objects.requireNonNull(side, "side");
        labels = Map.copyOf(labels);
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port: " + port + " is out of range (expected: 0..65535)");
        }
        if (gatewayName == null) {
            gatewayName = labels.get(GATEWAY_NAME_LABEL);
        }
    }

    /**
     * A gateway to which every HTTP resource applies whose {@code match} fits, whatever its namespace, selector and target
     * references are: for a host that runs one configuration and is in no mesh.
     */
    public static Workload any() {
        return new Workload("default", "istio-system", Map.of(), Side.GATEWAY, 0, null, true);
    }

    /** This workload in another namespace; namespaces count. */
    public Workload withNamespace(String value) {
        return new Workload(value, rootNamespace, labels, side, port, gatewayName, false);
    }

    /** This workload with another root namespace; namespaces count. */
    public Workload withRootNamespace(String value) {
        return new Workload(namespace, value, labels, side, port, gatewayName, false);
    }

    /** This workload with other labels; namespaces count. They name the gateway unless it was set otherwise. */
    public Workload withLabels(Map<String, String> value) {
        boolean named = gatewayName != null && !gatewayName.equals(labels.get(GATEWAY_NAME_LABEL));
        return new Workload(namespace, rootNamespace, value, side, port, named ? gatewayName : null, false);
    }

    /** This workload on another side. */
    public Workload withSide(Side value) {
        return new Workload(namespace, rootNamespace, labels, value, port, gatewayName, anyScope);
    }

    /** This workload on another port. */
    public Workload withPort(int value) {
        return new Workload(namespace, rootNamespace, labels, side, value, gatewayName, anyScope);
    }

    /** This workload as part of a Kubernetes Gateway; target references count. */
    public Workload withGatewayName(@Nullable String value) {
        return new Workload(namespace, rootNamespace, labels, side, port, value, false);
    }
}
