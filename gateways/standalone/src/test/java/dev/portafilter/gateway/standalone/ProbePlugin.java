package dev.portafilter.gateway.standalone;

import com.dylibso.chicory.wabt.Wat2Wasm;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.runtime.plugin.PluginType;
import java.util.List;

/**
 * A plugin in WebAssembly text that logs each of its stream callbacks with its number of headers or bytes, such
 * as {@code request_headers 5 end} when they end the stream, and on request the properties of an exchange, in hexadecimal.
 */
final class ProbePlugin {
    private static final String[] CALLBACKS = {
        "request_headers", "request_body", "request_trailers", "response_headers", "response_body", "response_trailers"
    };

    private static final String FUNCTIONS = """
            (module
              (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
              (import "env" "proxy_get_property" (func $get (param i32 i32 i32 i32) (result i32)))
              (memory (export "memory") 2)
              (func (export "proxy_abi_version_0_2_1"))
              (func (export "malloc") (param i32) (result i32) (i32.const 65536))
              (global $out (mut i32) (i32.const 0))
              (data (i32.const 8) " end")
              (func $decimal (param $n i32)
                (if (i32.ge_u (local.get $n) (i32.const 10))
                  (then (call $decimal (i32.div_u (local.get $n) (i32.const 10)))))
                (i32.store8 (global.get $out)
                  (i32.add (i32.const 48) (i32.rem_u (local.get $n) (i32.const 10))))
                (global.set $out (i32.add (global.get $out) (i32.const 1))))
              ;; Logs the name at $at, a number, and whether it is the end.
              (func $say (param $at i32) (param $size i32) (param $n i32) (param $end i32)
                (memory.copy (i32.const 50000) (local.get $at) (local.get $size))
                (global.set $out (i32.add (i32.const 50000) (local.get $size)))
                (call $decimal (local.get $n))
                (if (local.get $end) (then
                  (memory.copy (global.get $out) (i32.const 8) (i32.const 4))
                  (global.set $out (i32.add (global.get $out) (i32.const 4)))))
                (drop (call $log (i32.const 2) (i32.const 50000)
                  (i32.sub (global.get $out) (i32.const 50000)))))
              (func $digit (param i32) (result i32)
                (i32.add (local.get 0)
                  (select (i32.const 48) (i32.const 87) (i32.lt_u (local.get 0) (i32.const 10)))))
              ;; Logs the name at $at, "=" and the property's bytes in hexadecimal; nothing when there is none.
              (func $property (param $at i32) (param $size i32) (local $i i32) (local $out i32) (local $byte i32)
                (if (call $get (local.get $at) (local.get $size) (i32.const 60000) (i32.const 60004))
                  (then (return)))
                (memory.copy (i32.const 40000) (local.get $at) (local.get $size))
                (local.set $out (i32.add (i32.const 40000) (local.get $size)))
                (i32.store8 (local.get $out) (i32.const 61))
                (local.set $out (i32.add (local.get $out) (i32.const 1)))
                (block $end (loop $next
                  (br_if $end (i32.ge_u (local.get $i) (i32.load (i32.const 60004))))
                  (local.set $byte (i32.load8_u (i32.add (i32.load (i32.const 60000)) (local.get $i))))
                  (i32.store8 (local.get $out) (call $digit (i32.shr_u (local.get $byte) (i32.const 4))))
                  (i32.store8 offset=1 (local.get $out)
                    (call $digit (i32.and (local.get $byte) (i32.const 15))))
                  (local.set $out (i32.add (local.get $out) (i32.const 2)))
                  (local.set $i (i32.add (local.get $i) (i32.const 1)))
                  (br $next)))
                (drop (call $log (i32.const 2) (i32.const 40000)
                  (i32.sub (local.get $out) (i32.const 40000)))))
            """;

    // Each with its number of parameters, and whether it has a result; the second one is a size or a peer.
    private static final List<String> TCP_CALLBACKS = List.of(
            "new_connection 1 1",
            "downstream_data 3 1",
            "upstream_data 3 1",
            "downstream_connection_close 2 0",
            "upstream_connection_close 2 0",
            "log 1 0");

    private ProbePlugin() {}

    /**
     * A plugin that logs the callbacks of TCP connections, such as {@code downstream_data 5 end}, and {@code path=bytes}
     * for each of these properties in the end.
     */
    static PluginSpec ofConnections(String... properties) {
        StringBuilder text = new StringBuilder(FUNCTIONS);
        int address = 16;
        for (String callback : TCP_CALLBACKS) {
            String[] parts = callback.split(" ");
            int parameters = Integer.parseInt(parts[1]);
            boolean result = parts[2].equals("1");
            String name = parts[0] + " ";
            text.append("  (data (i32.const %d) \"%s\")%n".formatted(address, name));
            text.append("  (func (export \"proxy_on_%s\") %s %s%n"
                    .formatted(parts[0], "(param i32)".repeat(parameters), result ? "(result i32)" : ""));
            text.append("    (call $say (i32.const %d) (i32.const %d) (local.get %d) %s)%n"
                    .formatted(
                            address,
                            name.length(),
                            parameters == 1 ? 0 : 1,
                            parameters == 3 ? "(local.get 2)" : "(i32.const 0)"));
            if (parts[0].equals("log")) {
                text.append("    (call $properties)\n");
            }
            text.append(result ? "    (i32.const 0))\n" : ")\n");
            address += name.length();
        }
        return spec(text, address, properties).type(PluginType.NETWORK).build();
    }

    /** The plugin, which also logs {@code path=bytes} for each of these properties when the request begins. */
    static PluginSpec reading(String... properties) {
        return module(new StringBuilder(FUNCTIONS), properties);
    }

    /** The plugin, which also logs {@code log}, {@code done} and {@code delete} when a stream ends. */
    static PluginSpec toTheEnd() {
        StringBuilder text = new StringBuilder(FUNCTIONS);
        int address = 30_000;
        for (String callback : new String[] {"log", "done", "delete"}) {
            String result = callback.equals("done") ? " (result i32)" : "";
            String value = callback.equals("done") ? " (i32.const 1)" : "";
            text.append("  (data (i32.const %d) \"%s\")%n".formatted(address, callback));
            text.append("  (func (export \"proxy_on_%s\") (param i32)%s%n".formatted(callback, result));
            text.append("    (drop (call $log (i32.const 2) (i32.const %d) (i32.const %d)))%s)%n"
                    .formatted(address, callback.length(), value));
            address += callback.length();
        }
        return module(text);
    }

    private static PluginSpec module(StringBuilder text, String... properties) {
        int address = 16;
        for (String callback : CALLBACKS) {
            boolean trailers = callback.endsWith("trailers");
            String name = callback + " ";
            text.append("  (data (i32.const %d) \"%s\")%n".formatted(address, name));
            text.append("  (func (export \"proxy_on_%s\") (param i32 i32%s) (result i32)%n"
                    .formatted(callback, trailers ? "" : " i32"));
            text.append("    (call $say (i32.const %d) (i32.const %d) (local.get 1) %s)%n"
                    .formatted(address, name.length(), trailers ? "(i32.const 0)" : "(local.get 2)"));
            if (callback.equals("response_headers")) {
                text.append("    (call $properties)\n");
            }
            text.append("    (i32.const 0))\n");
            address += name.length();
        }
        return spec(text, address, properties).build();
    }

    private static PluginSpec.Builder spec(StringBuilder text, int free, String... properties) {
        int address = free;
        StringBuilder calls = new StringBuilder("  (func $properties\n");
        for (String property : properties) {
            String path = property.replace(".", "\\00");
            int size = property.length();
            text.append("  (data (i32.const %d) \"%s\")%n".formatted(address, path));
            calls.append("    (call $property (i32.const %d) (i32.const %d))%n".formatted(address, size));
            address += size + 1;
        }
        byte[] module = Wat2Wasm.parse(text.append(calls).append("))\n").toString());
        return PluginSpec.builder("probe", ModuleSource.of(module));
    }
}
