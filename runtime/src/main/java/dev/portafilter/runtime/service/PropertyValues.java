package dev.portafilter.runtime.service;

import dev.portafilter.abi.PropertyPath;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads properties out of plain values, so that a gateway need not know encodings. Strings, byte arrays, integers
 * ({@code Integer}, {@code Long}), doubles, booleans, {@code Instant}, {@code Duration}, maps with string keys, lists and
 * {@link ProtobufMessage}s can be properties; null is there and cannot be read. Source: ABI reference, section 3.12.
 */
public final class PropertyValues {
    private PropertyValues() {}

    /**
     * Walks from a value along the rest of a path, and encodes what is there.
     *
     * @param depth the number of segments that led to the value
     * @return OK, NOT_FOUND, or SERIALIZATION_FAILURE for null and what holds it
     * @throws IllegalArgumentException when a value is of a type that no property has
     */
    public static Status read(@Nullable Object value, PropertyPath path, int depth, ResultBytes result) {
        Object at = value;
        for (int i = depth; i < path.size(); i++) {
            String segment = new String(path.segment(i).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            if (at instanceof Map<?, ?> map) {
                if (!map.containsKey(segment)) {
                    return Status.NOT_FOUND;
                }
                at = map.get(segment);
            } else if (at instanceof ProtobufMessage message) {
                if (!message.has(segment)) {
                    return Status.NOT_FOUND;
                }
                at = message.field(segment);
            } else if (at instanceof List<?> list && segment.matches("[0-9]{1,9}")) {
                int index = Integer.parseInt(segment);
                if (index >= list.size()) {
                    return Status.NOT_FOUND;
                }
                at = list.get(index);
            } else {
                return Status.NOT_FOUND;
            }
        }
        byte[] bytes = encoded(at);
        if (bytes == null) {
            return Status.SERIALIZATION_FAILURE;
        }
        result.set(bytes);
        return Status.OK;
    }

    private static byte @Nullable [] encoded(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        if (value instanceof String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        if (value instanceof byte[] bytes) {
            return bytes.clone();
        }
        if (value instanceof Integer || value instanceof Long) {
            return number(((Number) value).longValue());
        }
        if (value instanceof Double || value instanceof Float) {
            return number(Double.doubleToRawLongBits(((Number) value).doubleValue()));
        }
        if (value instanceof Boolean yes) {
            return new byte[] {(byte) (yes ? 1 : 0)};
        }
        if (value instanceof Instant time) {
            return number(Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L) + time.getNano());
        }
        if (value instanceof Duration duration) {
            return number(duration.toNanos());
        }
        if (value instanceof ProtobufMessage message) {
            return message.bytes().clone();
        }
        if (value instanceof Map<?, ?> map) {
            List<@Nullable Object> keysAndValues = new ArrayList<>(2 * map.size());
            map.forEach((key, each) -> {
                keysAndValues.add(key);
                keysAndValues.add(each);
            });
            return pairs(keysAndValues);
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> elements = new ArrayList<>(2 * list.size());
            list.forEach(element -> {
                elements.add(element);
                elements.add("");
            });
            return pairs(elements);
        }
        throw new IllegalArgumentException("property: a " + value.getClass().getSimpleName()
                + " (expected: a type that properties have, see PropertyValues)");
    }

    /** Pairs as in section 0.4; a list is the keys of pairs whose values are empty. */
    private static byte @Nullable [] pairs(List<@Nullable Object> keysAndValues) {
        int size = Integer.BYTES;
        List<byte[]> parts = new ArrayList<>(keysAndValues.size());
        for (Object each : keysAndValues) {
            byte[] part = encoded(each);
            if (part == null) {
                return null;
            }
            parts.add(part);
            size += Integer.BYTES + part.length + 1;
        }
        ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(parts.size() / 2);
        parts.forEach(part -> out.putInt(part.length));
        parts.forEach(part -> out.put(part).put((byte) 0));
        return out.array();
    }

    private static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }
}
