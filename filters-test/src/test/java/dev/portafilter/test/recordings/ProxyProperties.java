package dev.portafilter.test.recordings;

import dev.portafilter.test.InMemoryExchange;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What the proxy of the recordings knew about its connections; ports and times varied, so any will do. */
final class ProxyProperties {
    private static final long ANY = 1;

    private ProxyProperties() {}

    /** Tells an exchange what a gateway knows of the client, and, once the request has gone on, of the upstream. */
    static void tell(InMemoryExchange exchange, Map<String, Object> request) {
        text(exchange, "request.protocol", request.containsKey("http10") ? "HTTP/1.0" : "HTTP/1.1");
        number(exchange, "connection.id", ANY);
        number(exchange, "connection_id", ANY);
        exchange.property("connection.mtls", new byte[] {0});
        text(exchange, "connection.requested_server_name", "");
        text(exchange, "source.address", "127.0.0.1:EPHEMERAL");
        number(exchange, "source.port", ANY);
        text(exchange, "destination.address", "127.0.0.1:LISTENER");
        number(exchange, "destination.port", ANY);
        number(exchange, "upstream.num_endpoints", 1);
        number(exchange, "upstream.request_attempt_count", 0);
        exchange.whenForwarded(event -> {
            if (event.startsWith("upstream head")) {
                upstream(exchange);
            }
        });
    }

    private static void upstream(InMemoryExchange exchange) {
        number(exchange, "upstream.request_attempt_count", 1);
        text(exchange, "upstream.address", "127.0.0.1:21001");
        number(exchange, "upstream.port", ANY);
        text(exchange, "upstream.local_address", "127.0.0.1:EPHEMERAL");
        text(exchange, "upstream.transport_failure_reason", "");
        text(exchange, "upstream.locality", "");
        number(exchange, "upstream.cx_pool_ready_duration", ANY);
    }

    private static void text(InMemoryExchange exchange, String path, String value) {
        exchange.property(path, value.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void number(InMemoryExchange exchange, String path, long value) {
        exchange.property(
                path,
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(value)
                        .array());
    }
}
