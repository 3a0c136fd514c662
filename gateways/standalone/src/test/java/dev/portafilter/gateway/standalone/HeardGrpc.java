package dev.portafilter.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.service.GrpcCall;
import dev.portafilter.runtime.service.GrpcCallListener;
import dev.portafilter.runtime.service.GrpcCallRequest;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A gRPC call without a plugin: what is heard of it reads as {@code initial {…}}, {@code message text}, {@code closed 0
 * text {…}}.
 */
final class HeardGrpc implements GrpcCallListener {
    /** What no test waits longer for. */
    static final int SECONDS = 20;

    final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    final GrpcCall call;

    /** Starts a call to the cluster {@code auth}. */
    HeardGrpc(Gateway gateway, String method, long timeoutMillis, String... metadata) {
        this(gateway, "auth.example", method, timeoutMillis, metadata);
    }

    private HeardGrpc(Gateway gateway, String authority, String method, long timeoutMillis, String... metadata) {
        HeaderMap map = new HeaderMap();
        for (int i = 0; i < metadata.length; i += 2) {
            map.add(metadata[i], metadata[i + 1]);
        }
        GrpcCallRequest request =
                new GrpcCallRequest("auth", authority, "/pkg.Svc/" + method, map, timeoutMillis, 1 << 16);
        call = Objects.requireNonNull(gateway.grpcCalls().start(request, this));
    }

    /** Starts a stream that gives another authority. */
    static HeardGrpc to(String authority, Gateway gateway) {
        return new HeardGrpc(gateway, authority, "Bidi", -1);
    }

    /** A gateway that only knows the cluster {@code auth}. */
    static Gateway gateway(Target cluster) {
        return Gateway.prepare(GatewayOptions.builder(Target.parse("http://127.0.0.1:9"))
                .cluster("auth", cluster)
                .limits(GatewayLimits.DEFAULT.withCallBodyBytes(1 << 20))
                .build());
    }

    HeardGrpc send(String message, boolean last) {
        call.send(message.getBytes(StandardCharsets.UTF_8), last);
        return this;
    }

    String next() throws InterruptedException {
        return String.valueOf(heard.poll(SECONDS, TimeUnit.SECONDS));
    }

    /** Waits for the initial metadata, which only needs to be there. */
    HeardGrpc begun() throws InterruptedException {
        assertThat(next()).startsWith("initial {");
        return this;
    }

    @Override
    public void initialMetadata(HeaderMap metadata) {
        heard.add("initial " + metadata);
    }

    @Override
    public void message(byte[] message) {
        String text = new String(message, StandardCharsets.ISO_8859_1);
        heard.add("message " + (text.length() > 100 ? text.length() : text));
    }

    @Override
    public void closed(int status, byte[] message, HeaderMap trailingMetadata) {
        heard.add("closed " + status + " " + new String(message, StandardCharsets.UTF_8) + " " + trailingMetadata);
    }
}
