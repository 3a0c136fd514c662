package dev.portafilter.runtime.vm;

/** Finds the end of a constant expression. Source: WebAssembly core specification, constant expressions. */
final class ConstantSkipper {
    private ConstantSkipper() {}

    /** Moves behind the {@code end} of the expression. */
    static void skip(WasmBytes in) throws ModuleException {
        while (true) {
            int opcode = in.u8();
            switch (opcode) {
                case 0x0B -> {
                    return;
                }
                // i32.const, i64.const, global.get, ref.null, ref.func
                case 0x41, 0x42, 0x23, 0xD0, 0xD2 -> in.skipNumber();
                // f32.const
                case 0x43 -> in.skip(4);
                // f64.const
                case 0x44 -> in.skip(8);
                // add, sub and mul of i32 and i64
                case 0x6A, 0x6B, 0x6C, 0x7C, 0x7D, 0x7E -> {}
                case 0xFB -> skipManaged(in);
                case 0xFD -> skipVector(in);
                default ->
                    throw new ModuleException("module: byte " + in.position() + " follows instruction "
                            + Integer.toHexString(opcode) + ", which is not constant");
            }
        }
    }

    private static void skipManaged(WasmBytes in) throws ModuleException {
        int opcode = in.index();
        switch (opcode) {
            // struct.new, struct.new_default, array.new, array.new_default
            case 0, 1, 6, 7 -> in.skipNumber();
            // array.new_fixed
            case 8 -> {
                in.skipNumber();
                in.skipNumber();
            }
            // any.convert_extern, extern.convert_any, ref.i31
            case 26, 27, 28 -> {}
            default ->
                throw new ModuleException("module: byte " + in.position() + " follows instruction fb " + opcode
                        + ", which is not constant");
        }
    }

    private static void skipVector(WasmBytes in) throws ModuleException {
        int opcode = in.index();
        if (opcode != 12) {
            throw new ModuleException(
                    "module: byte " + in.position() + " follows instruction fd " + opcode + ", which is not constant");
        }
        in.skip(16);
    }
}
