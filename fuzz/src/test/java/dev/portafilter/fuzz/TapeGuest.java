package dev.portafilter.fuzz;

import com.dylibso.chicory.wabt.Wat2Wasm;
import dev.portafilter.abi.Callback;
import dev.portafilter.abi.HostFunction;
import dev.portafilter.abi.HostFunctions;
import dev.portafilter.abi.WasiFunction;
import dev.portafilter.abi.WasiFunctions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A guest that does what a tape says. With its first callback it fetches the tape by the foreign function {@code tape};
 * with each callback it reads one frame: a byte whose lowest three bits are the number of actions, so many actions, and a
 * byte for the result. An action is a byte, the number of a host function or of one of {@link #OWN_ACTIONS}, and its
 * arguments, four or eight bytes each. Behind the end of the tape everything is 0, which is no action.
 *
 * <p>It knows which contexts are alive, and logs {@link #LIFE_FAULT} when the host is wrong about that.
 */
final class TapeGuest {
    /** The foreign function that gives the tape. */
    static final String TAPE = "tape";
    /** Logged when a context is created twice, or called while it is not alive. */
    static final String LIFE_FAULT = "LIFE";
    /** An argument that stands for the word in the first out-cell: a token or id that the host gave. */
    static final int LAST_WORD = 0xF00DF00D;
    /** The same for the word eight bytes behind: the size of what the host gave. */
    static final int SECOND_WORD = 0xF00DF00E;
    /** Where out-parameters go: 16 cells of 16 bytes. */
    static final int CELLS = 512;
    /** Where the dictionary is. */
    static final int DICTIONARY = 2048;
    /** Behind the end of memory as long as it has not grown. */
    static final int MEMORY_END = 8 << 16;
    /** What the guest can do beside host calls: trap, grow its memory, and change how its allocator behaves. */
    static final List<String> OWN_ACTIONS = List.of("trap", "grow", "allocator");

    private static final List<HostFunction> FUNCTIONS = HostFunctions.all();
    private static final List<WasiFunction> WASI = WasiFunctions.all();

    private TapeGuest() {}

    /** The number of different actions. */
    static int actionCount() {
        return FUNCTIONS.size() + WASI.size() + OWN_ACTIONS.size();
    }

    /** The module, with these bytes as its dictionary. */
    static byte[] module(byte[] dictionary) {
        StringBuilder wat = new StringBuilder("(module\n");
        FUNCTIONS.forEach(f -> wat.append(imported("env", f.name(), f.parameterTypes(), true)));
        WASI.forEach(
                f -> wat.append(imported(WasiFunctions.MODULES.get(0), f.name(), f.parameterTypes(), f.hasResult())));
        wat.append("(memory (export \"memory\") 8)\n");
        wat.append("(data (i32.const ")
                .append(DICTIONARY)
                .append(") \"")
                .append(escaped(dictionary))
                .append("\")\n");
        wat.append("(data (i32.const 480) \"").append(TAPE).append("\")\n");
        wat.append("(data (i32.const 490) \"").append(LIFE_FAULT).append("\")\n");
        wat.append(RUNTIME);
        wat.append(action());
        for (Callback callback : Callback.values()) {
            wat.append(exported(callback));
        }
        wat.append("(func (export \"proxy_abi_version_0_2_1\")))");
        return Wat2Wasm.parse(wat.toString());
    }

    private static String imported(String module, String name, List<String> types, boolean result) {
        StringBuilder text = new StringBuilder("(import \"" + module + "\" \"" + name + "\" (func $" + name);
        types.forEach(type -> text.append(" (param ").append(type).append(')'));
        return text.append(result ? " (result i32)" : "").append("))\n").toString();
    }

    /** A function with a case for each action. */
    private static String action() {
        List<String> cases = new ArrayList<>();
        FUNCTIONS.forEach(f -> cases.add(hostCall(f.name(), f.parameterTypes(), true)));
        WASI.forEach(f -> cases.add(hostCall(f.name(), f.parameterTypes(), f.hasResult())));
        cases.add("(if (i32.eq (call $byte) (i32.const 7)) (then unreachable))");
        cases.add("(drop (memory.grow (i32.and (call $byte) (i32.const 31))))");
        cases.add("(global.set $mood (call $byte))");
        StringBuilder text = new StringBuilder("(func $action\n");
        text.append("(block $none\n");
        for (int i = cases.size() - 1; i >= 0; i--) {
            text.append("(block $c").append(i).append('\n');
        }
        text.append("(br_table");
        for (int i = 0; i < cases.size(); i++) {
            text.append(" $c").append(i);
        }
        text.append(" $none (call $byte))\n");
        for (String one : cases) {
            text.append(") ").append(one).append(" (br $none)\n");
        }
        return text.append("))\n").toString();
    }

    private static String hostCall(String name, List<String> types, boolean result) {
        StringBuilder call = new StringBuilder("(call $" + name);
        types.forEach(type -> call.append(type.equals("i64") ? " (call $long)" : " (call $word)"));
        call.append(')');
        return result ? "(drop " + call + ")" : call.toString();
    }

    private static String exported(Callback callback) {
        StringBuilder text = new StringBuilder("(func (export \"" + callback.exportName() + "\")");
        text.append(" (param i32)".repeat(callback.parameterCount()));
        text.append(callback.hasResult() ? " (result i32)\n" : "\n");
        text.append(
                switch (callback) {
                    case ON_CONTEXT_CREATE -> "(call $born (local.get 0))";
                    default -> "(call $alive (local.get 0))";
                });
        text.append("(call $frame)");
        if (callback == Callback.ON_DELETE) {
            text.append("(call $dead (local.get 0))");
        }
        return text.append(callback.hasResult() ? "(call $result)" : "(drop (call $byte))")
                .append(")\n")
                .toString();
    }

    private static String escaped(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte b : bytes) {
            text.append(String.format("\\%02x", b & 0xff));
        }
        return text.toString();
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * Contexts that are alive have a byte of 1 from 400000 on. The allocator goes round in the 200 kB behind the tape, and
     * with a mood it gives nothing, or blocks that are not there, or makes a call that is not allowed.
     */
    private static final String RUNTIME = """
            (global $at (mut i32) (i32.const 0))
            (global $end (mut i32) (i32.const 0))
            (global $base (mut i32) (i32.const 131072))
            (global $heap (mut i32) (i32.const 131072))
            (global $mood (mut i32) (i32.const 0))
            (global $loaded (mut i32) (i32.const 0))
            (func $allocate (export "proxy_on_memory_allocate") (param $n i32) (result i32) (local $p i32)
              (if (i32.eq (global.get $mood) (i32.const 1)) (then (return (i32.const 0))))
              (if (i32.eq (global.get $mood) (i32.const 2)) (then (return (i32.const -8))))
              (if (i32.eq (global.get $mood) (i32.const 3)) (then (return (i32.const 524280))))
              (if (i32.eq (global.get $mood) (i32.const 4)) (then (drop (call $proxy_done))))
              (if (i32.eq (global.get $mood) (i32.const 5)) (then unreachable))
              (if (i32.gt_u (local.get $n) (i32.const 200000)) (then
                (local.set $p (i32.shl (memory.size) (i32.const 16)))
                (if (i32.eq (memory.grow (i32.add (i32.shr_u (local.get $n) (i32.const 16)) (i32.const 1)))
                    (i32.const -1)) (then (return (i32.const 0))))
                (return (local.get $p))))
              (if (i32.gt_u (i32.add (global.get $heap) (local.get $n)) (i32.const 390000)) (then
                (global.set $heap (global.get $base))))
              (local.set $p (global.get $heap))
              (global.set $heap (i32.and (i32.add (i32.add (global.get $heap) (local.get $n)) (i32.const 7))
                (i32.const -8)))
              (local.get $p))
            (func $fault (drop (call $proxy_log (i32.const 5) (i32.const 490) (i32.const 4))))
            (func $slot (param $id i32) (result i32) (i32.and (local.get $id) (i32.const 65535)))
            (func $born (param $id i32)
              (if (i32.load8_u offset=400000 (call $slot (local.get $id))) (then (call $fault)))
              (i32.store8 offset=400000 (call $slot (local.get $id)) (i32.const 1)))
            (func $alive (param $id i32)
              (if (i32.eqz (i32.load8_u offset=400000 (call $slot (local.get $id)))) (then (call $fault))))
            (func $dead (param $id i32) (i32.store8 offset=400000 (call $slot (local.get $id)) (i32.const 0)))
            (func $load
              (if (global.get $loaded) (then (return)))
              (global.set $loaded (i32.const 1))
              (if (i32.eqz (call $proxy_call_foreign_function (i32.const 480) (i32.const 4) (i32.const 0) (i32.const 0)
                  (i32.const 512) (i32.const 520)))
                (then
                  (global.set $at (i32.load (i32.const 512)))
                  (global.set $end (i32.add (global.get $at) (i32.load (i32.const 520))))
                  (global.set $base (global.get $heap)))))
            (func $byte (result i32)
              (if (i32.ge_u (global.get $at) (global.get $end)) (then (return (i32.const 0))))
              (global.set $at (i32.add (global.get $at) (i32.const 1)))
              (i32.load8_u (i32.sub (global.get $at) (i32.const 1))))
            (func $long (result i64)
              (if (i32.gt_u (i32.add (global.get $at) (i32.const 8)) (global.get $end)) (then
                (global.set $at (global.get $end)) (return (i64.const 0))))
              (global.set $at (i32.add (global.get $at) (i32.const 8)))
              (i64.load (i32.sub (global.get $at) (i32.const 8))))
            (func $word (result i32) (local $value i32)
              (if (i32.gt_u (i32.add (global.get $at) (i32.const 4)) (global.get $end)) (then
                (global.set $at (global.get $end)) (return (i32.const 0))))
              (global.set $at (i32.add (global.get $at) (i32.const 4)))
              (local.set $value (i32.load (i32.sub (global.get $at) (i32.const 4))))
              (if (i32.eq (local.get $value) (i32.const 0xF00DF00D)) (then (return (i32.load (i32.const 512)))))
              (if (i32.eq (local.get $value) (i32.const 0xF00DF00E)) (then (return (i32.load (i32.const 520)))))
              (local.get $value))
            (func $frame (local $count i32)
              (call $load)
              (local.set $count (i32.and (call $byte) (i32.const 7)))
              (block $done (loop $next
                (br_if $done (i32.eqz (local.get $count)))
                (local.set $count (i32.sub (local.get $count) (i32.const 1)))
                (call $action)
                (br $next))))
            (func $result (result i32) (local $byte i32)
              (local.set $byte (call $byte))
              (if (i32.eq (local.get $byte) (i32.const 255)) (then (return (i32.const -1))))
              (local.get $byte))
            """;
}
