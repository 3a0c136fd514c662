package dev.portafilter.abi;

/**
 * One parameter of a host function in the words of the specification; it stands for one or two wasm parameters
 * ("slots"). Source: ABI reference, sections 0.2 and 3.1.
 *
 * @param name as in the specification
 * @param kind what the slots hold
 */
public record Param(String name, Kind kind) {
    static Param u32(String name) {
        return new Param(name, Kind.U32);
    }

    static Param s64(String name) {
        return new Param(name, Kind.S64);
    }

    static Param u64(String name) {
        return new Param(name, Kind.U64);
    }

    static Param logLevel(String name) {
        return new Param(name, Kind.LOG_LEVEL);
    }

    static Param mapType(String name) {
        return new Param(name, Kind.MAP_TYPE);
    }

    static Param bufferType(String name) {
        return new Param(name, Kind.BUFFER_TYPE);
    }

    static Param streamType(String name) {
        return new Param(name, Kind.STREAM_TYPE);
    }

    static Param bytes(String name) {
        return new Param(name, Kind.BYTES);
    }

    static Param lateBytes(String name) {
        return new Param(name, Kind.LATE_BYTES);
    }

    static Param returnU32(String name) {
        return new Param(name, Kind.RETURN_U32);
    }

    static Param returnU64(String name) {
        return new Param(name, Kind.RETURN_U64);
    }

    static Param returnBytes(String name) {
        return new Param(name, Kind.RETURN_BYTES);
    }

    /** The slots with their wasm types, such as {@code msg:i32, msg_len:i32}. */
    String signature() {
        return switch (kind) {
            case BYTES, LATE_BYTES -> name + ":i32, " + name + "_len:i32";
            case RETURN_U32, RETURN_U64 -> name + "_out:i32";
            case RETURN_BYTES -> name + "_out:i32, " + name + "_size_out:i32";
            default -> name + ":" + kind.types;
        };
    }

    /** What the slots of a parameter hold. */
    public enum Kind {
        /** A 32-bit number. */
        U32("i32", -1),
        /** A signed 64-bit number. */
        S64("i64", -1),
        /** An unsigned 64-bit number. */
        U64("i64", -1),
        /** A {@link LogLevel}, checked before memory. */
        LOG_LEVEL("i32", 5),
        /** A {@link MapType}, checked before memory. */
        MAP_TYPE("i32", 7),
        /** A {@link BufferType}, checked before memory. */
        BUFFER_TYPE("i32", 8),
        /** A {@link StreamType}, checked before memory. */
        STREAM_TYPE("i32", 3),
        /** Address and size of input bytes, checked before the body of the function runs. */
        BYTES("i32 i32", -1),
        /** Address and size of input bytes that the body of the function checks itself, at its own time. */
        LATE_BYTES("i32 i32", -1),
        /** Address for a 32-bit result. */
        RETURN_U32("i32", -1),
        /** Address for a 64-bit result. */
        RETURN_U64("i32", -1),
        /** Address for a block's address, and address for its size. */
        RETURN_BYTES("i32 i32", -1);

        private final String types;
        private final int maximum;

        Kind(String types, int maximum) {
            this.types = types;
            this.maximum = maximum;
        }

        /** The wasm types of the slots. */
        String[] types() {
            return types.split(" ");
        }

        /** The largest number allowed, or -1 when it is not checked before the body. */
        int maximum() {
            return maximum;
        }
    }
}
