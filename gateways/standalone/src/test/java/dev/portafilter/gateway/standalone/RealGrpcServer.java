package dev.portafilter.gateway.standalone;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A grpc-java server on the loopback. Messages are bytes. Its methods: {@code Unary} answers {@code echo X}, {@code
 * Numbers} answers a message X times, {@code Join} answers all messages joined, {@code Bidi} echoes each, {@code Fail}
 * fails, {@code Hang} says nothing. What it sees of ends is written down.
 */
final class RealGrpcServer implements AutoCloseable {
    static final Metadata.Key<String> TEXT = Metadata.Key.of("x-text", Metadata.ASCII_STRING_MARSHALLER);
    static final Metadata.Key<byte[]> BYTES = Metadata.Key.of("x-data-bin", Metadata.BINARY_BYTE_MARSHALLER);

    /** {@code cancelled METHOD}, {@code half-closed METHOD}, {@code complete METHOD}. */
    final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    /** The metadata of each call. */
    final BlockingQueue<Metadata> metadata = new LinkedBlockingQueue<>();

    private final Server server;

    RealGrpcServer() throws IOException {
        this(null);
    }

    RealGrpcServer(@Nullable TestCertificate tls) throws IOException {
        ServerServiceDefinition.Builder service = ServerServiceDefinition.builder("pkg.Svc");
        for (String name : List.of("Unary", "Numbers", "Join", "Bidi", "Fail", "Hang", "Big")) {
            MethodDescriptor<byte[], byte[]> method = MethodDescriptor.<byte[], byte[]>newBuilder()
                    .setType(MethodType.BIDI_STREAMING)
                    .setFullMethodName("pkg.Svc/" + name)
                    .setRequestMarshaller(Bytes.MARSHALLER)
                    .setResponseMarshaller(Bytes.MARSHALLER)
                    .build();
            ServerCallHandler<byte[], byte[]> handler = (call, headers) -> new Exchange(name, call, headers);
            service.addMethod(ServerMethodDefinition.create(method, handler));
        }
        NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .directExecutor()
                .addService(service.build());
        if (tls != null) {
            builder.useTransportSecurity(tls.certificate().toFile(), tls.key().toFile());
        }
        server = builder.build().start();
    }

    Target target(Target.Protocol protocol) {
        return new Target(protocol, "localhost", server.getPort());
    }

    String event() throws InterruptedException {
        return String.valueOf(events.poll(HeardGrpc.SECONDS, TimeUnit.SECONDS));
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
        MARSHALLER;

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private final class Exchange extends ServerCall.Listener<byte[]> {
        private final String name;
        private final ServerCall<byte[], byte[]> call;
        private final Metadata trailers = new Metadata();
        private final List<String> received = new ArrayList<>();

        Exchange(String name, ServerCall<byte[], byte[]> call, Metadata headers) {
            this.name = name;
            this.call = call;
            metadata.add(headers);
            copy(headers, trailers);
            if (!name.equals("Fail") && !name.equals("Hang")) {
                Metadata initial = new Metadata();
                copy(headers, initial);
                call.sendHeaders(initial);
            }
            call.request(1_000_000);
        }

        private static void copy(Metadata from, Metadata to) {
            String text = from.get(TEXT);
            byte[] bytes = from.get(BYTES);
            if (text != null) {
                to.put(TEXT, text);
            }
            if (bytes != null) {
                to.put(BYTES, bytes);
            }
        }

        private void answer(String message) {
            call.sendMessage(message.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void onMessage(byte[] bytes) {
            String message = new String(bytes, StandardCharsets.UTF_8);
            received.add(message);
            if (name.equals("Bidi")) {
                answer("echo " + message);
            }
        }

        @Override
        public void onHalfClose() {
            events.add("half-closed " + name);
            switch (name) {
                case "Unary" -> answer("echo " + received.get(0));
                case "Numbers" -> {
                    for (int i = 1; i <= Integer.parseInt(received.get(0)); i++) {
                        answer(Integer.toString(i));
                    }
                }
                case "Join" -> answer(String.join("+", received));
                case "Big" -> answer("x".repeat(Integer.parseInt(received.get(0))));
                case "Fail" -> {
                    call.close(Status.PERMISSION_DENIED.withDescription("not allowed: 100% \u20ac"), trailers);
                    return;
                }
                case "Hang" -> {
                    return;
                }
                default -> {}
            }
            call.close(Status.OK, trailers);
        }

        @Override
        public void onCancel() {
            events.add("cancelled " + name);
        }

        @Override
        public void onComplete() {
            events.add("complete " + name);
        }
    }
}
