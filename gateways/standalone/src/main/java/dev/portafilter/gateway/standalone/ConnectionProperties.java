package dev.portafilter.gateway.standalone;

import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import dev.portafilter.runtime.service.PropertyValues;
import dev.portafilter.runtime.service.ProtobufMessage;
import dev.portafilter.runtime.stream.FilterState;
import io.netty.util.NetUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The properties that only the gateway knows: those of the two connections of an exchange. Source: ABI reference,
 * section 3.12.
 */
final class ConnectionProperties {
    private static final ProtobufMessage NO_METADATA = ProtobufMessage.metadata(Map.of());
    private static final ProtobufMessage NO_LOCALITY = ProtobufMessage.locality("", "", "");

    private final HttpServerRequest request;
    private final ClientConnection connection;
    private final Target target;
    private @Nullable UpstreamSide upstream;

    /**
     * The properties of one exchange.
     *
     * @param target where requests go
     */
    ConnectionProperties(HttpServerRequest request, ClientConnection connection, Target target) {
        this.request = request;
        this.connection = connection;
        this.target = target;
    }

    FilterState connectionState() {
        return connection.filterState();
    }

    /** Says which side is asked for {@code upstream.…} from now on. */
    void setUpstream(UpstreamSide side) {
        upstream = side;
    }

    /** Reads a property: OK with the value set, NOT_FOUND, or SERIALIZATION_FAILURE for what has parts only. */
    Status read(PropertyPath path, ResultBytes value) {
        if (path.size() == 1 && path.segment(0).equals("connection_id")) {
            return number(value, connection.id());
        }
        if (path.size() == 1 && path.segment(0).equals("upstream_filter_state") && upstream != null) {
            return Status.SERIALIZATION_FAILURE;
        }
        if (path.size() < 2) {
            return Status.NOT_FOUND;
        }
        if (path.segment(0).equals("xds")) {
            return ofConfiguration(path, value);
        }
        if (path.segment(0).equals("upstream") && path.segment(1).equals("locality") && upstream != null) {
            return PropertyValues.read(NO_LOCALITY, path, 2, value);
        }
        if (path.size() > 2) {
            return Status.NOT_FOUND;
        }
        String name = path.segment(1);
        return switch (path.segment(0)) {
            case "request" -> name.equals("protocol") ? protocol(request.version(), value) : Status.NOT_FOUND;
            case "source" -> socket(name, request.connection().remoteAddress(), value);
            case "destination" -> socket(name, request.connection().localAddress(), value);
            case "connection" -> ofConnection(name, value);
            case "upstream" -> ofUpstream(name, value);
            default -> Status.NOT_FOUND;
        };
    }

    private static Status protocol(@Nullable HttpVersion version, ResultBytes value) {
        if (version == null) {
            // A request of a version that nobody knows; it is refused, and logged.
            return Status.NOT_FOUND;
        }
        return switch (version) {
            case HTTP_1_0 -> text(value, "HTTP/1.0");
            case HTTP_1_1 -> text(value, "HTTP/1.1");
            case HTTP_2 -> text(value, "HTTP/2");
            default -> text(value, "HTTP/3");
        };
    }

    private Status ofConnection(String name, ResultBytes value) {
        SSLSession session = request.connection().sslSession();
        return switch (name) {
            case "id" -> number(value, connection.id());
            case "mtls" -> flag(value, session != null && hasPeer(session));
            case "requested_server_name" -> text(value, serverName(session));
            default -> CertificateProperties.read(name, session, value);
        };
    }

    private static String serverName(@Nullable SSLSession session) {
        if (session instanceof ExtendedSSLSession extended) {
            for (SNIServerName name : extended.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) {
                    return host.getAsciiName();
                }
            }
        }
        return "";
    }

    private static boolean hasPeer(SSLSession session) {
        try {
            return session.getPeerCertificates().length > 0;
        } catch (SSLPeerUnverifiedException e) {
            return false;
        }
    }

    /**
     * What this gateway has in the place of Envoy's configuration: one listener and one cluster, both without metadata. It
     * has no routes and no virtual hosts.
     */
    private Status ofConfiguration(PropertyPath path, ResultBytes value) {
        return switch (path.segment(1)) {
            case "cluster_name" -> PropertyValues.read(GatewayOptions.UPSTREAM_CLUSTER, path, 2, value);
            case "filter_chain_name" -> PropertyValues.read("", path, 2, value);
            case "listener_direction" -> PropertyValues.read(0, path, 2, value);
            case "cluster_metadata", "listener_metadata" -> PropertyValues.read(NO_METADATA, path, 2, value);
            // As in Envoy: once a host is chosen they are there, but there is nothing in them.
            case "upstream_host_metadata", "upstream_host_locality_metadata" ->
                upstream == null ? Status.NOT_FOUND : PropertyValues.read(null, path, 2, value);
            default -> Status.NOT_FOUND;
        };
    }

    private Status ofUpstream(String name, ResultBytes value) {
        UpstreamSide side = upstream;
        if (name.equals("request_attempt_count")) {
            return number(value, side == null ? 0 : 1);
        }
        if (name.equals("num_endpoints")) {
            return number(value, 1);
        }
        if (side == null) {
            return Status.NOT_FOUND;
        }
        if (name.equals("transport_failure_reason")) {
            return text(value, side.transportFailure());
        }
        if (name.equals("cx_pool_ready_duration")) {
            return side.readyNanos() < 0 ? Status.NOT_FOUND : number(value, side.readyNanos());
        }
        HttpConnection server = side.connection();
        if (server == null) {
            // Without a connection the address is known when no name had to be looked up.
            boolean known = NetUtil.isValidIpV4Address(target.host()) || NetUtil.isValidIpV6Address(target.host());
            return known && (name.equals("address") || name.equals("port"))
                    ? socket(name, SocketAddress.inetSocketAddress(target.port(), target.host()), value)
                    : Status.NOT_FOUND;
        }
        return switch (name) {
            case "address", "port" -> socket(name, server.remoteAddress(), value);
            case "local_address" -> socket("address", server.localAddress(), value);
            default -> CertificateProperties.read(name, server.sslSession(), value);
        };
    }

    private static Status socket(String name, @Nullable SocketAddress address, ResultBytes value) {
        if (address == null || !address.isInetSocket()) {
            return Status.NOT_FOUND;
        }
        String host = address.hostAddress() != null ? address.hostAddress() : address.host();
        return socket(name, host, address.port(), value);
    }

    /** The property {@code address} or {@code port} of a socket. */
    static Status socket(String name, String host, int port, ResultBytes value) {
        return switch (name) {
            case "address" -> text(value, new Endpoint(host, port).toString());
            case "port" -> number(value, port);
            default -> Status.NOT_FOUND;
        };
    }

    static Status flag(ResultBytes value, boolean set) {
        value.set(new byte[] {(byte) (set ? 1 : 0)});
        return Status.OK;
    }

    static Status text(ResultBytes value, String text) {
        value.set(text.getBytes(StandardCharsets.UTF_8));
        return Status.OK;
    }

    static Status number(ResultBytes value, long number) {
        value.set(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number)
                .array());
        return Status.OK;
    }
}
