package dev.portafilter.runtime.stream;

import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.MapType;
import org.jspecify.annotations.Nullable;

/** What a guest can read while it is told about a gRPC call; one of the parts at most. Source: ABI reference, section 3.8. */
record GrpcAnswer(
        @Nullable HeaderMap initialMetadata, @Nullable HeaderMap trailingMetadata, BytesView message) {
    static final GrpcAnswer NONE = new GrpcAnswer(null, null, BytesView.EMPTY);

    static GrpcAnswer ofInitialMetadata(HeaderMap metadata) {
        return new GrpcAnswer(metadata, null, BytesView.EMPTY);
    }

    static GrpcAnswer ofTrailingMetadata(HeaderMap metadata) {
        return new GrpcAnswer(null, metadata, BytesView.EMPTY);
    }

    static GrpcAnswer ofMessage(byte[] message) {
        return new GrpcAnswer(null, null, new BytesView(message));
    }

    @Nullable HeaderMap map(MapType type) {
        return type == MapType.GRPC_RECEIVE_INITIAL_METADATA ? initialMetadata : trailingMetadata;
    }
}
