package dev.portafilter.test.guest;

import java.nio.charset.StandardCharsets;

/** The body of one function of a guest while it is put together. */
public final class Code {
    private final GuestModule module;
    private final String name;
    private final boolean hasResult;
    private final StringBuilder text = new StringBuilder();
    private boolean counted;

    Code(GuestModule module, String name, boolean hasResult) {
        this.module = module;
        this.name = name;
        this.hasResult = hasResult;
    }

    GuestModule module() {
        return module;
    }

    boolean hasResult() {
        return hasResult;
    }

    /** A variable that counts how often this function was entered. */
    String counter() {
        counted = true;
        module.variable(counterName());
        return "(global.get $" + counterName() + ")";
    }

    private String counterName() {
        return "count." + name;
    }

    Code append(String wat) {
        text.append(wat).append('\n');
        return this;
    }

    void add(Op... ops) {
        for (Op op : ops) {
            op.addTo(this);
        }
    }

    /** Writes text into the line. */
    Code write(String words) {
        byte[] bytes = words.getBytes(StandardCharsets.ISO_8859_1);
        return append("(call $text (i32.const " + module.address(bytes) + ") (i32.const " + bytes.length + "))");
    }

    /** The line about this function, with its parameters. */
    void enter(int parameterCount) {
        write(name);
        for (int i = 0; i < parameterCount; i++) {
            append("(call $number (local.get " + i + "))");
        }
        append("(call $line)");
    }

    /** The code that runs a part of these ops only. */
    String nested(Op... ops) {
        int start = text.length();
        add(ops);
        String nested = text.substring(start);
        text.setLength(start);
        return nested;
    }

    String text() {
        String count =
                "(global.set $" + counterName() + " (i32.add (global.get $" + counterName() + ") (i32.const 1)))\n";
        return counted ? count + text : text.toString();
    }
}
