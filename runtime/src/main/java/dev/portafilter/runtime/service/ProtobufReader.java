package dev.portafilter.runtime.service;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of a protobuf message one after the other. What a guest sends may be anything: a message that is not
 * well formed ends with {@link #malformed}, and nothing is thrown. Unknown fields are for the caller to pass over.
 */
final class ProtobufReader {
    private static final int LONGEST_VARINT = 10;

    private final byte[] message;
    private int at;
    private int field;
    private int type;
    private long number;
    private byte[] bytes = new byte[0];
    private boolean malformed;

    ProtobufReader(byte[] message) {
        this.message = message;
    }

    /** Goes to the next field; false at the end and where the message is not well formed. */
    boolean next() {
        if (malformed || at == message.length) {
            return false;
        }
        long tag = varint();
        field = (int) (tag >>> 3);
        type = (int) (tag & 7);
        if (field <= 0 || tag >>> 32 != 0) {
            malformed = true;
        }
        switch (type) {
            case ProtobufWriter.VARINT -> number = varint();
            case ProtobufWriter.FIXED64 -> take(Long.BYTES);
            case ProtobufWriter.FIXED32 -> take(Integer.BYTES);
            case ProtobufWriter.BYTES -> take(varint());
            default -> malformed = true;
        }
        return !malformed;
    }

    /** Whether reading stopped because the message is not well formed. */
    boolean malformed() {
        return malformed;
    }

    /** The number of this field if it holds a number, else 0: a field of another type than expected is unknown. */
    int numberField() {
        return type == ProtobufWriter.VARINT ? field : 0;
    }

    /** The number of this field if it holds bytes, else 0. */
    int bytesField() {
        return type == ProtobufWriter.BYTES ? field : 0;
    }

    long number() {
        return number;
    }

    byte[] bytes() {
        return bytes;
    }

    /** The bytes as a string; null, and {@link #malformed}, when they are not UTF-8, as proto3 asks. */
    @Nullable String text() {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            malformed = true;
            return null;
        }
    }

    private long varint() {
        long value = 0;
        for (int i = 0; i < LONGEST_VARINT && at < message.length; i++) {
            byte part = message[at++];
            value |= (long) (part & 0x7f) << 7 * i;
            if (part >= 0) {
                return value;
            }
        }
        malformed = true;
        return 0;
    }

    private void take(long count) {
        if (malformed || count < 0 || count > message.length - at) {
            malformed = true;
            return;
        }
        bytes = Arrays.copyOfRange(message, at, at + (int) count);
        at += (int) count;
    }
}
