package dev.portafilter.abi;

/**
 * One parameter of a host function in the words of the specification; it stands for one or two wasm parameters
 * ("slots"). Source: ABI reference, sections 0.2 and 3.1.
 *
 * @param name as in the specification
 * @param kind what the slots hold
 */
public record Param(String name, Kind kind) {
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
