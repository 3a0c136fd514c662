package dev.portafilter.test.guest;

import dev.portafilter.abi.HeaderCodec;
import dev.portafilter.abi.HeaderMap;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One host call while it is put together. */
public final class HostCallCode {
    private static final int FIRST_CELL = 512;
    private static final int CELL_SIZE = 32;

    private final Code code;
    private final String function;
    private final List<String> types;
    private final StringBuilder before = new StringBuilder();
    private final StringBuilder arguments = new StringBuilder();
    private final StringBuilder after = new StringBuilder();
    private int slots;
    private int cell = FIRST_CELL;

    HostCallCode(Code code, String function) {
        this.code = code;
        this.function = function;
        this.types = Imports.types(function);
    }

    /** Adds an argument: a number, text, bytes, pairs, or an {@link Arg}. */
    HostCallCode argument(Object value) {
        if (value instanceof Arg arg) {
            arg.addTo(this);
        } else if (value instanceof Number number) {
            push("(" + type() + ".const " + number + ")");
        } else if (value instanceof String text) {
            bytes(text.getBytes(StandardCharsets.ISO_8859_1));
        } else if (value instanceof byte[] bytes) {
            bytes(bytes);
        } else if (value instanceof HeaderMap map) {
            bytes(HeaderCodec.encode(map));
        } else {
            throw new IllegalArgumentException(value + " is no argument");
        }
        return this;
    }

    private String type() {
        return slots < types.size() ? types.get(slots) : "i32";
    }

    void push(String expression) {
        arguments.append(' ').append(expression);
        slots++;
    }

    private void bytes(byte[] bytes) {
        push("(i32.const " + (bytes.length == 0 ? 0 : code.module().address(bytes)) + ")");
        push("(i32.const " + bytes.length + ")");
    }

    /** Adds out-parameters whose contents a function of the guest's runtime writes into the line. */
    void out(int words, String writer, String more, int skew) {
        int at = cell + skew;
        cell += CELL_SIZE;
        before.append("(call $fill (i32.const " + at + "))");
        for (int i = 0; i < words; i++) {
            push("(i32.const " + (at + 8 * i) + ")");
        }
        after.append("(call " + writer + " (i32.const " + at + ")" + more + ")");
    }

    String variable(String name) {
        code.module().variable(name);
        return "(global.get $" + name + ")";
    }

    void addTo(boolean logged, String saved) {
        if (slots != types.size()) {
            throw new IllegalArgumentException(
                    function + ": " + slots + " wasm arguments (expected: " + types.size() + ")");
        }
        code.module().use(function);
        String call = "(call $" + function + arguments + ")";
        code.append(before.toString());
        if (!Imports.hasResult(function)) {
            code.append(call);
            return;
        }
        code.append("(local.set $status " + call + ")");
        if (saved != null) {
            code.module().variable(saved);
            code.append("(global.set $" + saved + " (i32.load (i32.const " + FIRST_CELL + ")))");
        }
        if (logged) {
            code.write(function.startsWith("proxy_") ? function.substring("proxy_".length()) : function)
                    .append("(call $number (local.get $status))")
                    .append(after.toString())
                    .append("(call $line)");
        }
    }
}
