package dev.portafilter.runtime.vm;

import com.dylibso.chicory.wabt.Wat2Wasm;

/** Modules written in the text format. */
final class Wat {
    static final String VERSION = "(func (export \"proxy_abi_version_0_2_1\"))";
    static final String ALLOCATOR =
            "(func (export \"proxy_on_memory_allocate\") (param i32) (result i32) (i32.const 1024))";
    static final String MEMORY = "(memory (export \"memory\") 1)";

    private Wat() {}

    /** A module of these fields and nothing else. */
    static byte[] module(String... fields) {
        return Wat2Wasm.parse("(module " + String.join("\n", fields) + ")");
    }

    /** A plugin of version 0.2.1 with one page of memory and an allocator that always gives 1024. */
    static byte[] plugin(String... fields) {
        return module(String.join("\n", fields), VERSION, ALLOCATOR, MEMORY);
    }

    /** An import of a host function. */
    static String proxy(String name, int parameters) {
        return "(import \"env\" \"proxy_" + name + "\" (func $" + name + i32s(parameters) + " (result i32)))";
    }

    /** An exported function of i32 parameters, all results included in the text. */
    static String export(String name, int parameters, String body) {
        return "(func (export \"" + name + "\")" + i32s(parameters) + " " + body + ")";
    }

    private static String i32s(int count) {
        return count == 0 ? "" : " (param" + " i32".repeat(count) + ")";
    }

    /** The request headers callback, whose body leaves an i32. */
    static String onRequestHeaders(String body) {
        return export("proxy_on_request_headers", 3, "(result i32) " + body);
    }
}
