package dev.portafilter.abi;

import java.nio.charset.StandardCharsets;

/**
 * How a gRPC call begins. Source: ABI reference, section 3.8.
 *
 * @param service the full name of the service; no byte of it would break a message
 * @param method the name of the method; no byte of it would break a message
 * @param metadata initial metadata, that of the target first: lower-case, without pseudo-headers and without entries that
 *     would break a message; owned by the taker
 */
public record GrpcCallHead(GrpcTarget target, byte[] service, byte[] method, HeaderMap metadata) {
    /** What is called, as the path of its request. */
    public String path() {
        return "/" + new String(service, StandardCharsets.ISO_8859_1) + "/"
                + new String(method, StandardCharsets.ISO_8859_1);
    }
}
