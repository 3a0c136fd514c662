package dev.portafilter.gateway.standalone;

import com.dylibso.chicory.wabt.Wat2Wasm;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginSpec;
import java.util.List;

/**
 * A plugin in WebAssembly text that reads the same properties in every callback, and logs a line for each: the callback, the
 * path with NUL bytes as dots, the status, and the bytes in hexadecimal.
 */
final class PropertyProbe {
    /** The callbacks in which it reads, in their order, without {@code proxy_on_}. */
    static final List<String> CALLBACKS = List.of(
            "configure",
            "request_headers",
            "request_body",
            "response_headers",
            "response_body",
            "response_trailers",
            "log",
            "done");

    private static final int PATHS_ADDRESS = 4096;

    private static final String FUNCTIONS = """
            (module
              (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
              (import "env" "proxy_get_property" (func $get (param i32 i32 i32 i32) (result i32)))
              (memory (export "memory") 2)
              (func (export "proxy_abi_version_0_2_1"))
              (func (export "malloc") (param i32) (result i32) (i32.const 65536))
              (global $out (mut i32) (i32.const 0))
              (func $char (param i32)
                (i32.store8 (global.get $out) (local.get 0))
                (global.set $out (i32.add (global.get $out) (i32.const 1))))
              (func $digit (param i32)
                (call $char (i32.add (local.get 0)
                  (select (i32.const 48) (i32.const 87) (i32.lt_u (local.get 0) (i32.const 10))))))
              ;; Writes text with NUL as a dot, then a blank.
              (func $text (param $at i32) (param $size i32) (local $c i32)
                (block $end (loop $next
                  (br_if $end (i32.eqz (local.get $size)))
                  (local.set $c (i32.load8_u (local.get $at)))
                  (call $char (select (local.get $c) (i32.const 46) (local.get $c)))
                  (local.set $at (i32.add (local.get $at) (i32.const 1)))
                  (local.set $size (i32.sub (local.get $size) (i32.const 1)))
                  (br $next)))
                (call $char (i32.const 32)))
              ;; Reads the property whose path is at $at, and logs what came of it.
              (func $property (param $at i32) (param $size i32) (param $name i32) (param $length i32)
                  (local $status i32) (local $i i32) (local $byte i32)
                (i64.store (i32.const 1000) (i64.const 0))
                (local.set $status
                  (call $get (local.get $at) (local.get $size) (i32.const 1000) (i32.const 1004)))
                (global.set $out (i32.const 40000))
                (call $text (local.get $name) (local.get $length))
                (call $text (local.get $at) (local.get $size))
                (call $digit (local.get $status))
                (call $char (i32.const 32))
                (block $end (loop $next
                  (br_if $end (i32.ge_u (local.get $i) (i32.load (i32.const 1004))))
                  (local.set $byte (i32.load8_u (i32.add (i32.load (i32.const 1000)) (local.get $i))))
                  (call $digit (i32.shr_u (local.get $byte) (i32.const 4)))
                  (call $digit (i32.and (local.get $byte) (i32.const 15)))
                  (local.set $i (i32.add (local.get $i) (i32.const 1)))
                  (br $next)))
                (drop (call $log (i32.const 2) (i32.const 40000)
                  (i32.sub (global.get $out) (i32.const 40000)))))
            """;

    private PropertyProbe() {}

    /** The plugin. Paths have dots between their segments. */
    static PluginSpec reading(List<String> paths) {
        StringBuilder text = new StringBuilder(FUNCTIONS);
        StringBuilder reads = new StringBuilder("  (func $properties (param $name i32) (param $length i32)\n");
        int address = PATHS_ADDRESS;
        for (String path : paths) {
            text.append("  (data (i32.const %d) \"%s\")%n".formatted(address, path.replace(".", "\\00")));
            reads.append("    (call $property (i32.const %d) (i32.const %d) (local.get $name) (local.get $length))%n"
                    .formatted(address, path.length()));
            address += path.length();
        }
        text.append(reads).append("  )\n");
        for (String callback : CALLBACKS) {
            int size = callback.length();
            String parameters = switch (callback) {
                case "log", "done" -> "i32";
                case "configure", "response_trailers" -> "i32 i32";
                default -> "i32 i32 i32";
            };
            boolean result = !callback.equals("log");
            text.append("  (data (i32.const %d) \"%s\")%n".formatted(address, callback));
            text.append("  (func (export \"proxy_on_%s\") (param %s)%s%n"
                    .formatted(callback, parameters, result ? " (result i32)" : ""));
            text.append("    (call $properties (i32.const %d) (i32.const %d))".formatted(address, size));
            text.append(result ? " (i32.const %d))%n".formatted(size < 10 ? 1 : 0) : ")\n");
            address += size;
        }
        return PluginSpec.builder(
                        "probe",
                        ModuleSource.of(Wat2Wasm.parse(text.append(")\n").toString())))
                .rootId("root")
                .vmId("vm")
                .build();
    }
}
