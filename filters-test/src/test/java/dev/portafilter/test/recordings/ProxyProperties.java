package dev.portafilter.test.recordings;

import dev.portafilter.test.InMemoryConnection;
import dev.portafilter.test.InMemoryExchange;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.BiConsumer;

/** What the proxy of the recordings knew about its connections; ports and times varied, so any will do. */
final class ProxyProperties {
    private static final long ANY = 1;

    private ProxyProperties() {}

    /** Tells an exchange what a gateway knows of the client, and, once the request has gone on, of the upstream. */
    static void tell(InMemoryExchange exchange, Map<String, Object> request) {
        BiConsumer<String, byte[]> properties = exchange::property;
        client(properties);
        text(properties, "request.protocol", request.containsKey("http10") ? "HTTP/1.0" : "HTTP/1.1");
        number(properties, "upstream.num_endpoints", 1);
        number(properties, "upstream.request_attempt_count", 0);
        exchange.whenForwarded(event -> {
            if (event.startsWith("upstream head")) {
                number(properties, "upstream.request_attempt_count", 1);
                upstream(properties, "127.0.0.1:21001");
            }
        });
    }

    /** Tells a connection what a gateway knows of the client, and, once there have been bytes, of the upstream. */
    static void tell(InMemoryConnection connection) {
        BiConsumer<String, byte[]> properties = connection::property;
        client(properties);
        connection.whenForwarded(event -> upstream(properties, "127.0.0.1:21003"));
    }

    private static void client(BiConsumer<String, byte[]> properties) {
        number(properties, "connection.id", ANY);
        number(properties, "connection_id", ANY);
        properties.accept("connection.mtls", new byte[] {0});
        text(properties, "connection.requested_server_name", "");
        text(properties, "source.address", "127.0.0.1:EPHEMERAL");
        number(properties, "source.port", ANY);
        text(properties, "destination.address", "127.0.0.1:LISTENER");
        number(properties, "destination.port", ANY);
    }

    private static void upstream(BiConsumer<String, byte[]> properties, String address) {
        text(properties, "upstream.address", address);
        number(properties, "upstream.port", ANY);
        text(properties, "upstream.local_address", "127.0.0.1:EPHEMERAL");
        text(properties, "upstream.transport_failure_reason", "");
        text(properties, "upstream.locality", "");
        number(properties, "upstream.cx_pool_ready_duration", ANY);
    }

    private static void text(BiConsumer<String, byte[]> properties, String path, String value) {
        properties.accept(path, value.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void number(BiConsumer<String, byte[]> properties, String path, long value) {
        properties.accept(
                path,
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(value)
                        .array());
    }
}
