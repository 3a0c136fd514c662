package dev.portafilter.registry;

/** What the first bytes of a module say. Source: WasmPlugin reference, sections 4.5 and 5.3. */
final class ModuleBytes {
    private static final int HEADER_SIZE = 8;

    private ModuleBytes() {}

    /** Whether these bytes begin as WebAssembly does, module or component. */
    static boolean hasMagic(byte[] bytes) {
        return bytes.length >= HEADER_SIZE && bytes[0] == 0 && bytes[1] == 'a' && bytes[2] == 's' && bytes[3] == 'm';
    }

    /** Whether these bytes begin as a module of version 1. */
    static boolean isModule(byte[] bytes) {
        return hasMagic(bytes) && layer(bytes) == 0;
    }

    /**
     * Checks that these bytes begin as a module.
     *
     * @param place what messages call them
     * @throws FetchException {@code module.invalidMagic} or {@code module.component}
     */
    static void check(byte[] bytes, String place) throws FetchException {
        if (!hasMagic(bytes)) {
            throw new FetchException(
                    "module.invalidMagic", place + ": is no WebAssembly module (expected: 00 61 73 6d first)");
        }
        if (layer(bytes) == 1) {
            throw new FetchException("module.component", place + ": is a WebAssembly component (expected: a module)");
        }
    }

    /** 0 for modules, 1 for components. */
    private static int layer(byte[] bytes) {
        return bytes[6] | bytes[7];
    }
}
