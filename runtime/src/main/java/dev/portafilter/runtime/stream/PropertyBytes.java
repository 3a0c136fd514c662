package dev.portafilter.runtime.stream;

import dev.portafilter.abi.HeaderCodec;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes property values in the encodings that guests expect. Source: ABI reference, section 3.12. */
final class PropertyBytes {
    private PropertyBytes() {}

    /** A string; null means that the property is not there. */
    static Status text(ResultBytes value, @Nullable String text) {
        return bytes(value, text == null ? null : text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Bytes as they are; null means that the property is not there. */
    static Status bytes(ResultBytes value, byte @Nullable [] bytes) {
        if (bytes == null) {
            return Status.NOT_FOUND;
        }
        value.set(bytes);
        return Status.OK;
    }

    /** An integer, a time or a duration: eight bytes, little-endian. */
    static Status number(ResultBytes value, long number) {
        value.set(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number)
                .array());
        return Status.OK;
    }

    /** A map of headers in which every name occurs once, its values joined; an absent map is an empty one. */
    static Status map(ResultBytes value, @Nullable HeaderMap headers) {
        HeaderMap joined = new HeaderMap();
        for (int i = 0; headers != null && i < headers.count(); i++) {
            byte[] name = headers.name(i);
            if (joined.indexOf(name) < 0) {
                byte[] all = headers.joined(name);
                joined.add(name, all == null ? BodyBuffer.EMPTY : all);
            }
        }
        value.set(HeaderCodec.encode(joined));
        return Status.OK;
    }
}
