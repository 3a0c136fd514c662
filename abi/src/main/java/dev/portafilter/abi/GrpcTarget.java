package dev.portafilter.abi;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Whom a gRPC call goes to, as a guest names it: by the bare name of a cluster, or by a serialized {@code
 * envoy.config.core.v3.GrpcService}. Bytes that are no such message, or one that names no cluster, are a name.
 * Source: ABI reference, section 3.8.
 *
 * @param cluster the name of the cluster
 * @param service whether it was a {@code GrpcService}: an unknown cluster then fails at the start of the call only
 * @param authority what the call says as {@code :authority}; the cluster's name unless the service says otherwise
 * @param metadata initial metadata that the service adds to every call; lower-case
 * @param messageBytes largest message that the service takes, 0 for no limit of its own
 */
public record GrpcTarget(String cluster, boolean service, String authority, HeaderMap metadata, int messageBytes) {
    // envoy.config.core.v3.GrpcService
    private static final int ENVOY_GRPC = 1;
    private static final int GOOGLE_GRPC = 2;
    private static final int INITIAL_METADATA = 5;
    // GrpcService.EnvoyGrpc
    private static final int CLUSTER_NAME = 1;
    private static final int AUTHORITY = 2;
    private static final int MAX_RECEIVE_MESSAGE_LENGTH = 4;
    // HeaderValue
    private static final int KEY = 1;
    private static final int VALUE = 2;
    private static final int RAW_VALUE = 3;
    // google.protobuf.UInt32Value
    private static final int WRAPPED = 1;

    /** Reads what a guest gave. */
    static GrpcTarget of(byte[] given) {
        GrpcTarget service = service(given);
        if (service != null) {
            return service;
        }
        String name = new String(given, StandardCharsets.UTF_8);
        return new GrpcTarget(name, false, name, new HeaderMap(), 0);
    }

    private static @Nullable GrpcTarget service(byte[] given) {
        ProtobufReader service = new ProtobufReader(given);
        GrpcTarget target = null;
        HeaderMap metadata = new HeaderMap();
        while (service.next()) {
            switch (service.bytesField()) {
                case ENVOY_GRPC -> target = envoy(service.nested(), metadata);
                // One or the other: the last one counts, and this host speaks to clusters only, as Envoy without that
                // client.
                case GOOGLE_GRPC -> target = null;
                case INITIAL_METADATA -> addHeader(service.nested(), metadata);
                default -> {}
            }
        }
        return service.malformed() || target == null || target.cluster.isEmpty() ? null : target;
    }

    private static GrpcTarget envoy(ProtobufReader message, HeaderMap metadata) {
        String cluster = "";
        String authority = "";
        int messageBytes = 0;
        while (message.next()) {
            switch (message.bytesField()) {
                case CLUSTER_NAME -> cluster = message.text();
                case AUTHORITY -> authority = message.text();
                case MAX_RECEIVE_MESSAGE_LENGTH -> messageBytes = wrapped(message.nested());
                default -> {}
            }
        }
        return new GrpcTarget(cluster, true, authority.isEmpty() ? cluster : authority, metadata, messageBytes);
    }

    private static void addHeader(ProtobufReader message, HeaderMap metadata) {
        byte[] name = {};
        byte[] value = {};
        while (message.next()) {
            switch (message.bytesField()) {
                case KEY -> name = HeaderNames.lowerCased(message.bytes());
                case VALUE, RAW_VALUE -> value = message.bytes();
                default -> {}
            }
        }
        metadata.add(name, value);
    }

    private static int wrapped(ProtobufReader message) {
        int value = 0;
        while (message.next()) {
            if (message.numberField() == WRAPPED) {
                value = (int) Math.min(message.number() & 0xFFFF_FFFFL, Integer.MAX_VALUE);
            }
        }
        return value;
    }
}
