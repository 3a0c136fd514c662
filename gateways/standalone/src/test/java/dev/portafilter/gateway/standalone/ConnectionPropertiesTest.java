package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The properties of a clear-text exchange, in the encodings that plugins expect. */
@Timeout(60)
class ConnectionPropertiesTest {
    private static final String[] KNOWN = {
        "source.address",
        "source.port",
        "destination.address",
        "destination.port",
        "connection.id",
        "connection_id",
        "connection.mtls",
        "connection.requested_server_name",
        "upstream.address",
        "upstream.port",
        "request.protocol"
    };

    @Test
    void properties_areThoseOfTheTwoConnections() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = GatewayFixture.probed(upstream.target(), KNOWN);
                RawClient client = fixture.connect()) {
            client.send("GET / HTTP/1.0\nhost: a\n\n").response();
            int port = fixture.gateway.endpoint().port();
            int clientPort = client.socket.getLocalPort();
            assertThat(read(fixture))
                    .containsExactly(
                            text("source\0address", "127.0.0.1:" + clientPort),
                            number("source\0port", clientPort),
                            text("destination\0address", "127.0.0.1:" + port),
                            number("destination\0port", port),
                            number("connection\0id", 1),
                            number("connection_id", 1),
                            "connection\0mtls=00",
                            "connection\0requested_server_name=",
                            text(
                                    "upstream\0address",
                                    "127.0.0.1:" + upstream.target().port()),
                            number("upstream\0port", upstream.target().port()),
                            text("request\0protocol", "HTTP/1.0"));
        }
    }

    @Test
    void whatTheGatewayDoesNotKnow_isNotThere() throws Exception {
        try (StubUpstream upstream = StubUpstream.answering(StubUpstream.OK);
                GatewayFixture fixture = GatewayFixture.probed(
                        upstream.target(),
                        "connection.tls_version",
                        "connection.subject_peer_certificate",
                        "upstream.tls_version",
                        "xds.route_name",
                        "xds.node.id",
                        "upstream.nothing",
                        "connection.nothing",
                        "source.nothing",
                        "connection.id.deeper")) {
            fixture.ask("GET / HTTP/1.1\nhost: a\n\n");
            assertThat(read(fixture)).isEmpty();
        }
    }

    private static List<String> read(GatewayFixture fixture) {
        return fixture.log.stream().filter(line -> line.contains("=")).toList();
    }

    private static String text(String name, String value) {
        return name + "=" + HexFormat.of().formatHex(value.getBytes(StandardCharsets.UTF_8));
    }

    private static String number(String name, long value) {
        byte[] bytes = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
        return name + "=" + HexFormat.of().formatHex(bytes);
    }
}
