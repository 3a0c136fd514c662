package dev.portafilter.abi;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Walks over the fields of a protobuf message in its wire format, for host and foreign functions whose arguments are such
 * messages. A guest may send anything: what is malformed ends the walk, in the outer messages as well, and nothing is
 * thrown; fields that nobody asks for are skipped. Not thread-safe. Source: ABI reference, sections 3.8 and 3.13.
 */
public final class ProtobufReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int GROUP = 3;
    private static final int GROUP_END = 4;
    private static final int FIXED32 = 5;
    private static final int MAX_VARINT_BYTES = 10;
    private static final int MAX_GROUPS = 100;

    /** Shared by a message and those inside it. */
    private static final class Verdict {
        private boolean malformed;
    }

    private final byte[] message;
    private final int end;
    private final Verdict verdict;
    private int position;
    private int field;
    private int wireType;
    private long number;
    private int start;
    private int size;

    /**
     * Stands before the first field.
     *
     * @param message not copied; not to be changed while it is read
     */
    public ProtobufReader(byte[] message) {
        this(message, 0, message.length, new Verdict());
    }

    private ProtobufReader(byte[] message, int start, int end, Verdict verdict) {
        this.message = message;
        this.position = start;
        this.end = end;
        this.verdict = verdict;
    }

    /** Whether this message, one around it or one inside it is not well formed. */
    public boolean malformed() {
        return verdict.malformed;
    }

    /** Goes to the next field; false at the end, and when the message is malformed. */
    public boolean next() {
        if (verdict.malformed || position == end) {
            return false;
        }
        readTag();
        readValue(0);
        return !verdict.malformed;
    }

    /** The number of the current field if it holds bytes, text or a message, else 0. */
    public int bytesField() {
        return wireType == BYTES ? field : 0;
    }

    /** The number of the current field if it holds an integer, else 0. */
    public int numberField() {
        return wireType == VARINT ? field : 0;
    }

    /** The integer in the current field. */
    public long number() {
        return number;
    }

    /** A copy of the bytes in the current field. */
    public byte[] bytes() {
        return Arrays.copyOfRange(message, start, start + size);
    }

    /** The text of the current field; bytes that are no UTF-8 make the message malformed, and the text empty. */
    public String text() {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(message, start, size))
                    .toString();
        } catch (CharacterCodingException e) {
            verdict.malformed = true;
            return "";
        }
    }

    /** The message in the current field. */
    public ProtobufReader nested() {
        return new ProtobufReader(message, start, start + size, verdict);
    }

    private void readTag() {
        long tag = varint();
        field = (int) (tag >>> 3);
        wireType = (int) tag & 7;
        // Tags are 32-bit numbers, and no field has number 0.
        if (tag >>> 32 != 0 || field == 0) {
            verdict.malformed = true;
        }
    }

    private void readValue(int depth) {
        switch (wireType) {
            case VARINT -> number = varint();
            case FIXED64 -> skip(Long.BYTES);
            case FIXED32 -> skip(Integer.BYTES);
            case BYTES -> {
                long length = varint();
                start = position;
                skip(length);
                size = position - start;
            }
            case GROUP -> skipGroup(field, depth + 1);
            default -> verdict.malformed = true;
        }
    }

    /** A group's fields are of no interest, but its end must come. */
    private void skipGroup(int group, int depth) {
        if (depth > MAX_GROUPS) {
            verdict.malformed = true;
        }
        while (!verdict.malformed) {
            if (position == end) {
                verdict.malformed = true;
                return;
            }
            readTag();
            if (wireType == GROUP_END) {
                verdict.malformed |= field != group;
                break;
            }
            readValue(depth);
        }
        wireType = GROUP;
    }

    private void skip(long length) {
        if (length < 0 || length > end - position) {
            verdict.malformed = true;
        } else {
            position += (int) length;
        }
    }

    private long varint() {
        long value = 0;
        for (int i = 0; i < MAX_VARINT_BYTES && position < end; i++) {
            byte b = message[position++];
            value |= (long) (b & 0x7f) << 7 * i;
            if (b >= 0) {
                return value;
            }
        }
        verdict.malformed = true;
        return 0;
    }
}
