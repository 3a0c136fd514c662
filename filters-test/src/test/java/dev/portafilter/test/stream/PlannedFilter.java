package dev.portafilter.test.stream;

import static dev.portafilter.test.guest.Ops.NONE;
import static dev.portafilter.test.guest.Ops.call;
import static dev.portafilter.test.guest.Ops.outBytes;
import static dev.portafilter.test.guest.Ops.outWord;
import static dev.portafilter.test.guest.Ops.raw;

import dev.portafilter.abi.Callback;
import dev.portafilter.abi.HeaderCodec;
import dev.portafilter.abi.HeaderMap;
import dev.portafilter.runtime.plugin.ModuleSource;
import dev.portafilter.runtime.plugin.PluginSpec;
import dev.portafilter.test.guest.Callbacks;
import dev.portafilter.test.guest.GuestModule;
import java.nio.charset.StandardCharsets;

/** A filter that does to each request what the request's own header says; see {@link Plan}. One stream at a time. */
final class PlannedFilter {
    /** The plan stands at 50000, the name of its header at 50100 with its size at 50096. */
    private static final String ACT = """
            (global $stream (mut i32) (i32.const 0))
            (data (i32.const 50000) "000000n---")
            (data (i32.const 50200) "callout")
            (data (i32.const 50210) "no")
            (func $read_name
              (drop (call $proxy_get_buffer_bytes (i32.const 7) (i32.const 0) (i32.const 64)
                (i32.const 512) (i32.const 520)))
              (memory.copy (i32.const 50100) (i32.load (i32.const 512)) (i32.load (i32.const 520)))
              (i32.store (i32.const 50096) (i32.load (i32.const 520))))
            (func $read_plan
              (memory.copy (i32.const 50000) (i32.const 50300) (i32.const 10))
              (global.set $heap (i32.const 131072))
              (if (i32.eqz (call $proxy_get_header_map_value (i32.const 0) (i32.const 50100) (i32.load (i32.const 50096))
                    (i32.const 512) (i32.const 520)))
                (then (memory.copy (i32.const 50000) (i32.load (i32.const 512)) (i32.const 10)))))
            (data (i32.const 50300) "000000n---")
            (func $letter (param $at i32) (result i32)
              (i32.load8_u offset=50000 (local.get $at)))
            (func $resume
              (drop (call $proxy_set_effective_context (global.get $stream)))
              (drop (call $proxy_continue_stream (i32.const 0)))
              (drop (call $proxy_continue_stream (i32.const 1))))
            (func $act (param $context i32) (param $callback i32) (result i32) (local $result i32) (local $how i32)
              (global.set $stream (local.get $context))
              (if (i32.eq (call $letter (i32.const 7)) (i32.add (local.get $callback) (i32.const 48)))
                (then (drop (call $proxy_send_local_response (i32.const 403) (i32.const 0) (i32.const 0)
                  (i32.const 50210) (i32.const 2) (i32.const 0) (i32.const 0) (i32.const -1)))))
              (if (i32.eq (call $letter (i32.const 8)) (i32.add (local.get $callback) (i32.const 48)))
                (then (drop (call $proxy_close_stream (i32.const 0)))))
              (if (i32.eq (call $letter (i32.const 9)) (i32.add (local.get $callback) (i32.const 48)))
                (then unreachable))
              (local.set $result (i32.sub (call $letter (local.get $callback)) (i32.const 48)))
              (if (i32.eq (local.get $result) (i32.const 7)) (then (local.set $result (i32.const 77))))
              (if (i32.eqz (local.get $result)) (then (return (i32.const 0))))
              (local.set $how (call $letter (i32.const 6)))
              (if (i32.eq (local.get $how) (i32.const 105)) (then
                (drop (call $proxy_continue_stream (i32.div_u (local.get $callback) (i32.const 3))))))
              (if (i32.eq (local.get $how) (i32.const 116)) (then
                (drop (call $proxy_set_tick_period_milliseconds (i32.const 10)))))
              (if (i32.eq (local.get $how) (i32.const 99)) (then
                (drop (call $proxy_http_call (i32.const 50200) (i32.const 7) (i32.const 50400) (i32.const CALL_SIZE)
                  (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 600)))))
              (local.get $result))
            """;

    private static final HeaderMap CALL = HeaderMap.of(":method", "GET", ":path", "/", ":authority", "x");

    private PlannedFilter() {}

    /** The module; its configuration is the name of the header with the plan. */
    static GuestModule module() {
        byte[] head = HeaderCodec.encode(CALL);
        GuestModule module = GuestModule.listener()
                .on(Callback.ON_CONFIGURE, raw("(call $read_name)"))
                .on(
                        Callback.ON_TICK,
                        raw("(call $resume)"),
                        call("set_tick_period_milliseconds", 0).silently())
                .on(Callback.ON_HTTP_CALL_RESPONSE, raw("(call $resume)"))
                .fields(ACT.replace("CALL_SIZE", Integer.toString(head.length)))
                .fields("(data (i32.const 50400) \"" + escaped(head) + "\")");
        for (int i = 0; i < Callbacks.MESSAGE.size(); i++) {
            module.on(
                    Callbacks.MESSAGE.get(i),
                    raw(i == 0 ? "(call $read_plan)" : ""),
                    raw("(return (call $act (local.get 0) (i32.const " + i + ")))"));
        }
        // Calls that are never made, for their imports.
        return module.on(
                Callback.ON_QUEUE_READY,
                call("get_buffer_bytes", 0, 0, 0, outBytes()).silently(),
                call("get_header_map_value", 0, NONE, outBytes()).silently(),
                call("set_effective_context", 0).silently(),
                call("continue_stream", 0).silently(),
                call("close_stream", 0).silently(),
                call("send_local_response", 0, NONE, NONE, NONE, 0).silently(),
                call("http_call", NONE, NONE, NONE, NONE, 0, outWord()).silently());
    }

    private static String escaped(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte b : bytes) {
            text.append(String.format("\\%02x", b));
        }
        return text.toString();
    }

    /** A plugin whose plan travels in the header {@code x-plan-NAME}; each has a VM of its own. */
    static PluginSpec.Builder plugin(String name) {
        return PluginSpec.builder(name, ModuleSource.of(module().wasm()))
                .configuration(header(name).getBytes(StandardCharsets.US_ASCII))
                .isolated(true);
    }

    static String header(String name) {
        return "x-plan-" + name;
    }
}
